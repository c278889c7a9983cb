"""The route that hands out a search's spans as a file: JSON, one span a line, or CSV.

As contract/query-api.yaml describes it; mounted by `app`. Spans are read page by page as the reader takes them, so that
an export of any length holds one page in memory.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from spanorigin_server.answers import answering, whole_number
from spanorigin_server.records import StoreFailed
from spanorigin_server.store.reader import Found, Reader, Row
from spanorigin_server.workers import Workers

from .asked import Asked, Now, asked, choice
from .file_names import disposition
from .wire import span_answer

LIMIT_DEFAULT, LIMIT_MOST = 10_000, 1_000_000
_PAGE = 1000

_CSV_COLUMNS: Final[Mapping[str, Callable[[Row], Any]]] = {
    "start_ns": lambda row: row["start_ns"],
    "duration_ns": lambda row: row["duration_ns"],
    "service": lambda row: row["service"],
    "name": lambda row: row["name"],
    "resource": lambda row: row["resource_name"],
    "kind": lambda row: row["kind"],
    "status": lambda row: row["status"],
    "http_status": lambda row: row["http_status"] or "",
    "origin_type": lambda row: "" if row["origin_type"] == "none" else row["origin_type"],
    "origin_path": lambda row: row["origin_path"],
    "origin_line": lambda row: row["origin_line"] or "",
    "origin_function": lambda row: row["origin_function"],
    "trace_id": lambda row: row["trace_id"],
    "span_id": lambda row: row["span_id"],
    "parent_span_id": lambda row: span_answer(row)["parent_span_id"] or "",
}
# A spreadsheet takes a cell that begins so for a formula, and a span's name is whatever a sender wrote.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def routes(reader: Reader, workers: Workers, now_ns: Now = time.time_ns) -> list[Route]:
    """The route that exports."""

    async def export(request: Request) -> Response:
        question = asked(request, ("as", "limit"), now_ns)
        form = choice(request, "as", ("json", "csv"), "json")
        limit = whole_number(request, "limit", default=LIMIT_DEFAULT, low=1, high=LIMIT_MOST)
        # The first page before the answer begins, so that a search that cannot be answered is refused with its status.
        first = await workers.run_long(lambda: _page(reader, question, limit, None))
        written = _as_csv if form == "csv" else _as_lines
        media_type = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
        suffix = "csv" if form == "csv" else "jsonl"
        headers = {"cache-control": "no-store", "content-disposition": disposition(question, suffix)}
        stream = _pages(reader, workers, question, limit, first, written)
        return StreamingResponse(stream, media_type=media_type, headers=headers)

    return [Route("/api/v1/spans/export", answering(export), methods=["GET"])]


def _page(reader: Reader, question: Asked, limit: int, before: Found | None) -> Found:
    after = None if before is None else before.last
    return reader.newest(question.condition, question.start_ns, question.end_ns, min(limit, _PAGE), after)


async def _pages(
    reader: Reader,
    workers: Workers,
    question: Asked,
    limit: int,
    page: Found,
    written: Callable[[list[Row], bool], bytes],
) -> AsyncIterator[bytes]:
    yield written(page.rows, True)
    left = limit - len(page.rows)
    while page.last is not None and left > 0:
        try:
            page = await workers.run_long(partial(_page, reader, question, left, page))
        except StoreFailed as failure:
            # The status is sent already; ending the connection without an end tells the reader that it is not whole.
            raise ConnectionAbortedError(failure.message) from None
        left -= len(page.rows)
        yield written(page.rows, False)


def _as_lines(rows: list[Row], _is_first: bool) -> bytes:
    return b"".join(msgspec.json.encode(span_answer(row)) + b"\n" for row in rows)


def _as_csv(rows: list[Row], is_first: bool) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    if is_first:
        writer.writerow(_CSV_COLUMNS)
    for row in rows:
        writer.writerow([_cell(column(row)) for column in _CSV_COLUMNS.values()])
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
