"""A Litestar application: functions, controllers, guards, dependencies, websockets, mounts."""

import functools
from typing import Any

from litestar import Controller, Litestar, Response, Router, WebSocket, asgi, get, patch, post, route, websocket
from litestar import websocket_listener as listener
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import WebsocketListener
from litestar.response import Redirect, Stream
from web_trail import Seen

tracer = None


@get("/coroutine/{number:int}")
async def coroutine(number: int) -> dict[str, int]:  # <- coroutine
    return {"number": number}


@get("/function", sync_to_thread=False)
def function() -> str:  # <- function
    with tracer.start_as_current_span("by hand"):
        return ""


@get("/in-a-thread", sync_to_thread=True)
def in_a_thread() -> str:  # <- in_a_thread
    return ""


def logged(view: Any) -> Any:
    @functools.wraps(view)
    async def log(*args: Any, **kwargs: Any) -> Any:
        return await view(*args, **kwargs)

    return log


@get("/decorated")
@logged
async def decorated() -> str:  # <- decorated
    return ""


@get("/raises")
async def raises() -> str:  # <- raises
    raise Seen


@get("/redirects")
async def redirects() -> Redirect:  # <- redirects
    return Redirect("/function")


@get("/streams")
async def streams() -> Stream:  # <- streams
    return Stream(iter([b"a", b"b"]))


def refuses(connection: Any, handler: Any) -> None:
    raise NotAuthorizedException


@get("/guarded", guards=[refuses])
async def guarded() -> str:  # <- guarded
    return ""


async def provided() -> int:
    return 1


@get("/depends", dependencies={"number": provided})
async def depends(number: int) -> dict[str, int]:  # <- depends
    return {"number": number}


@route("/several", http_method=["GET", "PUT"])
async def several() -> None:  # <- several
    return None


class Orders(Controller):
    path = "/orders"

    @get()
    async def show(self) -> str:  # <- show
        return ""

    @post()
    async def add(self) -> str:  # <- add
        return ""

    @patch(sync_to_thread=True)
    def change(self) -> str:  # <- change
        return ""


@get("/page")
async def page() -> str:  # <- page
    return ""


@websocket("/socket")
async def socket(socket: WebSocket) -> None:  # <- socket
    await socket.accept()
    await socket.close()


@listener("/listener")
async def listens(data: str) -> str:  # <- listens
    return data


class Listener(WebsocketListener):
    path = "/listener-class"

    def on_receive(self, data: str) -> str:  # <- on_receive
        return data


@asgi("/raw", is_mount=True, copy_scope=True)
async def raw(scope: Any, receive: Any, send: Any) -> None:  # <- raw
    await Response("raw").to_asgi_response(None, None)(scope, receive, send)


class AnswersEarly:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if any(name == b"x-early" for name, _ in scope.get("headers", ())):
            await Response("early").to_asgi_response(None, None)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def application(plugins: list[Any]) -> Litestar:
    return Litestar(
        [
            coroutine,
            function,
            in_a_thread,
            decorated,
            raises,
            redirects,
            streams,
            guarded,
            depends,
            several,
            Orders,
            Router("/router", route_handlers=[page]),
            socket,
            listens,
            Listener,
            raw,
        ],
        middleware=[AnswersEarly],
        plugins=plugins,
    )
