"""Give each starting CLIENT and PRODUCER span its exit origin, and remember the open entry spans.

Called by the OpenTelemetry SDK for each recorded span, first of all span processors, so that what follows sees the
attributes. `origin.entry` asks it for the span that a handler belongs to.
"""

from __future__ import annotations

import weakref
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import SpanKind

from spanorigin.counters import Tally
from spanorigin.emit import Attach
from spanorigin.model import Refusal
from spanorigin.origin.walk import Walker

# Module constants: a look-up on an enum class costs more than the comparison.
_CLIENT: Final = SpanKind.CLIENT
_PRODUCER: Final = SpanKind.PRODUCER
_SERVER: Final = SpanKind.SERVER
_CONSUMER: Final = SpanKind.CONSUMER
# Only spans that the program never ends can reach it; a request in flight is dropped from here at worst.
_OPEN_LIMIT: Final = 10_000


class OriginProcessor(SpanProcessor):
    """One for all providers of the process. Raises nothing; a span that it cannot serve is counted in `tally`."""

    def __init__(self, walker: Walker, attach: Attach, tally: Tally) -> None:
        self._walk = walker.walk
        self._attach = attach
        self._tally = tally
        self._open: dict[int, tuple[weakref.ref[Span], ...]] = {}

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the SDK's form
        kind = span.kind
        if kind is _CLIENT or kind is _PRODUCER:
            try:
                # Called from here and nowhere deeper: the walker counts on its own caller being this method.
                found = self._walk()
                refusal = found if type(found) is Refusal else self._attach(span, found)  # type: ignore[arg-type]
                if refusal is not None:
                    self._tally.miss(refusal)
            except Exception as error:  # someone's request goes on; `spanorigin doctor` will tell
                self._tally.failure("exit", error)
        elif kind is _SERVER or kind is _CONSUMER:
            try:
                self._opened(span)
            except Exception as error:
                self._tally.failure("entry", error)

    def on_end(self, span: ReadableSpan) -> None:
        kind = span.kind
        if kind is _SERVER or kind is _CONSUMER:
            try:
                self._closed(span)
            except Exception as error:
                self._tally.failure("entry", error)

    def entry_span_for(self, current: Span) -> Span | None:
        """The open SERVER or CONSUMER span that `current` serves: itself, or the local root it descends from.

        A program that calls itself has several open entry spans in one trace. Then only a direct child is sure of its
        own, and anything deeper gets None: a wrong origin is worse than none.
        """
        kind = current.kind
        if kind is _SERVER or kind is _CONSUMER:
            return current
        context = current.get_span_context()
        held = self._open.get(context.trace_id, ()) if context is not None else ()
        candidates = [span for span in (reference() for reference in held) if span is not None and span.is_recording()]
        if len(candidates) == 1:
            return candidates[0]
        parent = current.parent
        for candidate in candidates:
            if parent is not None and candidate.get_span_context().span_id == parent.span_id:
                return candidate
        return None

    def _opened(self, span: Span) -> None:
        if span.parent is None or span.parent.is_remote:
            trace_id = span.get_span_context().trace_id
            if len(self._open) >= _OPEN_LIMIT:
                self._open.pop(next(iter(self._open)), None)
            self._open[trace_id] = (*self._open.get(trace_id, ()), weakref.ref(span))

    def _closed(self, span: ReadableSpan) -> None:
        context = span.get_span_context()
        if context is None:
            return
        held = self._open.pop(context.trace_id, None)
        if held is not None and len(held) > 1:
            kept = tuple(r for r in held if (s := r()) is not None and s.get_span_context().span_id != context.span_id)
            if kept:
                self._open[context.trace_id] = kept
