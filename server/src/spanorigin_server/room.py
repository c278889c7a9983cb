"""Is there room on the disk for more spans? Ground floor: asked by `ingest` before each commit and by `health`.

Taking spans stops before the disk is full, since the store needs room to merge, and to take back what failed.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

MEBIBYTE: Final = 1024 * 1024
# Asking the file system takes microseconds; still, not for each request.
_LOOK_EVERY_S: Final = 0.25
# Spans are taken again with so much more than the limit free, so that it does not go to and fro at the limit.
_MARGIN: Final = 1.1


class DiskFull(Exception):  # noqa: N818  # named for what came about
    """Too little is free. The text says how much, and what to do."""


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class Room:
    """The room on one folder's disk. May be asked from any thread."""

    def __init__(
        self,
        folder: Path,
        limit_bytes: int,
        free: Callable[[Path], int] = free_bytes,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._free = free
        self._now_s = now_s
        self._lock = threading.Lock()
        self._looked_at = -_LOOK_EVERY_S
        self._free_bytes = 0
        self._is_short = False

    @property
    def is_short(self) -> bool:
        """Is less free than there has to be? Looked at anew every quarter of a second."""
        now = self._now_s()
        with self._lock:
            if now - self._looked_at >= _LOOK_EVERY_S:
                self._looked_at = now
                try:
                    self._free_bytes = self._free(self._folder)
                except OSError:
                    # The store will say what is wrong with the folder.
                    return False
                self._is_short = self._free_bytes < self._limit_bytes * (_MARGIN if self._is_short else 1)
            return self._is_short

    def told(self) -> str:
        """For a person: how much is free, and what to do."""
        return (
            f"The disk of the data folder has {self._free_bytes // MEBIBYTE:,} MB free, and spans are taken with "
            f"{self._limit_bytes // MEBIBYTE:,} MB or more (SPANORIGIN_MIN_FREE_MB). Make room, or bound what is kept "
            "with --keep-days or --keep-gb; spans are taken again by themselves then."
        )
