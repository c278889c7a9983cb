"""A Quart application: views in the loop and in threads, classes, blueprints, a websocket."""

import functools

from quart import Blueprint, Quart, redirect, request, websocket
from quart.views import MethodView, View
from web_trail import Seen

app = Quart(__name__)
inner = Blueprint("inner", __name__, url_prefix="/inner")
tracer = None


@app.before_request
async def answer_early():
    return "early" if request.headers.get("X-Early") else None


@app.route("/coroutine/<int:number>")
async def coroutine(number):  # <- coroutine
    return str(number)


@app.get("/in-a-thread")
def in_a_thread():  # <- in_a_thread
    with tracer.start_as_current_span("by hand"):
        return ""


def logged(view):
    @functools.wraps(view)
    async def log(*args, **kwargs):
        return await view(*args, **kwargs)

    return log


@app.route("/decorated", methods=["GET", "POST"])
@logged
async def decorated():  # <- decorated
    return ""


@app.route("/raises")
async def raises():  # <- raises
    raise Seen


@app.errorhandler(RuntimeError)
async def on_error(error):
    return "", 409


@app.route("/redirects")
async def redirects():  # <- redirects
    return redirect("/decorated")


@app.route("/streams")
async def streams():  # <- streams
    async def chunks():
        yield "a"

    return chunks()


class Orders(MethodView):
    async def get(self):  # <- orders_get
        return ""

    def post(self):  # <- orders_post
        return ""


class Report(View):
    async def dispatch_request(self):  # <- report
        return ""


@inner.route("/page")
async def page():  # <- page
    return ""


@app.websocket("/socket")
async def socket():  # <- socket
    await websocket.accept()


app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
app.add_url_rule("/report", view_func=Report.as_view("report"))
app.register_blueprint(inner)
