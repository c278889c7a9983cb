"""Starlette, and FastAPI on top of it: the endpoint of the route that matched.

`handle` of a route runs after routing. The hooks are plain functions that hand on the route's own coroutine, so they
are not on the stack when the endpoint runs. A dependency of FastAPI's is part of its endpoint's declaration: when it
answers in the endpoint's place, the origin is still the endpoint (decision 0021).
"""

from collections.abc import Callable
from types import FunctionType, MethodType, ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework
from spanorigin.origin.handler import instance_dictionary


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    announcer.replace(module.Route, "handle", _hook(announcer, _announce_route))
    announcer.replace(module.WebSocketRoute, "handle", _hook(announcer, _announce_websocket))
    announcer.replace(module.Mount, "handle", _hook(announcer, _announce_mount))
    announcer.replace(module.Host, "handle", _hook(announcer, _announce_mount))


def _put_in_fastapi(module: ModuleType, announcer: Announcer) -> None:
    # Newer versions answer for included routers in a `handle` of their own; older ones inherit Starlette's.
    announcer.replace(module.APIRoute, "handle", _hook(announcer, _announce_route))


def _hook(
    announcer: Announcer, announce: Callable[[Announcer, Any, Any], None]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def handle(self: Any, scope: Any, receive: Any, send: Any) -> Any:
            try:
                announce(announcer, self, scope)
            except Exception as error:
                announcer.failed(error)
            return original(self, scope, receive, send)

        return handle

    return make


def _announce_route(announcer: Announcer, route: Any, scope: Any) -> None:
    method = scope["method"]
    if not route.methods or method in route.methods:
        announcer.handler(route.endpoint, method)


def _announce_websocket(announcer: Announcer, route: Any, scope: Any) -> None:
    del scope
    announcer.handler(route.endpoint, "on_receive")


def _announce_mount(announcer: Announcer, mount: Any, scope: Any) -> None:
    # Routers and applications announce their own routes; middleware passes on to something that does.
    if _holds_no_other_app(mount.app):
        announcer.handler(mount.app, scope.get("method"))


def _holds_no_other_app(app: Any) -> bool:
    """Whether a mounted ASGI application answers itself: nothing it holds could be called in its place."""
    if type(app) is MethodType:
        app = app.__func__
    if type(app) is FunctionType:
        return not any(callable(cell.cell_contents) for cell in app.__closure__ or ())
    return not issubclass(type(app), type) and not any(callable(value) for value in instance_dictionary(app).values())


FRAMEWORK = Framework("starlette", {"starlette.routing": _put_in}, borders=("/starlette/routing.py",))
FASTAPI = Framework("fastapi", {"fastapi.routing": _put_in_fastapi}, borders=("/fastapi/routing.py",))
