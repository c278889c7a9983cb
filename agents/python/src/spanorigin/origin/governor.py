"""Keep the time that exit capture takes within a budget: measure a few captures, thin them out when they cost too much.

Set up by `agent`, used by `origin.processor`, read by `agent.status()` and `metrics`. Within the budget one exit in 64
is started under a clock and all others as if nothing were here. Over it, one exit in two, four, eight … gets its
origin, drawn at random so that every call site keeps some; what was passed over is counted. Decision 0102.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from opentelemetry.trace import SpanKind

from spanorigin.counters import Tally
from spanorigin.model import Refusal

OnStart = Callable[..., None]
Clock = Callable[[], int]

OVER_BUDGET: Final = Refusal("over-budget", "exit capture took more than SPANORIGIN_BUDGET and is thinned out for now")
EVERY: Final = 64
"""Of the exits within the budget, one in this many is measured."""
WINDOW_NS: Final = 1_000_000_000
_SAMPLES: Final = 8  # of a window at least; the largest is left out, as a garbage collection may have hit it
_WINDOWS: Final = 2  # over the budget in a row, before anything is thinned: a program's start is dear
_MOST_HALVINGS: Final = 10
_HELD_BACK: Final = 0.7  # of the budget may be used by what is let through again, or it would go to and fro
_INERTIA: Final = 16
_JUMP: Final = 4
_CLIENT: Final = SpanKind.CLIENT
_PRODUCER: Final = SpanKind.PRODUCER


class Governor:
    """One for the on_start of one processor. Safe in any thread: two that count at the same instant may lose one."""

    def __init__(
        self, budget: float, tally: Tally, *, now: Clock = time.monotonic_ns, spent: Clock = time.thread_time_ns
    ) -> None:
        """`budget` is a share of one core's time, 0.01 for a hundredth. `spent` is a clock of the thread's own time, so
        that waiting for the interpreter or for a core is not taken for work."""
        self.halvings = 0
        """Exits are captured one in two to this power."""
        self.share = 0.0
        """Of one core's time, what full capture takes at the present traffic; 0 until a window is over."""
        self.spent_ns = 0
        """About what exit capture has taken since it was installed."""
        self._budget = budget
        self._tally = tally
        self._now = now
        self._spent = spent
        self._usual: OnStart = _nothing
        self._use: Callable[[OnStart], None] = _nothing
        self._reading_ns = min(-spent() + spent() for _ in range(10))
        # Its own numbers: the program's may have been seeded.
        self._drawn = random.Random().getrandbits  # noqa: S311 - not a secret
        self._closing = threading.Lock()
        self._mean_ns = 0.0
        self._windows_over = 0
        self._begin_window()

    def govern(self, on_start: OnStart, use: Callable[[OnStart], None]) -> None:
        """Have `on_start` measured; `use` puts another one in its place."""
        self._usual, self._use = on_start, use

    def measure_next(self) -> None:
        """Measure the next exit that is started. To be called for one in EVERY."""
        if not self.halvings:
            self._use(self._measured)

    def forget_after_fork(self) -> None:
        """The lock may have been held by a thread that does not exist in the child."""
        self._closing = threading.Lock()

    def _measured(self, span: Any, parent_context: Any = None) -> None:
        kind = getattr(span, "_kind", None)
        if kind is not _CLIENT and kind is not _PRODUCER:
            self._usual(span, parent_context)
            return
        self._use(self._usual)
        try:
            taken = self._time(span, parent_context)
            self.spent_ns += taken * EVERY
            self._samples.append(taken)
            if len(self._samples) >= _SAMPLES and self._now() - self._since >= WINDOW_NS:
                self._close(self._close_measured)
        except Exception as error:
            self._tally.failure("governor", error)

    def _thinned(self, span: Any, parent_context: Any = None) -> None:
        kind = getattr(span, "_kind", None)
        if kind is not _CLIENT and kind is not _PRODUCER:
            self._usual(span, parent_context)
            return
        try:
            self._seen += 1
            if self._drawn(self.halvings):
                self._tally.miss(OVER_BUDGET, span)
            else:
                taken = self._time(span, parent_context)
                self.spent_ns += taken
                self._mean_ns += (min(taken, _JUMP * self._mean_ns) - self._mean_ns) / _INERTIA
            if self._now() - self._since >= WINDOW_NS:
                self._close(self._close_thinned)
        except Exception as error:
            self._tally.failure("governor", error)

    def _time(self, span: Any, parent_context: Any) -> int:
        before = self._spent()
        self._usual(span, parent_context)
        return max(1, self._spent() - before - self._reading_ns)

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
        self._use(self._thinned if halvings else self._usual)


def _nothing(*_: Any, **__: Any) -> None:
    """What stands in until govern() is called."""
