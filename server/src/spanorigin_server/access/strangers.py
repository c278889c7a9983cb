"""How many lines of the audit log those may cause whom nobody has let in.

The log keeps its newest pages. Whoever may write as much as they like can have it forget what they would rather have
forgotten, so refused sign-ins get a few lines a minute, and the others are counted (decision 0240). Asked by `sign_in`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

# 3 MB a day, of the 96 MB that are kept.
LINES_A_MINUTE: Final = 10


class Strangers:
    """Used from one event loop."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._since = now()
        self._lines = self._untold = 0

    def line(self, what: str) -> str | None:
        """What the log shall say of one more that was refused; None where it only counts."""
        now = self._now()
        if now - self._since >= 60:
            self._since, self._lines = now, 0
        if self._lines == LINES_A_MINUTE:
            self._untold += 1
            return None
        self._lines += 1
        untold, self._untold = self._untold, 0
        return f"{what}; {untold:,} more were refused since the line before" if untold else what
