"""Give each starting CLIENT and PRODUCER span its exit origin, and remember the open entry spans.

Called by the OpenTelemetry SDK for each recorded span, first of all span processors, so that what follows sees the
attributes. `origin.serving` remembers the entry spans.
"""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import SpanKind

from spanorigin.counters import Tally
from spanorigin.emit import Attach
from spanorigin.model import Refusal
from spanorigin.origin.governor import EVERY, Governor
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
        self.exits = 0
        """CLIENT and PRODUCER spans that have ended. Two threads that count at the same instant may lose one."""
        self._governor = governor
        self._walk = walker.walk
        self._waiting = waiting
        self._attach = attach
        self._tally = tally
        self.open_entries = OpenEntries()
        self.entry_span_for = self.open_entries.span_for
        # A walker in C can be the whole of on_start too, for the spans that need no more of Python. Decision 0074.
        as_on_start = getattr(walker, "as_on_start", None)
        in_c = None if as_on_start is None else as_on_start(self.on_start, attach, tally, self.open_entries)
        self._in_c = in_c
        self._minds_entries = True
        if in_c is not None:
            self.on_start = in_c  # type: ignore[method-assign]
        if governor is not None:
            governor.govern(self.on_start, self._use)
        if hasattr(os, "register_at_fork"):
            forget = weakref.WeakMethod(self._forget_after_fork)
            os.register_at_fork(after_in_child=lambda: (method := forget()) and method())

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the SDK's form
        try:
            kind = span._kind  # the property costs as much as the whole decision
            if kind is _CLIENT or kind is _PRODUCER:
                # Called from here and nowhere deeper: the walker counts on its own caller being this method.
                found = self._walk()
                if found is LAUNCHED and self._waiting is not None:
                    found = self._waiting.asked(sys._getframe(1)) or found
                refusal = found if type(found) is Refusal else self._attach(span, found)  # type: ignore[arg-type]
                if refusal is not None:
                    self._tally.miss(refusal, span)
            elif (kind is _SERVER or kind is _CONSUMER) and self._minds_entries:
                self.open_entries.opened(span)
        except Exception as error:  # someone's request goes on; `spanorigin doctor` will tell
            self._tally.failure("span start", error)

    def on_end(self, span: ReadableSpan) -> None:
        try:
            kind = span._kind  # the property costs as much as the whole decision
            if kind is _CLIENT or kind is _PRODUCER:
                # Counted here, since on_start may be in C, and ends are as many as starts.
                self.exits = exits = self.exits + 1
                if not exits % EVERY and self._governor is not None:
                    self._governor.measure_next()
        except Exception as error:
            self._tally.failure("span end", error)

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

    def retire(self) -> None:
        """Do nothing from now on, for a provider that cannot let a processor go."""
        self.on_start = self.on_end = _nothing  # type: ignore[method-assign]

    def _use(self, on_start: Callable[..., None]) -> None:
        if self.on_start is not _nothing:
            self.on_start = on_start  # type: ignore[method-assign]

    def _forget_after_fork(self) -> None:
        self.open_entries.forget_after_fork()
        if self._governor is not None:
            self._governor.forget_after_fork()


def _nothing(span: ReadableSpan, parent_context: Context | None = None) -> None:
    """What a retired processor does."""
