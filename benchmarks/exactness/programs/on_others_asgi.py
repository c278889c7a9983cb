"""Handlers of Quart and Litestar, under ASGI."""

from driving import asgi, litestar_plugins, traced
from litestar import Controller, Litestar, Router, get, post
from quart import Quart
from quart.views import MethodView

app = Quart("shop")


@app.get("/quart/plain")
async def quart_plain():  # <- entry GET /quart/plain: quart_plain
    return "ok"


@app.get("/quart/thread")
def quart_thread():  # <- entry GET /quart/thread: quart_thread
    return "ok"


class QuartItems(MethodView):
    async def get(self):  # <- entry GET /quart/items: QuartItems.get
        return "ok"


app.add_url_rule("/quart/items", view_func=QuartItems.as_view("items"))


def guard(connection, handler):
    pass


@get("/litestar/plain", guards=[guard])
async def litestar_plain() -> str:  # <- entry GET /litestar/plain: litestar_plain
    return "ok"


@get("/litestar/thread", sync_to_thread=True)
def litestar_thread() -> str:  # <- entry GET /litestar/thread: litestar_thread
    return "ok"


@get("/litestar/number/{number:int}")
async def litestar_number(number: int) -> int:  # <- entry GET /litestar/number/7: litestar_number
    return number


class Items(Controller):
    path = "/items"

    @get()
    async def shown(self) -> str:  # <- entry GET /litestar/items: Items.shown
        return "ok"

    @post()
    async def sent(self) -> str:  # <- entry POST /litestar/items: Items.sent
        return "ok"


star = Litestar(
    [litestar_plain, litestar_thread, litestar_number, Router("/litestar", route_handlers=[Items])],
    plugins=litestar_plugins(),
)
_visits = {"quart": asgi(traced(app)), "litestar": asgi(star)}


def visit(verb, path):
    _visits[path.split("/")[1]](verb, path)


# Nobody's: <- entry GET /litestar/missing: none <- entry GET /quart/missing: none
