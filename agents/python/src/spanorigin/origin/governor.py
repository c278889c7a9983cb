"""Keep the time that exit capture takes within a budget: judge a few timed captures, thin out when they cost too much.

Set up by `agent`; told and asked by whoever captures (`origin.processor`, or the walker in C that stands in for it);
read by `agent.status()` and `metrics`. Within the budget one exit in EVERY is timed and all others go on as if nothing
were here. Over it, one exit in two, four, eight … gets its origin, drawn at random so that every call site keeps some;
what was passed over is counted. Decisions 0102 and 0103.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from spanorigin.counters import Tally
from spanorigin.model import Refusal

PassesOver = Callable[[Any], bool]
Clock = Callable[[], int]

OVER_BUDGET: Final = Refusal("over-budget", "exit capture took more than SPANORIGIN_BUDGET and is thinned out for now")
EVERY: Final = 128
"""Of the exits within the budget, one in this many is timed."""
WINDOW_NS: Final = 1_000_000_000
thread_time_ns: Final = time.thread_time_ns
"""What captures are timed by: the thread's own time, so that waiting for the interpreter or for a core is not taken for
work."""
READING_NS: Final = min(-thread_time_ns() + thread_time_ns() for _ in range(10))
"""What a reading of that clock adds to what it measures, in Python."""
_SAMPLES: Final = 8  # of a window at least; the largest is left out, as a garbage collection may have hit it
_WINDOWS: Final = 2  # over the budget in a row, before anything is thinned: a program's start is dear
_MOST_HALVINGS: Final = 10
_HELD_BACK: Final = 0.7  # of the budget may be used by what is let through again, or it would go to and fro
_INERTIA: Final = 16
_JUMP: Final = 4


class Governor:
    """One for all exits of the process. Safe in any thread: two that count at the same instant may lose one."""

    def __init__(self, budget: float, tally: Tally, *, now: Clock = time.monotonic_ns) -> None:
        """`budget` is a share of one core's time, 0.01 for a hundredth."""
        self.halvings = 0
        """Exits are captured one in two to this power."""
        self.share = 0.0
        """Of one core's time, what full capture takes at the present traffic; 0 until a window is over."""
        self.spent_ns = 0
        """About what exit capture has taken since it was installed."""
        self._budget = budget
        self._tally = tally
        self._now = now
        self._thin_by: Callable[[PassesOver | None], None] = _nothing
        # Its own numbers: the program's may have been seeded.
        self._drawn = random.Random().getrandbits  # noqa: S311 - not a secret
        self._closing = threading.Lock()
        self._mean_ns = 0.0
        self._windows_over = 0
        self._begin_window()

    def govern(self, thin_by: Callable[[PassesOver | None], None]) -> None:
        """Have whoever captures do so only where `passes_over` says no, once `thin_by` was called with it; with None,
        everywhere again."""
        self._thin_by = thin_by

    def sampled(self, taken_ns: int) -> None:
        """Take note of what one exit took. To be told of one in EVERY, and while thinning of each that is captured."""
        try:
            taken = max(1, taken_ns)
            if self.halvings:
                self.spent_ns += taken
                self._mean_ns += (min(taken, _JUMP * self._mean_ns) - self._mean_ns) / _INERTIA
                return  # passes_over() looks at the time, as it is asked more often
            self.spent_ns += taken * EVERY
            self._samples.append(taken)
            if len(self._samples) >= _SAMPLES and self._now() - self._since >= WINDOW_NS:
                self._close(self._close_measured)
        except Exception as error:
            self._tally.failure("governor", error)

    def passes_over(self, span: Any) -> bool:
        """Whether to leave this exit without an origin, which is counted."""
        try:
            self._seen += 1
            if self._now() - self._since >= WINDOW_NS:
                self._close(self._close_thinned)
            if self._drawn(self.halvings) == 0:  # of no bits at all, too
                return False
            self._tally.miss(OVER_BUDGET, span)
        except Exception as error:
            self._tally.failure("governor", error)
            return False
        return True

    def forget_after_fork(self) -> None:
        """The lock may have been held by a thread that does not exist in the child."""
        self._closing = threading.Lock()

    def _begin_window(self) -> None:
        self._since = self._now()
        self._samples: list[int] = []
        self._seen = 0

    def _close(self, judge: Callable[[], None]) -> None:
        """Judge the window that ends now, unless another thread is at it."""
        if self._closing.acquire(blocking=False):
            try:
                judge()
                self._begin_window()
            finally:
                self._closing.release()

    def _close_measured(self) -> None:
        samples = sorted(self._samples)[:-1]
        if not samples:
            return
        self._mean_ns = sum(samples) / len(samples)
        self._see_share((len(samples) + 1) * EVERY)
        self._windows_over = self._windows_over + 1 if self.share > self._budget else 0
        if self._windows_over >= _WINDOWS:
            self._windows_over = 0
            self._thin(self._halvings_for(self._budget))

    def _close_thinned(self) -> None:
        self._see_share(self._seen)
        self._thin(
            max(self._halvings_for(self._budget), min(self.halvings, self._halvings_for(self._budget * _HELD_BACK)))
        )

    def _see_share(self, exits: int) -> None:
        self.share = exits * self._mean_ns / max(1, self._now() - self._since)

    def _halvings_for(self, budget: float) -> int:
        halvings = 0
        while halvings < _MOST_HALVINGS and self.share > budget * 2**halvings:
            halvings += 1
        return halvings

    def _thin(self, halvings: int) -> None:
        self.halvings = halvings
        self._thin_by(self.passes_over if halvings else None)


def _nothing(_: PassesOver | None) -> None:
    """What stands in until govern() is called."""
