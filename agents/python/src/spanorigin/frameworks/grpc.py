"""gRPC servers, threaded and asyncio: the servicer's method behind the name that was called.

OpenTelemetry's interceptor opens the span and calls the next behaviour itself, so nothing of gRPC's runs in between.
The behaviour is noted where gRPC looks it up, in the context that the call keeps, and announced where the interceptor
makes its servicer context: the span is current there. Interceptors of the user's lie between and are no handlers.
"""

import contextlib
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from types import FunctionType, ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework

_ARITIES = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")

# Set within the context of one call, and gone with it.
_behavior: ContextVar[object] = ContextVar("spanorigin_grpc_behavior", default=None)

# Asyncio server -> the methods registered by name with it: method handler and behaviour, found by the identity of
# either; the table goes with its server. That server looks them up in compiled code, where nobody can look on.
_registered: weakref.WeakKeyDictionary[Any, dict[int, tuple[object, object]]] = weakref.WeakKeyDictionary()

_LOOKED_AT = 32
"""Objects looked at on the way through the wrappers of interceptors."""


def _put_in_look_up(module: ModuleType, announcer: Announcer) -> None:
    # What the generated `add_..._to_server` registers; the only one that an asyncio server asks.
    announcer.replace(module.DictionaryGenericHandler, "service", _note(announcer))


def _put_in_threaded_server(module: ModuleType, announcer: Announcer) -> None:
    # Methods registered by name, and generic handlers of the user's own.
    for name in ("_RegisteredMethod", "_GenericMethod"):
        if hasattr(module, name):
            announcer.replace(getattr(module, name), "handler", _note(announcer))


def _put_in_aio_server(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def add_registered_method_handlers(self: Any, service_name: Any, method_handlers: Any) -> Any:
            added = original(self, service_name, method_handlers)
            try:
                table = _registered.setdefault(self, {})
                for known in method_handlers.values():
                    behavior = _behavior_of(known)
                    table[id(known)] = table[id(behavior)] = (known, behavior)
            except Exception as error:
                announcer.failed(error)
            return added

        return add_registered_method_handlers

    announcer.replace(module.Server, "add_registered_method_handlers", make)


def _note(announcer: Announcer) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def look_up(self: Any, handler_call_details: Any) -> Any:
            found = original(self, handler_call_details)
            try:
                if found is not None:
                    _behavior.set(_behavior_of(found))
            except Exception as error:
                announcer.failed(error)
            return found

        return look_up

    return make


def _behavior_of(method_handler: Any) -> object:
    behaviors = (getattr(method_handler, arity, None) for arity in _ARITIES)
    return next((behavior for behavior in behaviors if behavior is not None), None)


def _registered_behind(method_handler: Any) -> object:
    """The registered behaviour that `method_handler` has, or that its wrappers hold; None where there is none.

    An interceptor that asked on holds what it was given. One that answers by itself holds nothing that is registered.
    """
    tables = list(_registered.values())
    waiting = [method_handler, _behavior_of(method_handler)]
    for _ in range(_LOOKED_AT):
        if not waiting:
            break
        current = waiting.pop(0)
        for table in tables:
            if id(current) in table:
                return table[id(current)][1]
        if type(current) is FunctionType:
            for cell in current.__closure__ or ():
                with contextlib.suppress(ValueError):  # not filled yet
                    waiting.append(cell.cell_contents)
    return None


def _put_in_interceptor(module: ModuleType, announcer: Announcer) -> None:
    announcer.replace(module._OpenTelemetryServicerContext, "__init__", _announce(announcer))


def _put_in_aio_interceptor(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _wrap_rpc_behavior(handler: Any, continuation: Any) -> Any:
            try:
                if _behavior.get() is None:
                    _behavior.set(_registered_behind(handler))
            except Exception as error:
                announcer.failed(error)
            return original(handler, continuation)

        return _wrap_rpc_behavior

    announcer.replace(module, "_wrap_rpc_behavior", make)
    announcer.replace(module._OpenTelemetryAioServicerContext, "__init__", _announce(announcer))


def _announce(announcer: Announcer) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            original(self, *args, **kwargs)
            behavior = _behavior.get()
            if behavior is not None:
                announcer.handler(behavior, None)

        return __init__

    return make


FRAMEWORK = Framework(
    "grpc",
    {
        "grpc._utilities": _put_in_look_up,
        "grpc._server": _put_in_threaded_server,
        "grpc.aio._server": _put_in_aio_server,
        "opentelemetry.instrumentation.grpc._server": _put_in_interceptor,
        "opentelemetry.instrumentation.grpc._aio_server": _put_in_aio_interceptor,
    },
    borders=("/grpc/_server.py",),
)
