"""Give each starting CLIENT and PRODUCER span its exit origin, and remember the open entry spans.

Called for each recorded span that starts, before the SDK's own span processors (`providers`), so that they see the
attributes. Nobody tells of ends: exits are counted and timed as they start. `origin.serving` remembers the entry spans.
"""

from __future__ import annotations

import os
import sys
import weakref
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor
from opentelemetry.trace import SpanKind

from spanorigin.counters import Tally
from spanorigin.emit import Attach
from spanorigin.model import Refusal
from spanorigin.origin.governor import EVERY, READING_NS, Governor, PassesOver, thread_time_ns
from spanorigin.origin.serving import OpenEntries
from spanorigin.origin.waiting import Waiting
from spanorigin.origin.walk import Walker
from spanorigin.origin.walk.places import LAUNCHED

# Module constants: a look-up on an enum class costs more than the comparison.
_CLIENT: Final = SpanKind.CLIENT
_PRODUCER: Final = SpanKind.PRODUCER
_SERVER: Final = SpanKind.SERVER
_CONSUMER: Final = SpanKind.CONSUMER


class OriginProcessor(SpanProcessor):
    """One for all providers of the process. Raises nothing; a span that it cannot serve is counted in `tally`."""

    def __init__(
        self,
        walker: Walker,
        attach: Attach,
        tally: Tally,
        waiting: Waiting | None = None,
        governor: Governor | None = None,
    ) -> None:
        """`waiting` is asked for what a walk cannot see: who awaits the running task. Without `governor` nothing is
        measured."""
        self._exits = 0
        self._passes_over: PassesOver | None = None
        self._governor = governor
        self._walk = walker.walk
        self._waiting = waiting
        self._attach = attach
        self._tally = tally
        self.open_entries = OpenEntries()
        self.entry_span_for = self.open_entries.span_for
        # A walker in C can be the whole of on_start too, for the spans that need no more of Python. Decision 0074.
        as_on_start = getattr(walker, "as_on_start", None)
        in_c = (
            None if as_on_start is None else as_on_start(self.on_start, attach, self._missed, tally, self.open_entries)
        )
        self._in_c = in_c
        self._minds_entries = True
        if in_c is not None:
            self.on_start = in_c  # type: ignore[method-assign]
            if governor is not None:
                in_c.govern(governor.sampled, EVERY)
        if governor is not None:
            governor.govern(self._thin_by)
        if hasattr(os, "register_at_fork"):
            forget = weakref.WeakMethod(self._forget_after_fork)
            os.register_at_fork(after_in_child=lambda: (method := forget()) and method())

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the SDK's form
        try:
            kind = span._kind  # the property costs as much as the whole decision
            if kind is _CLIENT or kind is _PRODUCER:
                self._exits = exits = self._exits + 1
                passes_over = self._passes_over
                if passes_over is not None and passes_over(span):
                    return
                timed_from = None if exits % EVERY and passes_over is None else thread_time_ns()
                # Called from here and nowhere deeper: the walker counts on its own caller being this method.
                found = self._walk()
                refusal = found if type(found) is Refusal else self._attach(span, found)  # type: ignore[arg-type]
                if refusal is not None:
                    self._missed(refusal, span)
                if timed_from is not None and self._governor is not None:
                    self._governor.sampled(thread_time_ns() - timed_from - READING_NS)
            elif (kind is _SERVER or kind is _CONSUMER) and self._minds_entries:
                self.open_entries.opened(span)
        except Exception as error:  # someone's request goes on; `spanorigin doctor` will tell
            self._tally.failure("span start", error)

    def _missed(self, refusal: Refusal, span: Span) -> None:
        """Count a span that gets no origin. Before that, what was launched elsewhere is asked who awaits it."""
        if refusal is LAUNCHED and self._waiting is not None:
            found = self._waiting.asked(sys._getframe(1))
            if found is not None:
                refused = self._attach(span, found)
                if refused is None:
                    return
                refusal = refused
        self._tally.miss(refusal, span)

    @property
    def exits(self) -> int:
        """CLIENT and PRODUCER spans that have been started. Two threads that count at the same instant may lose one."""
        return self._exits if self._in_c is None else self._exits + int(self._in_c.exits)

    @property
    def minds_entries(self) -> bool:
        """Whether open entry spans are remembered, which `origin.entry` asks for."""
        return self._minds_entries

    @minds_entries.setter
    def minds_entries(self, minds: bool) -> None:
        self._minds_entries = minds
        if self._in_c is not None:
            self._in_c.minds_entries = minds

    def forget_open(self) -> None:
        """Forget the open entry spans: while nobody told of spans, some of them will have ended."""
        self.open_entries.forget()

    def _thin_by(self, passes_over: PassesOver | None) -> None:
        self._passes_over = passes_over
        if self._in_c is not None:
            self._in_c.thin(passes_over)

    def _forget_after_fork(self) -> None:
        self.open_entries.forget_after_fork()
        if self._governor is not None:
            self._governor.forget_after_fork()
