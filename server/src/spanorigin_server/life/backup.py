"""The route that hands out a backup: everything the server keeps, as it stands at one moment, as a tar file.

Mounted by `app`; `restore` takes such a file. Writing pauses for the milliseconds in which the moment is taken, so that
of every request either all spans are in it or none (decision 0192). First of the members is the manifest.
"""

from __future__ import annotations

import secrets
import tarfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, check_parameters
from spanorigin_server.store.frozen import PartFile, freeze, thaw
from spanorigin_server.store.statements import statement
from spanorigin_server.store.tables import SCHEMA_VERSION
from spanorigin_server.workers import Workers

if TYPE_CHECKING:
    from spanorigin_server.store.home import Home

PATH: Final = "/api/v1/backup"
FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
PARTS: Final = "spans/"
# The last member: a file without it was cut short.
END: Final = "end"
# What the server keeps beside spans, and a backup has. Not tokens, not the audit log: more people see a backup.
KEPT_FILES: Final = ("views.json", "repositories.json", "path-rules.json")

_PIECE_BYTES: Final = 1024 * 1024
_BLOCK: Final = tarfile.BLOCKSIZE


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself."""

    format: int
    schema: int
    spans: int
    made_ns: str
    parts: list[str]


class Pausing(Protocol):
    """Whoever writes into the store, and can be asked not to for a moment."""

    def paused(self) -> AbstractContextManager[None]: ...


@dataclass(frozen=True, slots=True)
class _Moment:
    """What a backup consists of: members that are in memory, and files."""

    small: Sequence[tuple[str, bytes]]
    files: Sequence[PartFile]

    @property
    def size(self) -> int:
        """Of the tar file, in bytes."""
        contents = [*(len(content) for _, content in self.small), *(file.size for file in self.files), 0]
        return sum(_BLOCK + _padded(size) for size in contents) + 2 * _BLOCK


class Backups:
    """Makes the backups of one data folder, one at a time."""

    def __init__(self, engine: Home, writing: Pausing, folder: Path) -> None:
        """Lets go of what a killed server had kept for a backup."""
        self._engine = engine
        self._writing = writing
        self._folder = folder
        self._name: str | None = None
        thaw(folder)

    def begin(self) -> _Moment:
        """Take the moment. Raises Refused while another backup is made, and StoreFailed."""
        if self._name is not None:
            raise Refused("A backup is being made. Ask again when it is done.", slug="backup-running", status=409)
        self._name = secrets.token_hex(8)
        try:
            with self._writing.paused():
                files = freeze(self._engine, self._folder, self._name)
                spans = self._engine.query(statement("commands/count_spans"))["spans"][0]
                kept = [
                    (name, (self._folder / name).read_bytes()) for name in KEPT_FILES if (self._folder / name).exists()
                ]
        except BaseException:
            self.end()
            raise
        parts = list(dict.fromkeys(file.place.partition("/")[0] for file in files))
        manifest = Manifest(FORMAT, SCHEMA_VERSION, spans, str(time.time_ns()), parts)
        return _Moment([(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest))), *kept], files)

    def end(self) -> None:
        """Let go of the moment."""
        if self._name is not None:
            thaw(self._folder, self._name)
            self._name = None


def routes(backups: Backups, workers: Workers) -> list[Route]:
    """The route under /api/v1/backup."""

    async def backup(request: Request) -> Response:
        check_parameters(request, ())
        moment = await workers.run(backups.begin)
        day = time.strftime("%Y-%m-%d", time.gmtime())
        headers = {
            "cache-control": "no-store",
            "content-length": str(moment.size),
            "content-disposition": f'attachment; filename="spanorigin-{day}.tar"',
        }
        return StreamingResponse(_streamed(backups, moment), media_type="application/x-tar", headers=headers)

    return [Route(PATH, answering(backup), methods=["GET"])]


async def _streamed(backups: Backups, moment: _Moment) -> AsyncIterator[bytes]:
    try:
        pieces = _tar(moment)
        while piece := await anyio.to_thread.run_sync(next, pieces, b""):
            yield piece
    finally:
        backups.end()


def _tar(moment: _Moment) -> Iterator[bytes]:
    """The tar file, piece by piece; made here since the standard library's wants to write to a file."""
    for name, content in moment.small:
        yield _header(name, len(content)) + content + bytes(_padded(len(content)) - len(content))
    for file in moment.files:
        yield _header(PARTS + file.place, file.size)
        with file.path.open("rb") as opened:
            yield from _pieces(opened)
        if file.size % _BLOCK:
            yield bytes(_padded(file.size) - file.size)
    yield _header(END, 0) + bytes(2 * _BLOCK)


def _pieces(opened: IO[bytes]) -> Iterator[bytes]:
    while piece := opened.read(_PIECE_BYTES):
        yield piece


def _header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    return member.tobuf(tarfile.USTAR_FORMAT)


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
