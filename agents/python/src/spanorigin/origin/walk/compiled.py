"""Set up a walker in C: find its extension module, see whether it can be trusted, and answer what it asks of Python.

Called by `choose_walker`. The C code looks at frames and at what it already knows. Whose a file is, and what a chain of
frames reads like, it asks here, once each, so that all walkers have it decided in one place (`places.py`).
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.trace import Tracer, _Span
from opentelemetry.trace import SpanContext, SpanKind

from spanorigin import emit
from spanorigin.counters import Tally
from spanorigin.emit import Attach
from spanorigin.model import Attributes, Refusal
from spanorigin.origin.walk import Rules
from spanorigin.origin.walk.places import LAUNCHED, NO_USER_FRAME, TOO_DEEP, Sorter, origin_of
from spanorigin.origin.walk.self_test import differing_shape
from spanorigin.source import Sources

OnStart = Callable[..., None]

RAW: Final = "raw"
PUBLIC: Final = "public"
WORDS: Final = {RAW: "C over raw interpreter frames", PUBLIC: "C over the public frame API"}


class CompiledWalker:
    """Finds the user's frames around the running call, in C. One for all threads."""

    def __init__(self, module: ModuleType, sources: Sources, rules: Rules) -> None:
        self._module = module
        self._walker = module.Walker(
            sort=Sorter(sources, rules.borders).kind,
            learn=lambda frames: rules.prepare(origin_of(frames, sources)),
            start_span=getattr(Tracer.start_span, "__code__", None),
            max_frames=rules.max_frames,
            depth_limit=rules.depth_limit,
            frame_gap=rules.frame_gap,
            no_user_frame=NO_USER_FRAME,
            launched=LAUNCHED,
            too_deep=TOO_DEEP,
        )
        # The C method itself: a Python one around it would be a frame too many on the stack.
        self.walk: Callable[[], Attributes | Refusal] = self._walker.walk

    def as_on_start(self, otherwise: OnStart, attach: Attach, tally: Tally) -> OnStart | None:
        """A processor's on_start in C, for the spans that attach directly; `otherwise` gets the rest.

        None where the SDK keeps spans in another layout than the known one.
        """
        if attach is not emit.attach_to_new:
            return None
        make = functools.partial(
            self._module.OnStart,
            walker=self._walker,
            client=SpanKind.CLIENT,
            producer=SpanKind.PRODUCER,
            internal=SpanKind.INTERNAL,
            span_type=_Span,
            attributes_type=BoundedAttributes,
            prefixes=emit.PREFIXES,
        )
        if not _serves_a_span(make):
            return None
        on_start: OnStart = make(
            otherwise=otherwise, attach=attach, missed=tally.miss, failed=functools.partial(tally.failure, "span start")
        )
        return on_start


@functools.cache
def load(kind: str) -> ModuleType | str:
    """The extension module of a kind, tried and found right; otherwise, in words, why there is none. Once a process."""
    if sys.implementation.name != "cpython":
        return f"{sys.implementation.name} has no frames of CPython's kind"
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return "this interpreter runs without its lock"
    try:
        module = importlib.import_module(f"{__package__}._{kind}")
    except ModuleNotFoundError:
        return f"not compiled for Python {sys.version_info[0]}.{sys.version_info[1]} here"
    except ImportError as error:
        return f"cannot be loaded ({error})"
    if kind == RAW and sys.version_info.releaselevel != "final":
        return "the frames of a Python before its release may still change"
    try:
        differing = differing_shape(module.stack)
    except Exception as error:
        return f"its self-test ended with {type(error).__name__}"
    if differing is not None:
        return f"its self-test saw another stack than sys._getframe does ({differing})"
    return module


def _serves_a_span(make: Callable[..., OnStart]) -> bool:
    """Whether an on_start in C finds its way through a span of this SDK; tried on one that no processor ever sees."""
    missed: list[tuple[Refusal, Any]] = []
    failed: list[BaseException] = []

    def otherwise(*_: Any, **__: Any) -> None:
        failed.append(TypeError())

    span = _Span("layout", SpanContext(1, 1, is_remote=False), kind=SpanKind.CLIENT)
    span.start()
    try:
        make(
            otherwise=otherwise,
            attach=emit.attach_to_new,
            missed=lambda *miss: missed.append(miss),
            failed=failed.append,
        )(span)
        return not failed and bool(missed) is not bool(span.attributes)
    finally:
        span.end()
