"""The bodies that a writer is writing just now, by name: noted on disk, so that a server knows what a kill left behind.

Kept by a `Writer`. A body whose spans began on two days becomes two parts in the store, and a server may be killed
between them; and a failed insert may not be taken back at once, where the disk or the memory is full. Either way their
senders have no answer and send again, so that what is there of these names is to go (decision 0165).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

# Room for the names of a group, of 20 bytes each. It is taken when the file is made: a full disk is no reason to fail.
_ROOM: Final = 4096


class Unanswered:
    """Names of one writer. Without a file they are kept for as long as the process lives."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self.names: Sequence[int] = ()
        if file is None:
            return
        if file.exists():
            self.names = tuple(int(name) for name in file.read_bytes().partition(b"\n")[0].split())
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"\n" * _ROOM)

    def note(self, names: Sequence[int]) -> None:
        """These are being written from now on; there are none besides."""
        self.names = tuple(names)
        # Not synced: it has to outlive the process, as spans do, and not a power cut.
        if self._file is not None:
            with self._file.open("r+b") as file:
                file.write(b" ".join(b"%d" % name for name in names) + b"\n")

    def clear(self) -> None:
        """They are stored, or gone."""
        self.note(())
