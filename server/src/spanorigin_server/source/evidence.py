"""What tells which of several files is the one a process ran, beyond its path. Asked by `preview` where paths tie.

Equal bytes are proof: when the process ran on this machine, its file may lie here, and its git name is compared with
those of the candidates. Nothing of that file is shown. Otherwise the one candidate that has the function at the line.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .functions import functions_of, is_function_at
from .highlight import highlighted
from .snapshot import SIZE_LIMIT_BYTES, Snapshot, Unreadable
from .text import text_of

_CANDIDATES_MOST = 30


@dataclass(frozen=True, slots=True)
class Told:
    """The file that the evidence is for, and which evidence."""

    path: str
    by: Literal["content", "function"]


def told(snapshot: Snapshot, candidates: Sequence[str], file: str, function: str, line: int) -> Told | None:
    """The one candidate that evidence speaks for; None where it speaks for none, or for several."""
    if len(candidates) > _CANDIDATES_MOST:
        return None
    contents = {path: content for path in candidates if (content := _content(snapshot, path)) is not None}
    run = _local_bytes(file)
    if run is not None:
        name = git_name(run)
        equal = [path for path, content in contents.items() if git_name(content) == name]
        if len(equal) == 1:
            return Told(equal[0], "content")
    having = [path for path, content in contents.items() if has_function(path, content, function, line)]
    return Told(having[0], "function") if len(having) == 1 else None


def has_function(path: str, content: bytes, function: str, line: int) -> bool:
    """Whether the function goes over the line in this file."""
    try:
        text = text_of(content)
    except Unreadable:
        return False
    lines = [] if path.endswith(".py") else highlighted(path, text)
    return is_function_at(functions_of(path, text, lines), function, line)


def _content(snapshot: Snapshot, path: str) -> bytes | None:
    try:
        return snapshot.content(path)
    except Unreadable:
        return None


def _local_bytes(file: str) -> bytes | None:
    """The bytes of a file of this machine, to be compared and never shown."""
    if not file.startswith("/") or "\0" in file:
        return None
    try:
        # Not blocking: a pipe of that name would hold the thread for ever.
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or not 0 < status.st_size <= SIZE_LIMIT_BYTES:
            return None
        try:
            return opened.read(SIZE_LIMIT_BYTES)
        except OSError:
            return None


def git_name(content: bytes) -> str:
    """What git calls a file of this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
