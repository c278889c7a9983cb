"""Know the entry span that a span serves: itself, or the open SERVER or CONSUMER span it descends from.

`origin.processor` tells of each entry span that starts, `origin.entry` asks when a handler's turn comes. Nobody tells
of ends: an ended or collected span is passed over when asked for and swept out in time, so that an end costs nothing.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Final

from opentelemetry.sdk.trace import Span
from opentelemetry.trace import Span as AnySpan
from opentelemetry.trace import SpanKind

# Module constants: a look-up on an enum class costs more than the comparison.
_SERVER: Final = SpanKind.SERVER
_CONSUMER: Final = SpanKind.CONSUMER
SWEPT_FROM: Final = 256
"""Spans remembered before the first sweep. Each later one waits for twice what the last one left."""
# Only spans that the program never ends and keeps can reach it; a request in flight is forgotten at worst.
_OPEN_LIMIT: Final = 10_000

_Reference = weakref.ref[Span]


class OpenEntries:
    """The open local roots of kind SERVER and CONSUMER. One for all providers of the process; holds no span alive."""

    def __init__(self) -> None:
        self.by_trace: dict[int, _Reference | dict[int, _Reference]] = {}
        """Trace -> its entry span; by their ids where a program calls itself. A walker in C writes the first form."""
        self.settle: Callable[[], object] = _nothing
        """Completes `by_trace`: a walker in C keeps the newest entry spans to itself until somebody asks."""
        self._sweep_at = SWEPT_FROM
        # Reentrant, since a garbage collection in here may run a finalizer that starts a span.
        self._lock = threading.RLock()

    def opened(self, span: Span) -> int:
        """Remember an entry span that starts now, if it is a local root. The answer is the number of traces at which
        to ask for a sweep, which calling this does."""
        parent = span.parent
        if parent is None or parent.is_remote:
            context = span.get_span_context()
            with self._lock:
                if len(self.by_trace) >= self._sweep_at:
                    self._sweep()
                self._remember(context.trace_id, context.span_id, span)
        return self._sweep_at

    def span_for(self, current: AnySpan) -> Span | None:
        """The open entry span that `current` serves, or None.

        A program that calls itself has several open entry spans in one trace. Then only a direct child is sure of its
        own, and anything deeper gets None: a wrong origin is worse than none.
        """
        if not isinstance(current, Span) or not current.is_recording():
            return None
        kind = current.kind
        if kind is _SERVER or kind is _CONSUMER:
            return current
        self.settle()
        with self._lock:
            found = _open_ones(self.by_trace.get(current.get_span_context().trace_id))
        if len(found) == 1:
            return found[0]
        parent = current.parent
        served = None if parent is None else parent.span_id
        return next((span for span in found if span.get_span_context().span_id == served), None)

    def forget(self) -> None:
        """Forget all, as after a time in which nobody told of spans."""
        self.settle()
        with self._lock:
            self.by_trace.clear()

    def forget_after_fork(self) -> None:
        """The lock may have been held by a thread that does not exist in the child."""
        self._lock = threading.RLock()

    def _remember(self, trace_id: int, span_id: int, span: Span) -> None:
        reference = weakref.ref(span)
        # In one step, as the walker in C adds without the lock; what is there already it leaves to us.
        held = self.by_trace.setdefault(trace_id, reference)
        if held is not reference:
            others = {other.get_span_context().span_id: weakref.ref(other) for other in _open_ones(held)}
            self.by_trace[trace_id] = {**others, span_id: reference} if others else reference

    def _sweep(self) -> None:
        for trace_id, held in self.by_trace.copy().items():
            # Nearly all are collected by now; those are told apart at a tenth of the cost.
            if (type(held) is weakref.ref and held() is None) or not _open_ones(held):
                self.by_trace.pop(trace_id, None)
        while len(self.by_trace) >= _OPEN_LIMIT:
            del self.by_trace[next(iter(self.by_trace))]
        self._sweep_at = max(SWEPT_FROM, 2 * len(self.by_trace))


def _open_ones(held: _Reference | dict[int, _Reference] | None) -> list[Span]:
    references = () if held is None else held.values() if type(held) is dict else (held,)
    spans = (reference() for reference in references)  # type: ignore[operator]  # either form holds references only
    return [span for span in spans if span is not None and span.is_recording()]


def _nothing() -> None:
    """What there is to complete where no walker in C keeps any."""
