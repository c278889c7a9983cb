"""Starlette and FastAPI applications with an endpoint of every kind."""

import functools

from fastapi import APIRouter, Depends, FastAPI, HTTPException, WebSocket
from opentelemetry import trace
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute

tracer = trace.get_tracer(__name__)  # the tests put one of their provider's here


class AnswersEarly:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if any(name == b"x-early" for name, _ in scope.get("headers", ())):
            await PlainTextResponse("early")(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def bare(endpoint):
    async def inner(*args, **kwargs):
        with tracer.start_as_current_span("by hand"):
            return await endpoint(*args, **kwargs)

    return inner


def wrapped(endpoint):
    @functools.wraps(endpoint)
    async def inner(*args, **kwargs):
        return await endpoint(*args, **kwargs)

    return inner


async def coroutine(request):  # <- coroutine
    return PlainTextResponse("ok")


def in_a_thread(request):  # <- in_a_thread
    return PlainTextResponse("ok")


@bare
async def without_wraps(request):  # <- without_wraps
    return PlainTextResponse("ok")


@wrapped
@wrapped
async def decorated(request):  # <- decorated
    return PlainTextResponse("ok")


async def raises(request):  # <- raises
    raise LookupError("no such order")


async def streams(request):  # <- streams
    async def parts():
        yield "a"
        yield "b"

    return StreamingResponse(parts())


async def redirects(request):  # <- redirects
    return RedirectResponse("/coroutine")


class Controller:
    async def method(self, request):  # <- method
        return PlainTextResponse("ok")


class Orders(HTTPEndpoint):
    async def get(self, request):  # <- orders_get
        return JSONResponse({})

    def post(self, request):  # <- orders_post
        return JSONResponse({})


class AsgiObject:
    async def __call__(self, scope, receive, send):  # <- asgi_object
        await PlainTextResponse("ok")(scope, receive, send)


async def raw(scope, receive, send):  # <- raw
    await PlainTextResponse("ok")(scope, receive, send)


async def echo(websocket):  # <- echo
    await websocket.accept()
    await websocket.close()


class Chat(WebSocketEndpoint):
    encoding = "text"

    async def on_receive(self, websocket, data):  # <- chat
        await websocket.send_text(data)


routes = [
    Route("/coroutine", coroutine),
    Route("/in-a-thread", in_a_thread),
    Route("/without-wraps", without_wraps),
    Route("/decorated", decorated),
    Route("/raises", raises),
    Route("/streams", streams),
    Route("/redirects", redirects),
    Route("/method", Controller().method),
    Route("/partial", functools.partial(functools.partial(coroutine))),
    Route("/orders", Orders),
    Route("/asgi-object", AsgiObject()),
    WebSocketRoute("/echo", echo),
    WebSocketRoute("/chat", Chat),
]

sub = Starlette(routes=[Route("/page", coroutine), Mount("/deeper", routes=[Route("/page", in_a_thread)])])


def application():
    """A new Starlette application; instrumentation goes into the application and stays there."""
    return Starlette(
        routes=[
            *routes,
            Mount("/mounted", routes=routes),
            Mount("/sub", app=sub),
            Mount("/sub-behind-middleware", app=AnswersEarly(sub)),
            Mount("/raw", app=raw),
            Mount("/raw-object", app=AsgiObject()),
            Mount("/router", app=Router([Route("/page", coroutine, methods=["GET", "POST"])])),
            Host("host.example", app=Router([Route("/host", coroutine)])),
        ],
        middleware=[Middleware(AnswersEarly)],
    )


def current_user(name: str = "nobody"):
    """A dependency, which is not the handler."""
    if name == "nobody":
        raise HTTPException(401)
    return name


async def session():
    yield {}


def fastapi_application():
    """A new FastAPI application; instrumentation goes into the application and stays there."""
    app = FastAPI()
    app.add_middleware(AnswersEarly)
    nested = APIRouter(prefix="/nested")
    router = APIRouter(prefix="/router", dependencies=[Depends(session)])
    inner = FastAPI()

    @app.get("/coroutine/{number}")
    async def coroutine(number: int):  # <- api_coroutine
        return {"number": number}

    @app.get("/in-a-thread")
    def in_a_thread():  # <- api_in_a_thread
        return {}

    @app.get("/depends")
    def depends(user: str = Depends(current_user), held: dict = Depends(session)):  # noqa: B008  # <- api_depends
        return {}

    @app.get("/depends-answers", dependencies=[Depends(current_user)])
    def depends_answers():  # <- api_depends_answers
        return {}

    @app.post("/decorated")
    @app.get("/decorated")
    @wrapped
    @wrapped
    async def decorated():  # <- api_decorated
        return {}

    @app.get("/raises")
    async def raises():  # <- api_raises
        raise LookupError("no such order")

    @router.get("/page")
    async def page():  # <- api_router_page
        return {}

    @nested.get("/page")
    async def nested_page():  # <- api_nested_page
        return {}

    @inner.get("/page")
    async def inner_page():  # <- api_inner_page
        return {}

    @app.websocket("/socket")
    async def socket(websocket: WebSocket):  # <- api_socket
        await websocket.accept()
        await websocket.close()

    app.add_api_route("/method", Api().method)
    app.add_api_route("/object", CallableEndpoint())
    app.add_route("/orders", Orders)
    router.include_router(nested)
    app.include_router(router, prefix="/v1")
    app.mount("/inner", inner)
    return app


class Api:
    async def method(self):  # <- api_method
        return {}


class CallableEndpoint:
    def __call__(self):  # <- api_object
        return {}
