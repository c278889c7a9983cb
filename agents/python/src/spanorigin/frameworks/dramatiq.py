"""Dramatiq: the function of the actor that a worker is about to call.

A worker asks each middleware before it calls the actor; the hook looks once the last of them has let the message pass,
so a span that a middleware of the program's opens is current by then. The instrumentation there is starts a span around
all of it without making it current; the tracer that it is given notes which span that is, for the thread it works in.
"""

import weakref
from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from spanorigin.frameworks.current import announce_of
from spanorigin.frameworks.held import held
from spanorigin.frameworks.hooks import Announcer, Framework
from spanorigin.origin.handler import class_attribute

# A thread works at one message at a time. The span is not kept alive by being noted.
_noted: ContextVar[weakref.ref[Any] | None] = ContextVar("spanorigin_dramatiq_span", default=None)


def _put_in_broker(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def emit_before(self: Any, signal: Any, *args: Any, **kwargs: Any) -> None:
            original(self, signal, *args, **kwargs)
            if signal == "process_message":
                try:
                    _announce(self, args[0], announcer)
                except Exception as error:
                    announcer.failed(error)

        return emit_before

    announcer.replace(module.Broker, "emit_before", make)


def _announce(broker: Any, message: Any, announcer: Announcer) -> None:
    actor = held(broker, "actors").get(message.actor_name)
    # One that a middleware has failed will not be handled.
    if actor is None or message.failed:
        return
    function = held(actor, "fn")
    if getattr(class_attribute(type(function), "__call__"), "__module__", "") == "dramatiq.generic":
        function = held(function, "perform")
    noted = _noted.get()
    span = None if noted is None else noted()
    if span is not None and span.is_recording():
        announce_of(span, function, announcer)
    else:
        announcer.handler(function, None)


def _put_in_instrumentation(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _instrument(tracer: Any, *args: Any, **kwargs: Any) -> Any:
            return original(_Tracer(tracer), *args, **kwargs)

        return _instrument

    announcer.replace(module, "_instrument", make)


class _Tracer:
    """The instrumentation's tracer, which notes the span that it starts for a message to be processed."""

    def __init__(self, tracer: Any) -> None:
        self._tracer = tracer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tracer, name)

    def start_span(self, *args: Any, **kwargs: Any) -> Any:
        span = self._tracer.start_span(*args, **kwargs)
        _noted.set(weakref.ref(span))
        return span


FRAMEWORK = Framework(
    "dramatiq",
    {"dramatiq.broker": _put_in_broker, "opentelemetry_instrumentor_dramatiq.src": _put_in_instrumentation},
    borders=("/dramatiq/worker.py",),
)
