"""An aiohttp application: functions, classes, a method, an application below it, middlewares."""

import functools

from aiohttp import web
from web_trail import Seen

routes = web.RouteTableDef()
tracer = None
given = web.AppKey("given", dict)


@routes.get("/function/{number}")
async def function(request):  # <- function
    return web.Response(text=request.match_info["number"])


def logged(handler):
    @functools.wraps(handler)
    async def log(request):
        return await handler(request)

    return log


@routes.post("/decorated")
@routes.get("/decorated")
@logged
async def decorated(request):  # <- decorated
    return web.Response()


@routes.get("/raises")
async def raises(request):  # <- raises
    raise Seen


@routes.get("/redirects")
async def redirects(request):  # <- redirects
    raise web.HTTPFound("/function/1")


@routes.get("/streams")
async def streams(request):  # <- streams
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"a")
    return response


@routes.get("/by-hand")
async def by_hand(request):  # <- by_hand
    with tracer.start_as_current_span("by hand"):
        return web.Response()


@routes.view("/orders")
class Orders(web.View):
    async def get(self):  # <- orders_get
        return web.Response()

    @functools.wraps(get)
    async def post(self):
        return web.Response()

    async def put(self):  # <- orders_put
        with tracer.start_as_current_span("by hand"):
            return web.Response()


class Controller:
    async def show(self, request):  # <- show
        return web.Response()


class Callable:
    async def __call__(self, request):  # <- callable
        return web.Response()


@web.middleware
async def looks_at_the_handler(request, handler):
    """An innermost middleware that looks at the handler it is given, as such middlewares do."""
    request.config_dict[given][request.path] = handler
    return await handler(request)


def application():
    app = web.Application(middlewares=[looks_at_the_handler])
    app[given] = {}
    app.add_routes(routes)
    app.router.add_get("/method", Controller().show)
    app.router.add_get("/partial", functools.partial(greets, "hello"))
    app.router.add_get("/object", Callable())
    app.router.add_route("*", "/any", function_for_any)
    below = web.Application()
    below.router.add_get("/page", page_below)
    below.router.add_view("/orders", Orders)
    app.add_subapp("/below", below)
    return app


async def function_for_any(request):  # <- any
    return web.Response()


async def greets(word, request):  # <- greets
    return web.Response(text=word)


async def page_below(request):  # <- below
    return web.Response()
