"""Handlers of aiohttp's and Tornado's own servers."""

import functools

import tornado.gen
import tornado.web
from aiohttp import web
from driving import aiohttp_server, tornado_server


async def plain(request):  # <- entry GET /aiohttp/plain: plain
    return web.Response(text="ok")


def careful(handler):
    @functools.wraps(handler)
    async def checked(request):
        return await handler(request)

    return checked


@careful
async def wrapped(request):  # <- entry GET /aiohttp/wrapped: wrapped
    return web.Response(text="ok")


async def partly(what, request):  # <- entry GET /aiohttp/partial: partly
    return web.Response(text=what)


async def fails(request):  # <- entry GET /aiohttp/fails: fails
    raise ValueError


class Shop:
    async def method(self, request):  # <- entry GET /aiohttp/method: Shop.method
        return web.Response(text="ok")

    async def __call__(self, request):  # <- entry GET /aiohttp/callable: Shop.__call__
        return web.Response(text="ok")


class Item(web.View):
    async def get(self):  # <- entry GET /aiohttp/item: Item.get
        return web.Response(text="ok")

    async def post(self):  # <- entry POST /aiohttp/item: Item.post
        return web.Response(text="ok")


async def below(request):  # <- entry GET /aiohttp/below/deep: below
    return web.Response(text="ok")


def aiohttp_application():
    app, sub = web.Application(), web.Application()
    sub.router.add_get("/deep", below)
    app.router.add_get("/aiohttp/plain", plain)
    app.router.add_get("/aiohttp/wrapped", wrapped)
    app.router.add_get("/aiohttp/partial", functools.partial(partly, "ok"))
    app.router.add_get("/aiohttp/fails", fails)
    app.router.add_get("/aiohttp/method", Shop().method)
    app.router.add_get("/aiohttp/callable", Shop())
    app.router.add_view("/aiohttp/item", Item)
    app.add_subapp("/aiohttp/below", sub)
    return app  # nobody's: <- entry GET /aiohttp/missing: none


class Page(tornado.web.RequestHandler):
    def get(self):  # <- entry GET /tornado/page: Page.get
        self.write("ok")

    async def post(self):  # <- entry POST /tornado/page: Page.post
        self.write("ok")

    @tornado.gen.coroutine
    def put(self):  # <- entry PUT /tornado/page: Page.put
        self.write("ok")

    @tornado.web.authenticated
    def delete(self):  # <- entry DELETE /tornado/page: Page.delete
        self.write("ok")

    def get_current_user(self):
        return "somebody"


class SpecialPage(Page):
    def get(self):  # <- entry GET /tornado/special: SpecialPage.get
        super().get()


def tornado_application():
    return tornado.web.Application([("/tornado/page", Page), ("/tornado/special", SpecialPage)])


_visits = {"aiohttp": aiohttp_server(aiohttp_application()), "tornado": tornado_server(tornado_application)}


def visit(verb, path):
    _visits[path.split("/")[1]](verb, path)
