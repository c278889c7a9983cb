"""A Sanic application with handlers of every kind."""

import functools

from sanic import Blueprint, Sanic, Websocket
from sanic.exceptions import NotFound
from sanic.response import empty, text
from sanic.views import HTTPMethodView, stream


def audited(handler):
    @functools.wraps(handler)
    async def inner(*args, **kwargs):
        return await handler(*args, **kwargs)

    return inner


def make(name, call):
    """A new application; `call` is third-party code that makes a CLIENT span."""
    app = Sanic(name)
    inner = Blueprint("inner", url_prefix="/inner")

    @app.on_request
    async def early(request):
        assert isinstance(request.match_info, dict)
        if "x-early" in request.headers:
            return text("early")
        return None

    @app.get("/coroutine/<number:int>")
    async def coroutine(request, number):  # <- coroutine
        assert request.match_info == {"number": number}
        return text("ok")

    @app.head("/coroutine/<number:int>")
    async def head(request, number):  # <- head
        return empty()

    @app.get("/function")
    def function(request):  # <- function
        return text("ok")

    @app.get("/decorated")
    @audited
    async def decorated(request):  # <- decorated
        return text("ok")

    @app.get("/raises")
    async def raises(request):  # <- raises
        raise NotFound("no such order")

    @app.get("/asks")
    async def asks(request):  # <- asks
        call()  # <- call
        return text("ok")

    @app.get("/streams")
    async def streams(request):  # <- streams
        response = await request.respond(content_type="text/plain")
        await response.send("ok")
        await response.eof()

    @app.post("/streamed", stream=True)
    async def streamed(request):  # <- streamed
        size = 0
        while (part := await request.stream.read()) is not None:
            size += len(part)
        return text(str(size))

    class Orders(HTTPMethodView):
        async def get(self, request):  # <- orders_get
            return text("ok")

        @stream
        async def post(self, request):  # <- orders_post
            return text("ok")

    app.add_route(Orders.as_view(), "/orders")

    class Carts(HTTPMethodView, attach=app, uri="/carts"):
        decorators = (audited,)

        async def get(self, request):  # <- carts_get
            return text("ok")

    @inner.get("/page")
    async def page(request):  # <- page
        return text("ok")

    @app.websocket("/socket")
    async def socket(request, ws: Websocket):  # <- socket
        await ws.send("ok")

    app.blueprint(inner)
    app.static("/file", __file__, name="file")
    return app
