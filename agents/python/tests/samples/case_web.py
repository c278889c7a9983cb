"""Handlers for the numbered cases, in shapes that web frameworks do not care about. Marks name the `def` line."""

import functools
from concurrent.futures import ThreadPoolExecutor

from django.http import HttpResponse
from flask import Flask, abort, redirect
from opentelemetry import trace
from opentelemetry.propagate import inject
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route

tracer = trace.get_tracer(__name__)  # the tests put one of their provider's here


def plain():  # <- plain
    return "ok"


def other():  # <- other
    return "ok"


def make_nested():
    def nested():  # <- nested
        return "ok"

    return nested


anonymous = lambda: "ok"  # noqa: E731 <- anonymous


class Shop:
    def bound(self):  # <- bound
        return "ok"

    @staticmethod
    def static():  # <- static
        return "ok"

    @classmethod
    def of_class(cls):  # <- of_class
        return "ok"


class Answers:
    def __call__(self):  # <- callable_object
        return "ok"


def with_wraps(view):
    @functools.wraps(view)
    def inner(*args, **kwargs):
        return view(*args, **kwargs)

    return inner


def without_wraps(view):
    def inner(*args, **kwargs):
        return view(*args, **kwargs)

    return inner


@with_wraps
def decorated():  # <- decorated
    return "ok"


@without_wraps
def barely_decorated():  # <- barely_decorated
    return "ok"


@with_wraps
@without_wraps
@with_wraps
@functools.lru_cache
def stacked():  # <- stacked
    return "ok"


def takes_two(first, second):  # <- takes_two
    return f"{first}{second}"


def generator():  # <- generator
    yield "a"
    yield "b"


def raises():  # <- raises
    return fails()


def fails():
    raise LookupError("no such order")


def redirects():
    return redirect("/elsewhere")


def aborts():
    abort(418)


def asks_another(app):
    def outer():  # <- outer
        return app.test_client().get("/inner").data

    return outer


def asks_itself(app):
    """A view that asks its own application for a smaller number, as over a network: the trace goes with the request."""

    def countdown(number):  # <- countdown
        headers = {}
        inject(headers)
        path = f"/countdown/{number - 1}" if number > 1 else "/last"
        with ThreadPoolExecutor(1) as network:
            return network.submit(app.test_client().get, path, headers=headers).result().data

    return countdown


def flask_app(**views):
    """An application with each view at the path of its name."""
    app = Flask(__name__)
    for name, view in views.items():
        app.add_url_rule(f"/{name}", name, view, methods=["GET", "POST"])
    return app


async def coroutine(request):  # <- coroutine
    return PlainTextResponse("ok")


def in_a_thread(request):  # <- in_a_thread
    return PlainTextResponse("ok")


async def streams(request):  # <- streams
    async def parts():
        yield "a"
        yield "b"

    return StreamingResponse(parts())


def streams_plainly(request):  # <- streams_plainly
    return StreamingResponse(iter(["a", "b"]))


async def raises_async(request):  # <- raises_async
    raise LookupError("no such order")


async def delegates(scope, receive, send):  # <- delegates
    await inner_app(scope, receive, send)


inner_app = Starlette(routes=[Route("/inner", coroutine)])


class OpensSpans:
    """A user's middleware that puts spans of its own between the request's and the handler's."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        with tracer.start_as_current_span("middle"), tracer.start_as_current_span("innermost"):
            await self.app(scope, receive, send)


def starlette_app(middleware=()):
    return Starlette(
        routes=[
            Route("/coroutine", coroutine),
            Route("/in_a_thread", in_a_thread),
            Route("/streams", streams),
            Route("/streams_plainly", streams_plainly),
            Route("/raises_async", raises_async),
            Mount("/delegates", app=delegates),
        ],
        middleware=middleware,
    )


def django_view(request):  # <- django_view
    return HttpResponse("ok")
