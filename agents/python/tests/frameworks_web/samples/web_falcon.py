"""Falcon applications, for WSGI and for ASGI: resources, suffixes, hooks, sinks, middleware that answers."""

import falcon
import falcon.asgi
from web_trail import Seen

tracer = None


class Guards:
    """A middleware that answers in front of the routing or of the resource, when asked to."""

    def process_request(self, req, resp):
        resp.complete = req.get_header("X-Early") == "request"

    def process_resource(self, req, resp, resource, params):
        resp.complete = req.get_header("X-Early") == "resource"
        if req.get_header("X-Early") == "raise":
            raise falcon.HTTPUnauthorized

    async def process_request_async(self, req, resp):
        self.process_request(req, resp)

    async def process_resource_async(self, req, resp, resource, params):
        self.process_resource(req, resp, resource, params)


def validates(req, resp, resource, params):
    if req.get_param("bad"):
        raise falcon.HTTPBadRequest


class Orders:
    def on_get(self, req, resp):  # <- get
        with tracer.start_as_current_span("by hand"):
            resp.media = []

    def on_get_one(self, req, resp, number):  # <- get_one
        resp.media = number

    @falcon.before(validates)
    def on_post(self, req, resp):  # <- post
        pass

    def on_put(self, req, resp):  # <- put
        raise falcon.HTTPNotFound

    def on_delete(self, req, resp):  # <- delete
        raise Seen


class Inherits(Orders):
    def on_patch(self, req, resp):  # <- patch
        pass


def sink(req, resp, **params):  # <- sink
    resp.text = "sink"


class AsyncOrders:
    async def on_get(self, req, resp):  # <- async_get
        with tracer.start_as_current_span("by hand"):
            resp.media = []

    async def on_get_one(self, req, resp, number):  # <- async_get_one
        resp.media = number

    async def on_delete(self, req, resp):  # <- async_delete
        raise Seen

    async def on_websocket(self, req, ws):  # <- websocket
        await ws.accept()


async def async_sink(req, resp, **params):  # <- async_sink
    resp.text = "sink"


def application(middleware):
    app = falcon.App(middleware=middleware)
    orders = Orders()
    app.add_route("/orders", orders)
    app.add_route("/orders/{number}", orders, suffix="one")
    app.add_route("/inherits", Inherits())
    app.add_sink(sink, "/sink")
    return app


def asgi_application(middleware):
    app = falcon.asgi.App(middleware=middleware)
    orders = AsyncOrders()
    app.add_route("/orders", orders)
    app.add_route("/orders/{number}", orders, suffix="one")
    app.add_sink(async_sink, "/sink")
    return app
