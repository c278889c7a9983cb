"""Falcon, under WSGI and ASGI: the responder of the resource that the path names, or the sink.

Falcon calls the responder itself, right after the `process_resource` methods of the middleware, any of which may have
answered. So the responder is noted where Falcon finds it, and announced by a `process_resource` of ours that stands
last in that line: it is there once the middleware of an application is prepared.
"""

from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework

# Set within each request that has one, before the line of `process_resource` begins.
_responder: ContextVar[object] = ContextVar("spanorigin_falcon_responder", default=None)


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make_responder(original: Callable[..., Any]) -> Callable[..., Any]:
        def _get_responder(self: Any, req: Any) -> Any:
            found = original(self, req)
            try:
                _note_or_announce(announcer, self, req, found)
            except Exception as error:
                announcer.failed(error)
            return found

        return _get_responder

    def look(req: Any, resp: Any, resource: Any, params: Any) -> None:
        del req, resp, resource, params
        announcer.handler(_responder.get(), None)

    announcer.replace(module.App, "_get_responder", make_responder)
    announcer.replace(module.App, "_prepare_middleware", _with_a_last(announcer, look))


def _put_in_asgi(module: ModuleType, announcer: Announcer) -> None:
    async def look(req: Any, resp: Any, resource: Any, params: Any) -> None:
        del req, resp, resource, params
        announcer.handler(_responder.get(), None)

    announcer.replace(module.App, "_prepare_middleware", _with_a_last(announcer, look))


def _with_a_last(announcer: Announcer, look: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _prepare_middleware(self: Any, *args: Any, **kwargs: Any) -> Any:
            prepared = original(self, *args, **kwargs)
            try:
                of_requests, of_resources, of_responses = prepared
                return of_requests, (*of_resources, look), of_responses
            except Exception as error:
                announcer.failed(error)
            return prepared

        return _prepare_middleware

    return make


def _note_or_announce(announcer: Announcer, app: Any, req: Any, found: Any) -> None:
    responder, _, resource, _ = found
    kind = type(app)
    if responder is kind._default_responder_path_not_found or responder is kind._default_responder_bad_request:
        return
    if resource is None:
        announcer.handler(responder, None)  # a sink: no middleware comes in between
        return
    of_resources = app._middleware_ws[1] if req.is_websocket else app._middleware[1]
    lines = {getattr(process_resource, "__module__", None) for process_resource in of_resources}
    if __name__ in lines:
        _responder.set(responder)
    # An application that was made before the agent came, or a websocket: sure only where nobody can answer first.
    elif lines <= {"opentelemetry.instrumentation.falcon"}:
        announcer.handler(responder, None)


FRAMEWORK = Framework(
    "falcon",
    {"falcon.app": _put_in, "falcon.asgi.app": _put_in_asgi},
    borders=("/falcon/app.py", "/falcon/asgi/app.py"),
)
