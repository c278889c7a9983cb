"""Tornado: the method of the request handler's class for the verb.

After `prepare`, in which OpenTelemetry opens the span and the handler may have answered, and right before the verb's
method, `_execute` asks whether the class streams its request's body. That question is not told the request, so the
delegate that is at work is noted where it starts, for the task that it starts and for nothing else.
"""

import sys
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework
from spanorigin.origin.handler import class_attribute, instance_dictionary

_at_work: ContextVar[Callable[[], Any] | None] = ContextVar("spanorigin_tornado_at_work", default=None)


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make_execute(original: Callable[..., Any]) -> Callable[..., Any]:
        def execute(self: Any) -> Any:
            noted = _at_work.set(weakref.ref(self))
            try:
                return original(self)
            finally:
                _at_work.reset(noted)

        return execute

    def make_question(original: Callable[..., Any]) -> Callable[..., Any]:
        def _has_stream_request_body(cls: Any) -> Any:
            try:
                at_work = _at_work.get()
                if at_work is not None:
                    _announce(announcer, at_work(), cls, module.RequestHandler)
            except Exception as error:
                announcer.failed(error)
            return original(cls)

        return _has_stream_request_body

    announcer.replace(module._HandlerDelegate, "execute", make_execute)
    announcer.replace(module, "_has_stream_request_body", make_question)


def _announce(announcer: Announcer, delegate: Any, cls: Any, base: type) -> None:
    handler: Any = instance_dictionary(delegate).get("handler")
    # Newer versions ask before `prepare` too, when the arguments of the path are not there yet.
    if instance_dictionary(handler).get("path_args") is None or type(handler) is not cls:
        return
    verb: str = handler.request.method.lower()
    method = class_attribute(cls, verb)
    websocket = sys.modules.get("tornado.websocket")
    if websocket is not None and issubclass(cls, websocket.WebSocketHandler):
        announcer.handler(cls, "on_message")
    # What the base class has for each verb answers 405.
    elif method is not None and method is not class_attribute(base, verb):
        announcer.handler(cls, verb)


FRAMEWORK = Framework("tornado", {"tornado.web": _put_in}, borders=("/tornado/web.py", "/tornado/gen.py"))
