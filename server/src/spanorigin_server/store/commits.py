"""What has just been committed, by name, for readers who watch: written by the writers, read by live searches.

A reader keeps the mark of its last look and asks for what came after it. Names are kept for a bounded number of commits
and nothing is kept for a reader, so a slow one costs nothing; one who comes too late is told how many spans it missed.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

# At ten commits a second of 64 bodies each, three minutes and 5 MB of names.
KEPT_COMMITS = 2000


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a reader has seen: the number of commits, and of spans in them, since the server's start."""

    commits: int = 0
    spans: int = 0


@dataclass(frozen=True, slots=True)
class News:
    """What came after a mark: the new mark, names (received_ns) of bodies, and spans of bodies no longer known."""

    mark: Mark
    names: tuple[int, ...]
    missed_spans: int


@dataclass(frozen=True, slots=True)
class _Commit:
    before: Mark
    names: tuple[int, ...]


class Commits:
    """The newest commits. May be used from any thread."""

    def __init__(self, kept: int = KEPT_COMMITS) -> None:
        self._kept: deque[_Commit] = deque(maxlen=kept)
        self._now = Mark()
        self._lock = threading.Lock()

    @property
    def now(self) -> Mark:
        """The mark of a reader who has seen everything."""
        return self._now

    def note(self, names: Sequence[int], spans: int) -> None:
        """Bodies of these names, with so many spans, are in the store from now on."""
        with self._lock:
            self._kept.append(_Commit(self._now, tuple(names)))
            self._now = Mark(self._now.commits + 1, self._now.spans + spans)

    def pace(self) -> float:
        """Spans a second that came in of late: over the commits that are remembered. 0 before there are two."""
        with self._lock:
            if len(self._kept) < 2:
                return 0.0
            # A body's name is the nanosecond of its receipt.
            first, last = self._kept[0], self._kept[-1]
            took_ns = max(max(last.names, default=0) - min(first.names, default=0), 1)
            return (self._now.spans - first.before.spans) * 1e9 / took_ns

    def since(self, mark: Mark) -> News:
        """What was committed after `mark`, a mark of this object."""
        with self._lock:
            new = [commit for commit in self._kept if commit.before.commits >= mark.commits]
            first = new[0].before if new else self._now
            names = tuple(name for commit in new for name in commit.names)
            return News(self._now, names, first.spans - mark.spans)
