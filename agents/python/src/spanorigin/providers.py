"""Stand first among the span processors of a tracer provider, step out, and come back while spans are being made.

Used by `agent`, one place a provider. First, because what stands behind us are exporters and processors that look at a
span's attributes; add_span_processor() would put us last.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Protocol

from opentelemetry.context import Context
from opentelemetry.sdk.trace import (
    ConcurrentMultiSpanProcessor,
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
    if isinstance(every, (SynchronousMultiSpanProcessor, ConcurrentMultiSpanProcessor)):
        return _Before(every)
    return _Last(provider)


class _Before:
    """Before the one that passes each span on to all others, in the thread that starts the span.

    Not as one of them: then each span that ends would come by too, to no end. And behind a pool we would see the stack
    of one of its threads. Decision 0103.
    """

    def __init__(self, every: SynchronousMultiSpanProcessor | ConcurrentMultiSpanProcessor) -> None:
        self._every = every
        self._capture: Callable[[Span], None] = _nothing
        self._ours: Callable[..., None] | None = None
        """What stands in the place of the other's on_start; None where nothing does."""

    def hold(self, processor: SpanProcessor | None) -> None:
        self._capture = _nothing if processor is None else processor.on_start
        if processor is not None and self._ours is None:
            self._step_in()
        elif processor is None and self._ours is not None and vars(self._every).get("on_start") is self._ours:
            # Where somebody stands before us we stay in place, and do nothing.
            del self._every.on_start
            self._ours = None

    def _step_in(self) -> None:
        every = self._every
        in_their_place = self._quick() if _only_passes_on(every) else self._general(every.on_start)
        self._ours = every.on_start = in_their_place  # type: ignore[method-assign]

    # Both forms take the place of a frame of the SDK's, and the walkers know at which depth. A local variable, since
    # calling an attribute costs another look at the class.

    def _general(self, start_all: Callable[..., None]) -> Callable[..., None]:
        def on_start(span: Span, parent_context: Context | None = None) -> None:
            capture = self._capture
            capture(span)
            start_all(span, parent_context=parent_context)

        return on_start

    def _quick(self) -> Callable[..., None]:
        """Does itself what the SDK's does, which saves each span a call."""
        every = self._every

        def on_start(span: Span, parent_context: Context | None = None) -> None:
            capture = self._capture
            capture(span)
            for processor in every._span_processors:
                processor.on_start(span, parent_context=parent_context)

        return on_start


def _only_passes_on(every: SpanProcessor) -> bool:
    """Whether its on_start is the SDK's loop over span processors, and nobody's who does more: a function that knows no
    other names cannot."""
    on_start = inspect.getattr_static(every, "on_start", None)
    return (
        type(every) is SynchronousMultiSpanProcessor
        and type(on_start) is FunctionType
        and on_start.__code__.co_names == ("_span_processors", "on_start")
        and not on_start.__code__.co_freevars
    )


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


def _nothing(span: Span) -> None:
    """What is done while nobody is held."""
