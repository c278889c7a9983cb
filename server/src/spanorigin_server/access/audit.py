"""The audit log: who changed what, when, and from where. Lines of JSON in the data folder that are only ever added to.

Written by `gate` for every request that may change something, by `sign_in`, and by `spanorigin token`; read by its
route. Decision 0173.
"""

from __future__ import annotations

import fcntl
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.routing import Route

from spanorigin_server.answers import answering, check_parameters, epoch_ns, json_answer, whole_number
from spanorigin_server.records import ServerError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from spanorigin_server.workers import Workers

FILE_NAME: Final = "audit.jsonl"
FILE_BYTES: Final = 8 * 1024 * 1024
FILES_KEPT: Final = 12
_NUMBERED = re.compile(r"audit\.([0-9]+)\.jsonl")
_TEXT_MOST: Final = 500


class AuditNotWritten(ServerError):  # noqa: N818  # named for what came about
    """The log cannot be added to, so nothing may be changed."""


class Entry(msgspec.Struct, frozen=True):
    """A line. `what` is a request's method and path, or words; `status` that of HTTP, 0 where there was none."""

    at_ns: str
    who: str
    kind: str
    origin: str
    what: str
    status: int = 0


@dataclass(slots=True)
class Audit:
    """The log of one data folder. May be used from any thread, and beside other processes that do."""

    folder: Path
    file_bytes: int = FILE_BYTES
    files_kept: int = FILES_KEPT
    now_ns: Callable[[], int] = time.time_ns
    failures: int = 0

    def check(self) -> None:
        """Raises AuditNotWritten when nothing could be added now. Asked before a change."""
        try:
            os.close(self._opened())
        except OSError as error:
            raise self._not_written(error) from None

    def add(self, who: str, kind: str, origin: str, what: str, status: int = 0) -> None:
        """Add a line, on the disk when this returns. Raises nothing: what it tells of has happened."""
        entry = Entry(str(self.now_ns()), who[:_TEXT_MOST], kind, origin, what[:_TEXT_MOST], status)
        try:
            self._append(msgspec.json.encode(entry) + b"\n")
        except OSError as error:
            self.failures += 1
            print(f"spanorigin: {self._not_written(error)} {entry} [audit-not-written]", file=sys.stderr, flush=True)  # noqa: T201

    def newest(self, limit: int, before_ns: int | None = None) -> list[Entry]:
        """The newest entries, newest first; those before a time, where one is given."""
        found: list[Entry] = []
        for entry in self._backwards():
            if len(found) == limit:
                break
            if before_ns is None or int(entry.at_ns) < before_ns:
                found.append(entry)
        return found

    @property
    def _file(self) -> Path:
        return self.folder / FILE_NAME

    def _opened(self) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        return os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _append(self, line: bytes) -> None:
        with _one_at_a_time:
            while True:
                file = self._opened()
                try:
                    fcntl.flock(file, fcntl.LOCK_EX)
                    status = os.fstat(file)
                    if not self._is_still(status):
                        continue  # another process has turned the page
                    if status.st_size and status.st_size + len(line) > self.file_bytes:
                        self._turn_page()
                        continue
                    os.write(file, line)
                    os.fsync(file)
                    return
                finally:
                    os.close(file)

    def _is_still(self, status: os.stat_result) -> bool:
        try:
            return self._file.stat().st_ino == status.st_ino
        except FileNotFoundError:
            return False

    def _turn_page(self) -> None:
        numbers = sorted(self._numbered())
        self._file.rename(self.folder / f"audit.{(numbers[-1] if numbers else 0) + 1}.jsonl")
        for number in numbers[: max(0, len(numbers) + 2 - self.files_kept)]:
            (self.folder / f"audit.{number}.jsonl").unlink(missing_ok=True)

    def _numbered(self) -> list[int]:
        found = (_NUMBERED.fullmatch(path.name) for path in self.folder.glob("audit.*.jsonl"))
        return [int(match[1]) for match in found if match]

    def _backwards(self) -> Iterator[Entry]:
        older = [self.folder / f"audit.{number}.jsonl" for number in sorted(self._numbered(), reverse=True)]
        for file in [self._file, *older]:
            try:
                lines = file.read_bytes().splitlines()
            except OSError:
                continue
            for line in reversed(lines):
                try:
                    yield msgspec.json.decode(line, type=Entry)
                except msgspec.DecodeError:
                    continue  # the end of a line that a full disk cut off

    def _not_written(self, error: OSError) -> AuditNotWritten:
        return AuditNotWritten(
            f"The audit log in {self.folder} cannot be written: {error.strerror}. Nothing may be changed meanwhile. "
            "Make room on the disk, or give the folder back to the user whom the server runs as.",
            slug="audit-not-written",
        )


# The system's lock is a process's, and threads of one process share it where they share the file.
_one_at_a_time = threading.Lock()


def routes(audit: Audit, workers: Workers) -> list[Route]:
    """The route under /api/v1/audit."""

    async def newest(request: Request) -> Response:
        check_parameters(request, ("limit", "before"))
        limit = whole_number(request, "limit", default=100, low=1, high=1000)
        before_ns = epoch_ns(request, "before")
        entries = await workers.run(lambda: audit.newest(limit, before_ns))
        return json_answer({"entries": entries})

    return [Route("/api/v1/audit", answering(newest), methods=["GET"])]
