"""gRPC servers, threaded and asyncio: the servicer's method behind the name that was called.

OpenTelemetry's interceptor opens the span and calls the next behaviour itself, so nothing of gRPC's runs in between.
The behaviour is noted where gRPC looks it up, in the context that the call keeps, and announced where the interceptor
makes its servicer context: the span is current there. Interceptors of the user's lie between and are no handlers.
"""

import weakref
from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework

_ARITIES = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")

# Set within the context of one call, and gone with it.
_behavior: ContextVar[object] = ContextVar("spanorigin_grpc_behavior", default=None)

# Asyncio server -> the methods registered by name with it, by identity; the table goes with its server. That server
# looks them up in compiled code, where nobody can look on.
_registered: weakref.WeakKeyDictionary[Any, dict[int, object]] = weakref.WeakKeyDictionary()


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
                _registered.setdefault(self, {}).update((id(known), known) for known in method_handlers.values())
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


def _put_in_interceptor(module: ModuleType, announcer: Announcer) -> None:
    announcer.replace(module._OpenTelemetryServicerContext, "__init__", _announce(announcer))


def _put_in_aio_interceptor(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _wrap_rpc_behavior(handler: Any, continuation: Any) -> Any:
            try:
                # What an interceptor further in made is no method of a servicer's, so only a registered one counts.
                if any(id(handler) in table for table in list(_registered.values())):
                    _behavior.set(_behavior_of(handler))
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
