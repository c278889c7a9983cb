"""The routes about places in the code: what each line, function, file or folder costs, what changed, what calls it.

As contract/query-api.yaml describes them; mounted by `app`. The counting is `store.statistics`'.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, json_answer, whole_number
from spanorigin_server.store.asking import Row, Window
from spanorigin_server.store.statistics import GROUPINGS, ORDERS, SPLITS, Side, Statistics, place_key
from spanorigin_server.workers import Workers

from .asked import PLACE_PARAMETERS, Asked, Now, asked, choice, condition_of, place_of, time_range
from .change import change_answer
from .measures import pieces_of, place, red, span_of_time

LIMIT_DEFAULT, LIMIT_MOST = 1000, 20_000
PIECES_MOST = 240
_RELATED_MOST = 50


def routes(statistics: Statistics, workers: Workers, now_ns: Now = time.time_ns) -> list[Route]:
    """The routes under /api/v1/origins."""

    async def origins(request: Request) -> Response:
        more = (*PLACE_PARAMETERS, "group", "per", "sort", "limit", "buckets", "min_count", "self")
        question = asked(request, more, now_ns)
        where = place_of(request, question.binder)
        grouping = choice(request, "group", tuple(GROUPINGS), "function")
        split = choice(request, "per", ("none", *SPLITS), "none")
        options: dict[str, Any] = {
            "place": where,
            "split": None if split == "none" else split,
            "order": choice(request, "sort", tuple(ORDERS), "total"),
            "limit": whole_number(request, "limit", default=LIMIT_DEFAULT, low=1, high=LIMIT_MOST),
            "min_count": whole_number(request, "min_count", default=1, low=1, high=999_999_999),
            "pieces": _pieces(request, question.window),
        }
        with_self = choice(request, "self", ("true", "false"), "false") == "true"

        def work() -> Response:
            return json_answer(_origins(statistics, question, grouping, options, with_self))

        return await workers.run_long(work)

    async def compare(request: Request) -> Response:
        more = (
            *PLACE_PARAMETERS, "group", "where", "baseline_from", "baseline_to", "baseline_where", "min_count", "limit"
        )  # fmt: skip
        question = asked(request, more, now_ns)
        grouping = choice(request, "group", tuple(GROUPINGS), "function")
        limit = whole_number(request, "limit", default=LIMIT_DEFAULT, low=1, high=LIMIT_MOST)
        min_count = whole_number(request, "min_count", default=1, low=1, high=999_999_999)
        where = place_of(request, question.binder)
        now, before = sides_of(request, question, now_ns)

        def work() -> Response:
            rows = statistics.changes(grouping, now, before, question.condition, place=where, min_count=min_count)
            changes = sorted((change_answer(row, now, before) for row in rows), key=lambda change: -change["score"])
            answer = {
                "now": span_of_time(now.window),
                "before": span_of_time(before.window),
                "origins": changes[:limit],
            }
            return json_answer(answer)

        return await workers.run_long(work)

    async def callers(request: Request) -> Response:
        question = asked(request, PLACE_PARAMETERS, now_ns)
        where = _one_place(request, question)
        return await workers.run_long(lambda: json_answer(_callers(statistics, question, where)))

    async def exits(request: Request) -> Response:
        question = asked(request, PLACE_PARAMETERS, now_ns)
        where = _one_place(request, question)
        return await workers.run_long(lambda: json_answer(_exits(statistics, question, where)))

    return [
        Route("/api/v1/origins", answering(origins), methods=["GET"]),
        Route("/api/v1/origins/compare", answering(compare), methods=["GET"]),
        Route("/api/v1/origins/callers", answering(callers), methods=["GET"]),
        Route("/api/v1/origins/exits", answering(exits), methods=["GET"]),
    ]


def _pieces(request: Request, window: Window) -> int:
    """How many pieces a trend has: no more than asked for, and no shorter than a second."""
    most = whole_number(request, "buckets", default=0, low=0, high=PIECES_MOST)
    return pieces_of(window, window.step_s(most)) if most else 0


def sides_of(request: Request, question: Asked, now_ns: Now) -> tuple[Side, Side]:
    """The two sets of spans that are compared: the window and the one before it, or what is given instead."""
    conditions = [
        condition_of(request.query_params.get(name, ""), question.binder, name) for name in ("where", "baseline_where")
    ]
    if "baseline_from" in request.query_params or "baseline_to" in request.query_params:
        before = Window.around(*time_range(request, now_ns, "baseline_"))
    elif "baseline_where" in request.query_params:
        before = question.window
    else:
        length_ns = question.end_ns - question.start_ns
        before = Window.around(max(0, question.start_ns - length_ns), max(1, question.start_ns))
    return Side(question.window, conditions[0]), Side(before, conditions[1])


def _origins(
    statistics: Statistics, question: Asked, grouping: str, options: Mapping[str, Any], with_self: bool
) -> dict[str, Any]:
    begun_at = time.perf_counter()
    window, pieces = question.window, options["pieces"]
    rows = statistics.places(grouping, window, question.condition, **options)
    self_ns: dict[tuple[str, ...], int] = {}
    one_in = None
    if with_self:
        self_ns, one_in = statistics.self_times(
            grouping, window, question.condition, place=options["place"], split=options["split"]
        )
    origins = []
    for row in rows:
        trend = {"counts": row["counts"], "errors": row["error_counts"]} if pieces else None
        split = row.get("split")
        taken = min(self_ns.get(place_key(row), 0), row["total_ns"]) if with_self else None
        counts = {**red(row, window), "entries": row["entries"]}
        origins.append({**place(row), "split": split, **counts, "self_ns": taken, "trend": trend})
    return {
        **span_of_time(window, window.step_s(pieces) if pieces else None),
        "self_read_one_in": one_in,
        "origins": origins,
        "read_ns": int((time.perf_counter() - begun_at) * 1e9),
    }


def _one_place(request: Request, question: Asked) -> str:
    if request.query_params.get("path") is None:
        message = "path is missing. Name the file, and the line or the function in it, that the question is about."
        raise Refused(message, slug="parameter-missing")
    return place_of(request, question.binder)


def _callers(statistics: Statistics, question: Asked, where: str) -> dict[str, Any]:
    """What called a place: the frame above it, the requests it ran in, the calls of other services that came to it."""
    sample = statistics.newest_of(question.window, question.condition, where)
    callers = [
        {"relation": "frame", **frame, "count": count, "share": count / len(sample)}
        for frame, count in _frames(sample).items_by_count()
    ]
    services = sorted({row["service"] for row in sample})
    parents = sorted({row["parent_span_id"] for row in sample})
    traces = len({row["trace_id"] for row in sample})
    for relation, related in (
        ("request", f"spans.origin_type = 'entry' AND has({{services:Array(String)}}, spans.service) AND NOT {where}"),
        (
            "remote",
            "spans.origin_type = 'exit' AND NOT has({services:Array(String)}, spans.service) AND "
            "has({parents:Array(String)}, lower(hex(spans.span_id)))",
        ),
    ):
        parameters = {**question.condition.parameters, "services": services, "parents": parents}
        for row in statistics.related(sample, related, parameters, _RELATED_MOST):
            callers.append(
                {
                    "relation": relation,
                    "service": row["service"],
                    **place(row),
                    "count": row["traces"],
                    "share": row["traces"] / traces,
                }
            )
    return {"looked_at": len(sample), "callers": callers}


def _exits(statistics: Statistics, question: Asked, where: str) -> dict[str, Any]:
    """What the requests of an entry called, in its own service."""
    sample = statistics.newest_of(question.window, question.condition, where)
    services = sorted({row["service"] for row in sample})
    related = "spans.origin_type = 'exit' AND has({services:Array(String)}, spans.service)"
    rows = statistics.related(sample, related, {"services": services}, _RELATED_MOST)
    requests = max(1, len(sample))
    exits = [
        {
            "service": row["service"],
            **place(row),
            **red(row, question.window),
            "per_request": row["count"] / requests,
            "share": row["traces"] / max(1, len({sampled["trace_id"] for sampled in sample})),
        }
        for row in rows
    ]
    return {"looked_at": len(sample), "exits": exits}


class _Frames(dict[tuple[str, str, int, str], int]):
    def items_by_count(self) -> list[tuple[dict[str, Any], int]]:
        ordered = sorted(self.items(), key=lambda item: (-item[1], item[0]))
        return [
            ({"service": service, "path": path, "line": line, "function": function}, count)
            for (service, path, line, function), count in ordered[:_RELATED_MOST]
        ]


def _frames(sample: list[Row]) -> _Frames:
    frames = _Frames()
    for row in sample:
        if row["caller_path"]:
            key = (row["service"], row["caller_path"], row["caller_line"], row["caller_function"])
            frames[key] = frames.get(key, 0) + 1
    return frames
