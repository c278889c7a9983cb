"""The routes that search spans and show traces, as contract/query-api.yaml describes them.

Mounted by `app`. Turns parameters into a question for the store, and its answer into the contract's shapes.
"""

from __future__ import annotations

import time
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, check_parameters, hex_id, json_answer, whole_number
from spanorigin_server.store.reader import Reader
from spanorigin_server.workers import Workers

from .asked import Now, asked, choice
from .cursor import Cursor, query_mark, read_cursor, written_cursor
from .dimensions import columns_of
from .trace import trace_answer
from .wire import detail_answer, page_answer

PAGE_DEFAULT, PAGE_LIMIT = 100, 1000


def routes(reader: Reader, workers: Workers, now_ns: Now = time.time_ns) -> list[Route]:
    """The routes under /api/v1 that ask the span store."""

    async def search(request: Request) -> Response:
        question = asked(request, ("limit", "cursor", "sort", "columns"), now_ns)
        text, condition = question.text, question.condition
        limit = whole_number(request, "limit", default=PAGE_DEFAULT, low=1, high=PAGE_LIMIT)
        start_ns, end_ns = question.start_ns, question.end_ns
        more = columns_of(request, question.binder)
        order = choice(request, "sort", ("newest", "slowest", "fastest"), "newest")
        if order != "newest":
            if "cursor" in request.query_params:
                message = f"The {order} spans come on one page. Leave cursor out, or ask with a larger limit."
                raise Refused(message, slug="cursor-without-order")
            way: Literal["DESC", "ASC"] = "DESC" if order == "slowest" else "ASC"
            found = await workers.run_long(lambda: reader.slowest(condition, start_ns, end_ns, limit, more, way))
            return json_answer(page_answer(found, None, len(more)))
        after = None
        if (written := request.query_params.get("cursor")) is not None:
            cursor = read_cursor(written)
            if cursor.mark != query_mark(text):
                message = "The cursor is another search's. Ask for the first page of this one, without a cursor."
                raise Refused(message, slug="cursor-of-another-search")
            # The range of the first page goes on: "now" and "15 minutes ago" have moved since.
            start_ns, end_ns, after = cursor.start_ns, cursor.end_ns, cursor.after
        found = await workers.run_long(lambda: reader.newest(condition, start_ns, end_ns, limit, after, more))
        last = found.last
        go_on = None if last is None else written_cursor(Cursor(query_mark(text), start_ns, end_ns, last))
        return json_answer(page_answer(found, go_on, len(more)))

    async def trace(request: Request) -> Response:
        check_parameters(request, ())
        trace_id = hex_id(request.path_params["trace_id"], "trace_id", 32)

        def work() -> Response | None:
            columns = reader.trace(trace_id)
            return None if columns is None else json_answer(trace_answer(trace_id, columns), may_be_kept=True)

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
        return json_answer(detail_answer(row), may_be_kept=True)

    return [
        Route("/api/v1/spans", answering(search), methods=["GET"]),
        Route("/api/v1/traces/{trace_id}", answering(trace), methods=["GET"]),
        Route("/api/v1/traces/{trace_id}/spans/{span_id}", answering(span), methods=["GET"]),
    ]


def _no_trace(trace_id: str) -> str:
    return f"No span of trace {trace_id} is stored. It may still be on its way, or was not sampled, or not kept."
