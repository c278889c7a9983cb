"""Set up a walker in C: find its extension module, see whether it can be trusted, and answer what it asks of Python.

Called by `choose_walker`. The C code looks at frames and at what it already knows. Whose a file is, and what a chain of
frames reads like, it asks here, once each, so that all walkers have it decided in one place (`places.py`).
"""

from __future__ import annotations

import functools
import importlib
import sys
import threading
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any, Final

from opentelemetry import context as runtime
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.trace import Span, Tracer, _Span
from opentelemetry.trace import SpanContext, SpanKind, propagation, set_span_in_context

from spanorigin import emit, names
from spanorigin.counters import Tally
from spanorigin.emit import Attach
from spanorigin.model import Attributes, Refusal
from spanorigin.origin.serving import OpenEntries
from spanorigin.origin.walk import Rules
from spanorigin.origin.walk.places import LAUNCHED, NO_USER_FRAME, TOO_DEEP, Sorter, origin_of, with_room
from spanorigin.origin.walk.self_test import differing_shape
from spanorigin.source import Sources

OnStart = Any
"""Of the C type OnStart."""
OnHandler = Callable[..., None]

RAW: Final = "raw"
PUBLIC: Final = "public"
WORDS: Final = {RAW: "C over raw interpreter frames", PUBLIC: "C over the public frame API"}


class CompiledWalker:
    """Finds the user's frames around the running call, in C. One for all threads."""

    def __init__(self, module: ModuleType, sources: Sources, rules: Rules) -> None:
        self._module = module
        self._walker = module.Walker(
            sort=Sorter(sources, rules.borders).kind,
            learn=lambda frames: with_room(rules.prepare(origin_of(frames, sources))),
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

    def as_on_start(
        self,
        otherwise: OnStart,
        attach: Attach,
        missed: Callable[[Refusal, Span], None],
        tally: Tally,
        open_entries: OpenEntries,
    ) -> OnStart | None:
        """A processor's on_start in C, for the spans that attach directly; `otherwise` gets spans of another make or
        kind, `missed` those without an origin.

        None where the SDK keeps spans in another layout than the known one.
        """
        if attach is not emit.attach_to_new or not _serves_a_span(self._make_on_start):
            return None
        failed = functools.partial(tally.failure, "span start")
        on_start = self._make_on_start(otherwise, attach, missed, failed, open_entries)
        open_entries.settle = on_start.settle
        return on_start

    def as_on_handler(self, otherwise: OnHandler, answers: dict[Any, Any]) -> OnHandler | None:
        """A recorder's on_handler in C, for handlers among its `answers`; `otherwise` gets the rest.

        None where the SDK keeps spans, or which of them is current, in another way than the known one.
        """
        variable = getattr(getattr(runtime, "_RUNTIME_CONTEXT", None), "_current_context", None)
        if type(variable) is not ContextVar:
            return None
        door = self._make_on_start(_nothing, emit.attach_to_new, _nothing, _nothing, OpenEntries())
        make = functools.partial(
            self._module.OnHandler,
            door=door,
            context=variable,
            span_key=getattr(propagation, "_SPAN_KEY", None),
            server=SpanKind.SERVER,
            consumer=SpanKind.CONSUMER,
            lock_type=type(threading.Lock()),
            marks=(names.ORIGIN_TYPE, names.CODE_FILE_PATH),
        )
        if not _serves_a_handler(make):
            return None
        on_handler: OnHandler = make(otherwise=otherwise, answers=answers)
        return on_handler

    def _make_on_start(
        self,
        otherwise: OnStart,
        attach: Attach,
        missed: Callable[..., None],
        failed: Callable[..., None],
        open_entries: OpenEntries,
    ) -> OnStart:
        on_start: OnStart = self._module.OnStart(
            walker=self._walker,
            otherwise=otherwise,
            attach=attach,
            missed=missed,
            failed=failed,
            client=SpanKind.CLIENT,
            producer=SpanKind.PRODUCER,
            server=SpanKind.SERVER,
            consumer=SpanKind.CONSUMER,
            internal=SpanKind.INTERNAL,
            span_type=_Span,
            attributes_type=BoundedAttributes,
            prefixes=emit.PREFIXES,
            by_trace=open_entries.by_trace,
            opened=open_entries.opened,
            context_type=SpanContext,
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
    """Whether an on_start in C finds its way through spans of this SDK; tried on some that no processor ever sees."""
    missed: list[tuple[Refusal, Any]] = []
    failed: list[BaseException | None] = []
    open_entries = OpenEntries()

    def otherwise(*_: Any, **__: Any) -> None:
        failed.append(None)

    on_start = make(otherwise, emit.attach_to_new, lambda *miss: missed.append(miss), failed.append, open_entries)
    call, *entries = spans = [
        _Span("layout", SpanContext(number, number, is_remote=False), kind=kind)
        for number, kind in enumerate((SpanKind.CLIENT, SpanKind.SERVER, SpanKind.CONSUMER), 1)
    ]
    try:
        for span in spans:
            span.start()
            on_start(span)
        on_start.settle()
        is_remembered = [open_entries.by_trace[span.context.trace_id] for span in entries] == [
            *map(weakref.ref, entries)
        ]
        return not failed and is_remembered and bool(missed) is not bool(call.attributes)
    finally:
        for span in spans:
            span.end()


def _serves_a_handler(make: Callable[..., OnHandler]) -> bool:
    """Whether an on_handler in C finds this SDK's current span, and its way through it; tried on some of its own."""
    rest: list[Any] = []
    prepared: Attributes = {names.CODE_FILE_PATH: "/a.py", names.ORIGIN_TYPE: "entry"}
    answers = {(id(_nothing), "GET"): (weakref.ref(_nothing), (prepared, None))}
    on_handler = make(otherwise=lambda *asked: rest.append(asked), answers=answers)
    served, ended = (_Span("layout", SpanContext(1, 1, is_remote=False), kind=SpanKind.SERVER) for _ in range(2))
    for span in (served, ended):
        span.start()
    ended.end()
    for span, verb in ((served, "POST"), (served, "GET"), (served, "GET"), (ended, "GET")):
        token = runtime.attach(set_span_in_context(span))
        try:
            on_handler(_nothing, verb)
        finally:
            runtime.detach(token)
    served.end()
    return dict(served.attributes or {}) == prepared and rest == [(_nothing, "POST"), (_nothing, "GET")]


def _nothing(*_: Any, **__: Any) -> None:
    """Does nothing."""
