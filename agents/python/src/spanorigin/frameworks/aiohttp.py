"""aiohttp server: the handler of the route that matched, in the application itself or in one below it.

OpenTelemetry's middleware opens the span and awaits what comes next, which may be the handler itself: nothing of
aiohttp's runs in between. So the look is taken in that middleware, where it collects the request's headers, with the
span current. A class-based view runs through a method of aiohttp's own, right before the verb's.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework
from spanorigin.origin.handler import class_attribute


def _put_in_middleware(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def collect_request_headers_attributes(request: Any) -> Any:
            try:
                found = request.match_info
                # 404 and 405 are answered by a handler of aiohttp's; a class by its own look below.
                if found.http_exception is None and not issubclass(type(found.handler), type):
                    announcer.handler(found.handler, None)
            except Exception as error:
                announcer.failed(error)
            return original(request)

        return collect_request_headers_attributes

    announcer.replace(module, "collect_request_headers_attributes", make)


def _put_in_view(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _iter(self: Any) -> Any:
            try:
                verb = self.request.method.lower()
                # Without a method for the verb it is a 405; here not even HEAD falls back on GET.
                if class_attribute(type(self), verb) is not None:
                    announcer.handler(type(self), verb)
            except Exception as error:
                announcer.failed(error)
            return original(self)

        return _iter

    announcer.replace(module.View, "_iter", make)


FRAMEWORK = Framework(
    "aiohttp",
    {
        "opentelemetry.instrumentation.aiohttp_server": _put_in_middleware,
        "aiohttp.web_urldispatcher": _put_in_view,
    },
    borders=("/aiohttp/web_app.py", "/aiohttp/web_protocol.py"),
)
