"""The route that hands out spans in full, for other programs: OTLP as JSON lines or protobuf, or Parquet.

As contract/query-api.yaml describes it; mounted by `app`. OTLP is read piece by piece as the reader takes it; Parquet
is written by the engine into a file of the server's own first (decision 0193).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from spanorigin_server.answers import answering
from spanorigin_server.ingest.otlp_json import protobuf_of
from spanorigin_server.query.asked import Now, asked, choice
from spanorigin_server.query.file_names import disposition
from spanorigin_server.records import StoreFailed
from spanorigin_server.store.archiving import Archiver, Wanted
from spanorigin_server.workers import Workers

from .otlp_lines import requests_of

if TYPE_CHECKING:
    from spanorigin_server.store.asking import Window
    from spanorigin_server.store.home import Home

PATH: Final = "/api/v1/archive"
FORMS: Final = ("otlp-json", "otlp", "parquet")
_SUFFIXES: Final = {"otlp-json": "jsonl", "otlp": "otlp", "parquet": "parquet"}
_TYPES: Final = {
    "otlp-json": "application/x-ndjson",
    "otlp": "application/octet-stream",
    "parquet": "application/vnd.apache.parquet",
}
_PIECE_BYTES: Final = 1024 * 1024


class Archives:
    """Makes archives of one data folder's spans."""

    def __init__(self, engine: Home, folder: Path) -> None:
        """Removes what a killed server had begun."""
        self.archiver = Archiver(engine)
        self._drafts = folder / "archives"
        for left in self._drafts.glob("*.parquet"):
            left.unlink(missing_ok=True)

    def parquet(self, wanted: Wanted) -> Path:
        """A new file with the spans, which the caller removes. Raises StoreFailed."""
        file = self._drafts / f"{secrets.token_hex(8)}.parquet"
        try:
            self._drafts.mkdir(exist_ok=True)
            self.archiver.write_parquet(wanted, file)
        except OSError as error:
            raise StoreFailed(
                f"No file can be written beside the store: {error.strerror}.", slug="store-failed"
            ) from None
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        return file


def routes(archives: Archives, workers: Workers, keepers: Workers, now_ns: Now = time.time_ns) -> list[Route]:
    """The route under /api/v1/archive. `workers` read pieces; `keepers` write whole files, one at a time."""

    async def archive(request: Request) -> Response:
        question = asked(request, ("as",), now_ns)
        form = choice(request, "as", FORMS, FORMS[0])
        wanted = Wanted(question.condition, question.start_ns, question.end_ns)
        headers = {"cache-control": "no-store", "content-disposition": disposition(question, _SUFFIXES[form])}
        if form == "parquet":
            file = await keepers.run(lambda: archives.parquet(wanted))
            headers["content-length"] = str(file.stat().st_size)
            stream = _file_then_gone(file)
        else:
            pieces = archives.archiver.pieces(wanted)
            # The first piece before the answer begins, so that what cannot be answered is refused with its status.
            first = await workers.run(lambda: next(pieces, None))
            stream = _requests(
                archives.archiver, workers, wanted, pieces, first, _line if form == "otlp-json" else _frame
            )
        return StreamingResponse(stream, media_type=_TYPES[form], headers=headers)

    return [Route(PATH, answering(archive), methods=["GET"])]


async def _requests(
    archiver: Archiver,
    workers: Workers,
    wanted: Wanted,
    pieces: Iterator[Window],
    piece: Window | None,
    written: Callable[[bytes], bytes],
) -> AsyncIterator[bytes]:
    def read(of: Window) -> bytes:
        return b"".join(written(request) for request in requests_of(archiver.rows(wanted, of)))

    while piece is not None:
        try:
            yield await workers.run(partial(read, piece))
            piece = await workers.run(lambda: next(pieces, None))
        except StoreFailed as failure:
            # The status is sent already; ending the connection without an end tells the reader that it is not whole.
            raise ConnectionAbortedError(failure.message) from None


def _line(request: bytes) -> bytes:
    return request + b"\n"


def _frame(request: bytes) -> bytes:
    message = protobuf_of(request)
    return len(message).to_bytes(4, "big") + message


async def _file_then_gone(file: Path) -> AsyncIterator[bytes]:
    try:
        with file.open("rb") as opened:
            while piece := await anyio.to_thread.run_sync(opened.read, _PIECE_BYTES):
                yield piece
    finally:
        file.unlink(missing_ok=True)
