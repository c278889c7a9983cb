"""The routes that search spans and show traces, as contract/query-api.yaml describes them.

Mounted by `app`. Turns parameters into a question for the store, and its answer into the contract's shapes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, check_parameters, epoch_ns, hex_id, json_answer, whole_number
from spanorigin_server.store.reader import Condition, Reader
from spanorigin_server.workers import Workers

from .cursor import Cursor, query_mark, read_cursor, written_cursor
from .plan import planned
from .scanner import Misread
from .syntax import parsed
from .trace import trace_answer
from .wire import detail_answer, page_answer

DEFAULT_WINDOW_NS = 15 * 60 * 10**9
PAGE_DEFAULT, PAGE_LIMIT = 100, 1000


def routes(reader: Reader, workers: Workers, now_ns: Callable[[], int] = time.time_ns) -> list[Route]:
    """The routes under /api/v1 that ask the span store."""

    async def search(request: Request) -> Response:
        check_parameters(request, ("q", "from", "to", "limit", "cursor"))
        text = request.query_params.get("q", "")
        limit = whole_number(request, "limit", default=PAGE_DEFAULT, low=1, high=PAGE_LIMIT)
        start_ns, end_ns = _time_range(request, now_ns)
        condition = condition_of(text)
        after = None
        if (written := request.query_params.get("cursor")) is not None:
            cursor = read_cursor(written)
            if cursor.mark != query_mark(text):
                message = "The cursor is another search's. Ask for the first page of this one, without a cursor."
                raise Refused(message, slug="cursor-of-another-search")
            # The range of the first page goes on: "now" and "15 minutes ago" have moved since.
            start_ns, end_ns, after = cursor.start_ns, cursor.end_ns, cursor.after
        found = await workers.run(lambda: reader.newest(condition, start_ns, end_ns, limit, after))
        last = found.last
        go_on = None if last is None else written_cursor(Cursor(query_mark(text), start_ns, end_ns, last))
        return json_answer(page_answer(found, go_on))

    async def trace(request: Request) -> Response:
        check_parameters(request, ())
        trace_id = hex_id(request.path_params["trace_id"], "trace_id", 32)

        def work() -> Response | None:
            columns = reader.trace(trace_id)
            return None if columns is None else json_answer(trace_answer(trace_id, columns))

        answer = await workers.run(work)
        if answer is None:
            raise Refused(_no_trace(trace_id), slug="trace-not-found", status=404)
        return answer

    async def span(request: Request) -> Response:
        check_parameters(request, ())
        trace_id = hex_id(request.path_params["trace_id"], "trace_id", 32)
        span_id = hex_id(request.path_params["span_id"], "span_id", 16)
        row = await workers.run(lambda: reader.span(trace_id, span_id))
        if row is None:
            message = f"No span {span_id} of trace {trace_id} is stored. It may still be on its way, or was not kept."
            raise Refused(message, slug="span-not-found", status=404)
        return json_answer(detail_answer(row))

    return [
        Route("/api/v1/spans", answering(search), methods=["GET"]),
        Route("/api/v1/traces/{trace_id}", answering(trace), methods=["GET"]),
        Route("/api/v1/traces/{trace_id}/spans/{span_id}", answering(span), methods=["GET"]),
    ]


def condition_of(text: str) -> Condition:
    """The store's condition for a search text. Raises Refused with the place where it stopped making sense."""
    tree = parsed(text)
    condition = tree if isinstance(tree, Misread) else planned(tree)
    if isinstance(condition, Misread):
        raise Refused(condition.message, slug=condition.slug, offset=condition.offset, hint=condition.hint)
    return condition


def _time_range(request: Request, now_ns: Callable[[], int]) -> tuple[int, int]:
    given_start_ns, given_end_ns = epoch_ns(request, "from"), epoch_ns(request, "to")
    end_ns = now_ns() if given_end_ns is None else given_end_ns
    start_ns = max(0, end_ns - DEFAULT_WINDOW_NS) if given_start_ns is None else given_start_ns
    if start_ns >= end_ns:
        message = f"from ({start_ns}) is not before to ({end_ns}), so no span can lie between. Swap or widen them."
        raise Refused(message, slug="time-range-empty")
    return start_ns, end_ns


def _no_trace(trace_id: str) -> str:
    return f"No span of trace {trace_id} is stored. It may still be on its way, or was not sampled, or not kept."
