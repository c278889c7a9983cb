"""What the files for these frameworks put in, they take out again."""

import sys

import aiohttp.web_urldispatcher
import falcon.app
import falcon.asgi.app
import grpc._server
import grpc._utilities
import grpc.aio._server
import litestar.routes.asgi
import litestar.routes.http
import litestar.routes.websocket
import opentelemetry.instrumentation.aiohttp_server
import opentelemetry.instrumentation.grpc._aio_server
import opentelemetry.instrumentation.grpc._server
import pyramid.config.views
import pytest
import quart.app
import tornado.web
import web_ninja  # noqa: F401 - configures Django, without which Ninja cannot be imported
from spanorigin import frameworks

of_grpc = opentelemetry.instrumentation.grpc


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (grpc._utilities.DictionaryGenericHandler, "service"),
        (grpc._server._RegisteredMethod, "handler"),
        (grpc._server._GenericMethod, "handler"),
        (grpc.aio._server.Server, "add_registered_method_handlers"),
        (of_grpc._server._OpenTelemetryServicerContext, "__init__"),
        (of_grpc._aio_server._OpenTelemetryAioServicerContext, "__init__"),
        (of_grpc._aio_server, "_wrap_rpc_behavior"),
        (aiohttp.web_urldispatcher.View, "_iter"),
        (opentelemetry.instrumentation.aiohttp_server, "collect_request_headers_attributes"),
        (tornado.web._HandlerDelegate, "execute"),
        (tornado.web, "_has_stream_request_body"),
        (sys.modules["ninja.operation"].PathView, "_find_operation"),
        (litestar.routes.http.HTTPRoute, "handle"),
        (litestar.routes.http.HTTPRoute, "_get_response_for_request"),
        (litestar.routes.websocket.WebSocketRoute, "handle"),
        (litestar.routes.asgi.ASGIRoute, "handle"),
        (falcon.app.App, "_get_responder"),
        (falcon.app.App, "_prepare_middleware"),
        (falcon.asgi.app.App, "_prepare_middleware"),
        (pyramid.config.views, "predicated_view"),
        (quart.app.Quart, "ensure_async"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_hook_is_in_while_attached_and_out_afterwards(owner, name):
    before = vars(owner)[name]

    detach = frameworks.install_all(lambda handler, verb: None)
    during = vars(owner)[name]
    detach()

    assert during is not before
    assert during.__wrapped__ is before
    assert vars(owner)[name] is before


def test_what_was_taken_out_is_put_in_again_and_told_alike():
    """As when capture is switched off and on. Each framework that is loaded has a hook of ours somewhere."""
    told = []
    for _ in range(3):
        met = {}
        frameworks.install_all(lambda handler, verb: None, None, met)()
        told.append(met)

    assert told[0] == told[1] == told[2]
    assert len(told[0]) > 10
    assert {each.framework for each in told[0].values()} == {each.framework for each in told[0].values() if each.hooks}
