"""What a preview may read: the files of one commit, of a working copy, or of a plain folder.

A snapshot knows which files it has and gives their bytes; it never leaves its root. `checkout` and `folder` make them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Protocol

SIZE_LIMIT_BYTES = 2 * 1024 * 1024

TakenFrom = Literal["commit", "working_copy"]


class Unreadable(Exception):  # noqa: N818  # named for what came about; caught within this package
    """A file that is there and is not shown; the message says why."""


class Snapshot(Protocol):
    """The files of one repository at one moment. Paths are relative to its root, with forward slashes."""

    name: str
    root: Path
    folder: str
    remotes: frozenset[str]
    commit: str | None
    taken_from: TakenFrom

    def holds(self, path: str) -> bool:
        """Whether `path` is a regular file of it."""

    def paths(self) -> Iterable[str]:
        """All of its files."""

    def content(self, path: str) -> bytes:
        """The bytes of a file that it holds. Raises Unreadable."""


def read_within(root: Path, path: str) -> bytes:
    """The bytes of a regular file below `root`. Raises Unreadable for links, devices, and files beyond the limit.

    No component of the path may be a symbolic link, so that nothing outside the root can be reached through one.
    """
    place = root.joinpath(*path.split("/"))
    try:
        if place.resolve(strict=True) != root.resolve(strict=True).joinpath(*path.split("/")):
            raise Unreadable("it lies behind a symbolic link")
        # Not blocking: a pipe of that name would hold the thread for ever.
        descriptor = os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise Unreadable(f"it cannot be read: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("it is not a regular file")
        if status.st_size > SIZE_LIMIT_BYTES:
            raise Unreadable(size_refusal(status.st_size))
        return file.read(SIZE_LIMIT_BYTES + 1)


def size_refusal(size_bytes: int) -> str:
    """The words for a file that is too long to be shown."""
    return f"it has {size_bytes / 1e6:.1f} MB; files up to {SIZE_LIMIT_BYTES // 2**20} MiB are shown"


def is_plain(path: str) -> bool:
    """Whether a path is relative and goes only downwards."""
    return (
        bool(path)
        and "\0" not in path
        and "\\" not in path
        and all(part not in ("", ".", "..") for part in path.split("/"))
    )
