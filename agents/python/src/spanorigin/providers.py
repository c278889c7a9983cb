"""Stand first among the span processors of a tracer provider, step out, and come back while spans are being made.

Used by `agent`, one place a provider. First, because what stands behind us are exporters and processors that look at a
span's attributes; add_span_processor() would put us last.
"""

from __future__ import annotations

from typing import Protocol

from opentelemetry.context import Context
from opentelemetry.sdk.trace import (
    ConcurrentMultiSpanProcessor,
    ReadableSpan,
    Span,
    SpanProcessor,
    SynchronousMultiSpanProcessor,
)


class Place(Protocol):
    """Our place in one provider."""

    def hold(self, processor: SpanProcessor | None) -> None:
        """Have `processor` see each span from now on, in place of the last one; None: nobody, and nothing is left.

        Spans that are being started at this moment see the one or the other.
        """
        ...


def place_in(provider: object) -> Place:
    """Our place in `provider`, which must have add_span_processor(); nobody stands there yet."""
    every = getattr(provider, "_active_span_processor", None)
    if isinstance(every, SynchronousMultiSpanProcessor):
        return _First(every)
    if isinstance(every, ConcurrentMultiSpanProcessor):
        return _Before(every)
    return _Last(provider)


class _First:
    """Before the others in their own list."""

    def __init__(self, every: SynchronousMultiSpanProcessor) -> None:
        self._every = every
        self._held: SpanProcessor | None = None

    def hold(self, processor: SpanProcessor | None) -> None:
        with self._every._lock:
            others = tuple(each for each in self._every._span_processors if each is not self._held)
            self._every._span_processors = others if processor is None else (processor, *others)
            self._held = processor


class _Before:
    """In the thread that starts the span. As one of `every`'s own we would see the stack of a pool's thread."""

    def __init__(self, every: ConcurrentMultiSpanProcessor) -> None:
        self._every = every
        self._target = _Target()
        self._is_in = False

    def hold(self, processor: SpanProcessor | None) -> None:
        self._target.processor = processor
        if processor is not None and not self._is_in:
            self._step_in()
        elif processor is None and self._is_in:
            self._step_out()

    def _step_in(self) -> None:
        every, target = self._every, self._target
        start_all, end_all = every.on_start, every.on_end

        def on_start(span: Span, parent_context: Context | None = None) -> None:
            if target.processor is not None:
                target.processor.on_start(span, parent_context)
            start_all(span, parent_context)

        def on_end(span: ReadableSpan) -> None:
            if target.processor is not None:
                target.processor.on_end(span)
            end_all(span)

        self._ours = (on_start, on_end)
        every.on_start, every.on_end = on_start, on_end  # type: ignore[method-assign]
        self._is_in = True

    def _step_out(self) -> None:
        held = vars(self._every)
        # Where somebody stands before us we stay in place, and do nothing.
        if (held.get("on_start"), held.get("on_end")) == self._ours:
            del self._every.on_start, self._every.on_end
            self._is_in = False


class _Last:
    """Where a provider of another make puts us. It cannot let a processor go, so one stays that does nothing."""

    def __init__(self, provider: object) -> None:
        self._provider = provider
        self._target = _Target()
        self._is_in = False

    def hold(self, processor: SpanProcessor | None) -> None:
        self._target.processor = processor
        if processor is not None and not self._is_in:
            self._provider.add_span_processor(self._target)  # type: ignore[attr-defined]  # install() has checked it
            self._is_in = True


class _Target(SpanProcessor):
    """Passes spans on to whoever is held."""

    def __init__(self) -> None:
        self.processor: SpanProcessor | None = None

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        processor = self.processor
        if processor is not None:
            processor.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        processor = self.processor
        if processor is not None:
            processor.on_end(span)
