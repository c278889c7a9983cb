"""Handlers of Falcon and Pyramid, under WSGI."""

import falcon
from driving import wsgi
from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.view import view_config, view_defaults


def before(request, response, resource, params):
    if request.get_header("X-Refuse"):
        raise falcon.HTTPUnauthorized


class Item:
    def on_get(self, request, response):  # <- entry GET /falcon/item: Item.on_get
        response.text = "ok"

    @falcon.before(before)
    def on_post(self, request, response):  # <- entry POST /falcon/item: Item.on_post
        response.text = "ok"

    def on_get_part(self, request, response):  # <- entry GET /falcon/part: Item.on_get_part
        response.text = "ok"


def sink(request, response):  # <- entry GET /falcon/sunk/deep: sink
    response.text = "ok"


def falcons():
    app = falcon.App()
    item = Item()
    app.add_route("/falcon/item", item)
    app.add_route("/falcon/part", item, suffix="part")
    app.add_sink(sink, "/falcon/sunk")
    return app  # nobody's: <- entry GET /falcon/missing: none <- entry PUT /falcon/item: none


def plain(request):  # <- entry GET /pyramid/plain: plain
    return Response("ok")


def of_two(context, request):  # <- entry GET /pyramid/two: of_two
    return Response("ok")


class Called:
    def __call__(self, request):  # <- entry GET /pyramid/called: Called.__call__
        return Response("ok")


@view_defaults(route_name="pages")
class Pages:
    def __init__(self, request):
        self.request = request

    @view_config(request_method="GET")
    def shown(self):  # <- entry GET /pyramid/pages: Pages.shown
        return Response("ok")

    @view_config(request_method="POST")
    def sent(self):  # <- entry POST /pyramid/pages: Pages.sent
        return Response("ok")


def pyramids():
    import sys

    config = Configurator()
    for name, view in {"plain": plain, "two": of_two, "called": Called()}.items():
        config.add_route(name, f"/pyramid/{name}")
        config.add_view(view, route_name=name)
    config.add_route("pages", "/pyramid/pages")
    config.scan(sys.modules[__name__])
    return config.make_wsgi_app()  # nobody's: <- entry GET /pyramid/missing: none


_visits = {"falcon": wsgi(falcons()), "pyramid": wsgi(pyramids())}


def visit(verb, path):
    _visits[path.split("/")[1]](verb, path)
