"""The route that tells which spans of a trace come from changed code, as contract/query-api.yaml describes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, check_parameters, hex_id, json_answer
from spanorigin_server.store.asking import SECOND_NS
from spanorigin_server.store.reader import Reader, Row
from spanorigin_server.workers import Workers

from .changed import Changed, Ran, TracePlace
from .preview import Frame
from .seen import SeenCommits

# What was seen longer ago is no version to compare with: nobody remembers it.
LOOK_BACK_S: Final = 30 * 86_400


def routes(reader: Reader, changed: Changed, workers: Workers, now_ns: Callable[[], int] = time.time_ns) -> list[Route]:
    """The route under /api/v1/traces that compares versions."""
    seen = SeenCommits(reader)

    async def compare(request: Request) -> Response:
        check_parameters(request, ())
        trace_id = hex_id(request.path_params["trace_id"], "trace_id", 32)

        def work() -> Response:
            rows = reader.places_of(trace_id)
            if not rows and reader.trace(trace_id) is None:
                message = f"No span of trace {trace_id} is stored. It may still be on its way, or was not kept."
                raise Refused(message, slug="trace-not-found", status=404)
            return json_answer({"services": _services(seen, changed, rows, now_ns())}, may_be_kept=True)

        return await workers.run(work)

    return [Route("/api/v1/traces/{trace_id}/changed", answering(compare), methods=["GET"])]


def _services(seen: SeenCommits, changed: Changed, rows: list[Row], now_ns: int) -> list[Any]:
    if not rows:
        return []
    begin_s = max(0, min(row["first_s"] for row in rows) - LOOK_BACK_S)
    commits = seen.of((row["service"] for row in rows), begin_s, now_ns // SECOND_NS)
    ran: dict[Ran, list[TracePlace]] = {}
    for row in rows:
        key = Ran(row["service"], row["version"], row["commit"], row["repository"])
        frame = Frame(row["file"], row["path"], row["line"], row["function"])
        ran.setdefault(key, []).append(TracePlace(row["origin_type"], frame))
    return [changed.of(each, places, commits.get(each.service, [])) for each, places in ran.items()]
