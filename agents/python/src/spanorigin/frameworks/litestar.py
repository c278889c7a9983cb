"""Litestar: the function of the route handler that matched.

`handle` of a route runs after routing and after its middleware. It is bound when the application is made, so a second
look, at the method that every HTTP request passes next, serves applications that were made before the agent came.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in_http(module: ModuleType, announcer: Announcer) -> None:
    def make_handle(original: Callable[..., Any]) -> Callable[..., Any]:
        def handle(self: Any, scope: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                announcer.handler(_function(self.route_handler_map[scope["method"]][0]), None)
            except Exception as error:
                announcer.failed(error)
            return original(self, scope, *args, **kwargs)

        return handle

    def make_response(original: Callable[..., Any]) -> Callable[..., Any]:
        def _get_response_for_request(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                if "route_handler" in kwargs:
                    announcer.handler(_function(kwargs["route_handler"]), None)
            except Exception as error:
                announcer.failed(error)
            return original(self, *args, **kwargs)

        return _get_response_for_request

    announcer.replace(module.HTTPRoute, "handle", make_handle)
    announcer.replace(module.HTTPRoute, "_get_response_for_request", make_response)


def _put_in_websocket(module: ModuleType, announcer: Announcer) -> None:
    announcer.replace(module.WebSocketRoute, "handle", _single(announcer))


def _put_in_asgi(module: ModuleType, announcer: Announcer) -> None:
    announcer.replace(module.ASGIRoute, "handle", _single(announcer))


def _single(announcer: Announcer) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def handle(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                announcer.handler(_function(self.route_handler), None)
            except Exception as error:
                announcer.failed(error)
            return original(self, *args, **kwargs)

        return handle

    return make


def _function(route_handler: Any) -> object:
    found = route_handler.fn
    # A listener of a websocket keeps the user's function in a slot, which `origin` does not look into.
    return found._fn if type(found).__module__ == "litestar.handlers.websocket_handlers._utils" else found


FRAMEWORK = Framework(
    "litestar",
    {
        "litestar.routes.http": _put_in_http,
        "litestar.routes.websocket": _put_in_websocket,
        "litestar.routes.asgi": _put_in_asgi,
    },
    borders=("/litestar/routes/http.py", "/litestar/routes/websocket.py", "/litestar/routes/asgi.py"),
)
