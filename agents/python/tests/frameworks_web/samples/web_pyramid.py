"""A Pyramid application: functions, classes, predicates, permissions, traversal, views for exceptions."""

import functools

from opentelemetry import trace
from pyramid.authorization import ACLHelper
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPFound
from pyramid.response import Response
from pyramid.view import exception_view_config, notfound_view_config, view_config, view_defaults
from web_trail import Seen


@view_config(route_name="function")
def function(request):  # <- function
    with trace.get_tracer("sample").start_as_current_span("by hand"):
        return Response(request.matchdict["number"])


@view_config(route_name="with-context", renderer="json")
def with_context(context, request):  # <- with_context
    return {}


def logged(view):
    @functools.wraps(view)
    def log(context, request):
        return view(context, request)

    return log


@view_config(route_name="decorated")
@logged
def decorated(context, request):  # <- decorated
    return Response()


@view_config(route_name="raises")
def raises(request):  # <- raises
    raise Seen


@view_config(route_name="handled")
def handled(request):  # <- handled
    raise LookupError


@exception_view_config(LookupError)
def on_lookup_error(error, request):
    return Response(status=409)


@notfound_view_config(append_slash=True)
def not_found(request):
    return Response(status=404)


@view_config(route_name="redirects")
def redirects(request):  # <- redirects
    return HTTPFound("/function/3")


@view_config(route_name="slash")
def slash(request):  # <- slash
    return Response()


@view_config(route_name="by-verb", request_method="GET")
def by_verb_get(request):  # <- by_verb_get
    return Response()


@view_config(route_name="by-verb", request_method="POST")
def by_verb_post(request):  # <- by_verb_post
    return Response()


@view_config(route_name="by-parameter", request_param="one")
def by_parameter_one(request):  # <- by_parameter_one
    return Response()


@view_config(route_name="by-parameter", request_param="two")
def by_parameter_two(request):  # <- by_parameter_two
    return Response()


@view_config(route_name="guarded", permission="see")
def guarded(request):  # <- guarded
    return Response()


@view_defaults(route_name="orders", renderer="json")
class Orders:
    def __init__(self, request):
        self.request = request

    @view_config(request_method="GET")
    def show(self):  # <- show
        return []

    @view_config(request_method="POST")
    def addOne(self):  # <- add_one
        return []


class MoreOrders(Orders):
    pass


@view_config(route_name="called")
class Called:
    def __init__(self, context, request):
        pass

    def __call__(self):  # <- called
        return Response()


class Instance:
    def __call__(self, request):  # <- instance
        return Response()

    def method(self, request):  # <- method
        return Response()


class Page:
    pass


class Root(dict):
    def __init__(self, request):
        super().__init__(page=Page())


@view_config(context=Page)
def page(context, request):  # <- page
    return Response()


class Policy:
    def identity(self, request):
        return None

    def authenticated_userid(self, request):
        return None

    def permits(self, request, context, permission):
        return ACLHelper().permits(context, ["nobody"], permission)


ROUTES = ("with-context", "decorated", "raises", "handled", "redirects", "by-verb", "by-parameter", "guarded", "orders")


def application():
    with Configurator(root_factory=Root, security_policy=Policy()) as config:
        config.add_route("function", "/function/{number}")
        for name in (*ROUTES, "called", "instance", "bound", "more-orders"):
            config.add_route(name, f"/{name}")
        config.add_route("slash", "/slash/")
        config.add_view(Instance(), route_name="instance")
        config.add_view(Instance().method, route_name="bound")
        config.add_view(MoreOrders, attr="show", route_name="more-orders", renderer="json")
        config.scan(__name__)
        return config.make_wsgi_app()
