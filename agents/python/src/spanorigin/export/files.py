"""Tell, once a file, which content runs: git's name of it, so that a reader finds the file in any repository.

Asked by `export.batch` in the exporter's thread when a place is met for the first time; a request never waits for it.
The first span that names a file carries the file's name in git as well (`spanorigin.files`), and after a while another
does, since a span may be lost or sampled away on its way. Decision 0225.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from spanorigin import names

LARGEST_BYTES: Final = 4 * 2**20
"""Of one file, and about what is read for one batch."""
FILES_MOST: Final = 5000
AGAIN_AFTER_S: Final = (60.0, 600.0, 3600.0)
"""After what time all is told again, and at last how often."""

_DATADOG_FILES: Final = tuple(f"{names.DATADOG_FRAME_PREFIX}{number}.file" for number in range(64))


class Files:
    """The files of one process. Raises nothing that a file is the cause of; safe in any thread."""

    def __init__(
        self,
        is_users: Callable[[str], bool],
        *,
        since_ns: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`is_users` says whether a path is a source file of the user's own: no other is ever opened.

        A file that was written after `since_ns` (epoch; now if not given) may not be what was loaded: it is not told.
        """
        self._is_users = is_users
        self._since_ns = time.time_ns() if since_ns is None else since_ns
        self._clock = clock
        self._told_at = clock()
        self._rounds = 0
        self._left_bytes = LARGEST_BYTES
        # Named once and for all, since later the file may be another one; None for what cannot be told.
        self._known: dict[str, str | None] = {}
        self._told: set[str] = set()
        self.refused: Counter[str] = Counter()
        """Files that are not told, by reason."""

    @property
    def named(self) -> int:
        """How many files have been told."""
        return sum(1 for name in list(self._known.values()) if name is not None)

    def begins_again(self) -> bool:
        """Called for each batch; whether all files are to be told again from now on."""
        self._left_bytes = LARGEST_BYTES
        wait_s = AGAIN_AFTER_S[min(self._rounds, len(AGAIN_AFTER_S) - 1)]
        now = self._clock()
        if now - self._told_at < wait_s:
            return False
        self._told_at = now
        self._rounds += 1
        self._told = set()
        return True

    def news(self, attributes: Sequence[str], values: Sequence[Any]) -> tuple[tuple[str, ...], bool]:
        """The value of `spanorigin.files` for a span with these attributes of ours: `sha1 path` of files not told yet.

        Also whether that is all; files beyond what is read for one batch are told with a later one.
        """
        lines: list[str] = []
        for path in dict.fromkeys(_paths(attributes, values)):
            if path in self._told:
                continue
            if path not in self._known:
                if self._left_bytes <= 0:
                    return tuple(lines), False
                self._known[path] = self._name(path)
            name = self._known[path]
            if name is not None:
                lines.append(f"{name} {path}")
            self._told.add(path)
        return tuple(lines), True

    def _name(self, path: str) -> str | None:
        """The id that git gives the file's content, as it was when the process began; None where that is not known."""
        if len(self._known) >= FILES_MOST:
            self.refused["too-many"] += 1
            return None
        if not self._is_users(path):
            return None
        try:
            content, written_ns = _read(path)
        except (OSError, ValueError) as error:
            self.refused[error.args[0] if type(error) is _UntoldError else "unreadable"] += 1
            return None
        self._left_bytes -= len(content)
        if written_ns > self._since_ns:
            self.refused["changed-since-start"] += 1
            return None
        return git_name(content)


class _UntoldError(ValueError):
    """A file that is not read; the argument is the reason that is counted."""


def _read(path: str) -> tuple[bytes, int]:
    """A file's bytes, and when it was last written or replaced (epoch). Raises _UntoldError, OSError, ValueError."""
    # Not blocking: a pipe of that name would hold the exporter's thread for ever.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    # Not by open(): a folder's descriptor would stay open.
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _UntoldError("unreadable")
        if status.st_size > LARGEST_BYTES:
            raise _UntoldError("too-large")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(LARGEST_BYTES + 1)
        # Afterwards, so that a change while it was read is seen. Copying tools set st_mtime, and nobody sets st_ctime.
        status = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if len(content) != status.st_size:
        raise _UntoldError("changed-since-start")
    return content, max(status.st_mtime_ns, status.st_ctime_ns)


def git_name(content: bytes) -> str:
    """What git calls a file of this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _paths(attributes: Sequence[str], values: Sequence[Any]) -> Iterator[str]:
    """The files that attributes of ours name, the origin's own first."""
    held: Mapping[str, Any] = dict(zip(attributes, values, strict=True))
    for name in (names.CODE_FILE_PATH, *_DATADOG_FILES):
        path = held.get(name)
        if type(path) is str:
            yield path
    frames = held.get(names.ORIGIN_FRAMES)
    if type(frames) is str:
        for frame in frames.split("\n"):
            # From its right end, as emit.frame_line says.
            yield frame.rpartition(" ")[0].rpartition(":")[0]
