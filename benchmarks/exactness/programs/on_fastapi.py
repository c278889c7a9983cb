"""Path operations of FastAPI, behind dependencies, routers and sub-applications."""

import functools

from driving import asgi
from fastapi import APIRouter, Depends, FastAPI, HTTPException

app = FastAPI()
visit = asgi(app)


def careful(operation):
    @functools.wraps(operation)
    async def checked(*args, **kwargs):
        return await operation(*args, **kwargs)

    return checked


def dependency():
    return "ok"


async def refuses():
    raise HTTPException(401)


@app.get("/plain")
async def plain():  # <- entry GET /plain: plain
    return "ok"


@app.get("/thread")
def in_a_thread():  # <- entry GET /thread: in_a_thread
    return "ok"


@app.get("/wrapped")
@careful
async def wrapped():  # <- entry GET /wrapped: wrapped
    return "ok"


@app.get("/depends")
async def depends(what: str = Depends(dependency)):  # <- entry GET /depends: depends
    return what


@app.get("/refused", dependencies=[Depends(refuses)])
async def refused():  # <- entry GET /refused: refused
    return "ok"


@app.get("/number/{number}")
async def numbered(number: int):  # <- entry GET /number/7: numbered <- entry GET /number/x: numbered
    return number


@app.get("/fails")
async def fails():  # <- entry GET /fails: fails
    raise ValueError


@app.get("/one")
@app.get("/two")
async def on_two_routes():  # <- entry GET /one: on_two_routes <- entry GET /two: on_two_routes
    return "ok"


class Shop:
    def __init__(self, router):
        router.add_api_route("/method", self.method)

    async def method(self):  # <- entry GET /router/method: Shop.method
        return "ok"


router = APIRouter(prefix="/router")
Shop(router)


@router.post("/order")
async def order():  # <- entry POST /router/order: order
    return "ok"


inner = APIRouter(prefix="/inner")


@inner.get("/deep")
def deep():  # <- entry GET /router/inner/deep: deep
    return "ok"


router.include_router(inner)
app.include_router(router)
sub = FastAPI()


@sub.get("/page")
async def page():  # <- entry GET /sub/page: page
    return "ok"


app.mount("/sub", sub)

# Nobody's: <- entry GET /missing: none
