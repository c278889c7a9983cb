"""Endpoints of Starlette: functions, methods, objects, classes, what is mounted."""

import functools

from driving import asgi
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route, Router

OK = PlainTextResponse("ok")


def careless(endpoint):
    async def checked(*args, **kwargs):
        return await endpoint(*args, **kwargs)

    return checked


async def plain(request):  # <- entry GET /plain: plain
    return OK


def in_a_thread(request):  # <- entry GET /thread: in_a_thread
    return OK


@careless
async def unwrapped(request):  # <- entry GET /unwrapped: unwrapped
    return OK


async def partly(request, what):  # <- entry GET /partial: partly
    return PlainTextResponse(what)


async def streamed(request):  # <- entry GET /streamed: streamed
    return StreamingResponse(iter(["o", "k"]))


async def fails(request):  # <- entry GET /fails: fails
    raise ValueError


class Shop:
    async def method(self, request):  # <- entry GET /method: Shop.method
        return OK

    @staticmethod
    async def static(request):  # <- entry GET /static: Shop.static
        return OK


class Endpoint(HTTPEndpoint):
    async def get(self, request):  # <- entry GET /endpoint: Endpoint.get
        return OK

    def post(self, request):  # <- entry POST /endpoint: Endpoint.post
        return OK


class Raw:
    async def __call__(self, scope, receive, send):  # <- entry GET /raw: Raw.__call__
        await OK(scope, receive, send)


async def mounted(scope, receive, send):  # <- entry GET /mounted/page: mounted
    await OK(scope, receive, send)


async def below(request):  # <- entry GET /below/deep: below
    return OK


class Early(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        # No endpoint came to run: <- entry GET /early: none
        return OK if request.url.path == "/early" else await call_next(request)


app = Starlette(
    middleware=[Middleware(Early)],
    routes=[
        Route("/plain", plain),
        Route("/thread", in_a_thread),
        Route("/unwrapped", unwrapped),
        Route("/partial", functools.partial(partly, what="ok")),
        Route("/streamed", streamed),
        Route("/fails", fails),
        Route("/method", Shop().method),
        Route("/static", Shop.static),
        Route("/endpoint", Endpoint),
        Route("/raw", Raw()),
        Route("/early", plain),
        Mount("/mounted", mounted),
        Mount("/below", Router([Route("/deep", below)])),
    ],
)
visit = asgi(app)

# Nobody's: <- entry GET /missing: none <- entry POST /plain: none
