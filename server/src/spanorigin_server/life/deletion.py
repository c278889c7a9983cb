"""The route that deletes spans for good: those of some traces, or of a service.

As contract/query-api.yaml describes it; mounted by `app`. No answer has them from then on; the disk is given back with
retention's next look (decision 0191).
"""

from __future__ import annotations

import re
import time
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, check_parameters, json_answer
from spanorigin_server.store.upkeep import Chosen, Upkeep, of_service, of_traces
from spanorigin_server.workers import Workers

PATH: Final = "/api/v1/deletions"
TRACES_MOST: Final = 1000
_BODY_MOST: Final = 64 * 1024
_TRACE_ID: Final = re.compile("[0-9a-fA-F]{32}")
_LATEST_NS: Final = 2**63 - 1


class _Deletion(msgspec.Struct, forbid_unknown_fields=True):
    """Either `trace_ids`, or `service`, and then if wanted `before`, a time in ns. Counted only, if `is_rehearsal`."""

    trace_ids: list[str] | None = None
    service: str | None = None
    before: str | None = None
    is_rehearsal: bool = False


def routes(upkeep: Upkeep, workers: Workers) -> list[Route]:
    """The route under /api/v1/deletions. Deletions run one after another: `workers` has a thread."""

    async def delete(request: Request) -> Response:
        check_parameters(request, ())
        asked = await _asked(request)
        spans = _chosen(asked)
        counted = await workers.run(lambda: upkeep.count(spans) if asked.is_rehearsal else upkeep.delete(spans))
        return json_answer({"spans": counted, "is_rehearsal": asked.is_rehearsal})

    return [Route(PATH, answering(delete), methods=["POST"])]


async def _asked(request: Request) -> _Deletion:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_MOST:
            raise Refused(
                f"A deletion takes {TRACES_MOST} traces at most. Ask twice.", slug="deletion-unreadable", status=413
            )
    try:
        return msgspec.json.decode(bytes(body), type=_Deletion)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise _unreadable(f"it cannot be read: {error}") from None


def _chosen(asked: _Deletion) -> Chosen:
    if (asked.trace_ids is None) == (asked.service is None):
        raise _unreadable("it names both or neither of traces and a service")
    if asked.trace_ids is not None:
        if asked.before is not None:
            raise _unreadable("before goes with a service, and traces are deleted whole")
        if not 1 <= len(asked.trace_ids) <= TRACES_MOST or not all(map(_TRACE_ID.fullmatch, asked.trace_ids)):
            raise _unreadable(f"trace_ids are 1 to {TRACES_MOST} ids of 32 hex digits")
        return of_traces(asked.trace_ids)
    service = asked.service or ""
    if not service or "\0" in service or any("\ud800" <= letter <= "\udfff" for letter in service):
        raise _unreadable("service is no name that a service can have")
    return of_service(service, _time_ns(asked.before))


def _time_ns(text: str | None) -> int:
    if text is None:
        # What is on its way at this moment began before it is stored.
        return time.time_ns()
    if not re.fullmatch("[0-9]{1,19}", text) or int(text) > _LATEST_NS:
        raise _unreadable("before is not a time: nanoseconds since 1970, digits only, before the year 2262")
    return int(text)


def _unreadable(why: str) -> Refused:
    message = (
        f"That is no deletion: {why}. Send JSON with trace_ids, or with service and, if wanted, before. "
        "Nothing was deleted."
    )
    return Refused(message, slug="deletion-unreadable")
