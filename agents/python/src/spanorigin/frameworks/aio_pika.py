"""aio-pika: the callback of a queue's consumer, and the functions that its RPC and its task queue call.

The instrumentation starts a span for a message, makes it current and awaits the callback, with nothing in between. The
hook is where it starts the span, and has it current for the look alone. The patterns that aio-pika brings have a
callback of their own; the user's function is met where that turns to it.
"""

import functools
import weakref
from collections.abc import Callable
from types import MethodType, ModuleType
from typing import Any

from spanorigin.frameworks.current import announce_of
from spanorigin.frameworks.hooks import Announcer, Framework

# What the instrumentation makes for a consumer -> the callback that it was made for; they go together.
_callbacks: weakref.WeakKeyDictionary[Any, object] = weakref.WeakKeyDictionary()


def _put_in_instrumentation(module: ModuleType, announcer: Announcer) -> None:
    def make_decorate(original: Callable[..., Any]) -> Callable[..., Any]:
        def decorate(self: Any, callback: Any) -> Any:
            try:
                _callbacks[self] = callback
            except Exception as error:
                announcer.failed(error)
            return original(self, callback)

        return decorate

    def make_span(original: Callable[..., Any]) -> Callable[..., Any]:
        def _get_span(self: Any, message: Any) -> Any:
            span = original(self, message)
            try:
                callback = _callbacks.get(self)
                if callback is not None and not _is_a_patterns(callback):
                    announce_of(span, callback, announcer)
            except Exception as error:
                announcer.failed(error)
            return span

        return _get_span

    announcer.replace(module.CallbackDecorator, "decorate", make_decorate)
    announcer.replace(module.CallbackDecorator, "_get_span", make_span)


def _is_a_patterns(callback: object) -> bool:
    """Whether it is aio-pika's own, which will say itself which function of the user's it calls."""
    if type(callback) is not functools.partial or type(callback.func) is not MethodType:
        return False
    return str(callback.func.__func__.__module__).startswith("aio_pika.patterns.")


def _put_in_rpc(module: ModuleType, announcer: Announcer) -> None:
    announcer.replace(module.RPC, "execute", _calls(announcer))


def _put_in_master(module: ModuleType, announcer: Announcer) -> None:
    announcer.replace(module.Master, "on_message", _calls(announcer))


def _calls(announcer: Announcer) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Any, func: Any, message: Any) -> Any:
            announcer.handler(func, None)
            return original(self, func, message)

        return call

    return make


FRAMEWORK = Framework(
    "aio-pika",
    {
        "opentelemetry.instrumentation.aio_pika.callback_decorator": _put_in_instrumentation,
        "aio_pika.patterns.rpc": _put_in_rpc,
        "aio_pika.patterns.master": _put_in_master,
    },
    borders=("/aiormq/channel.py",),
)
