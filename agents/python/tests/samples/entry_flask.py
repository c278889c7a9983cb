"""A Flask application with a handler of every kind. Routes name the mark of the line expected for them."""

import functools

from flask import Blueprint, Flask, Response, abort, redirect, request, stream_with_context
from flask.views import MethodView, View
from opentelemetry import trace

app = Flask(__name__)
tracer = trace.get_tracer(__name__)  # the tests put one of their provider's here


def login_required(view):
    @functools.wraps(view)
    def inner(*args, **kwargs):
        if request.headers.get("X-Deny"):
            abort(403)
        return view(*args, **kwargs)

    return inner


def traced(view):
    def inner(*args, **kwargs):
        with tracer.start_as_current_span("by hand"):
            return view(*args, **kwargs)

    return inner


def answer_early():
    return "early" if request.headers.get("X-Early") else None


@app.get("/function/<int:number>")
def function(number):  # <- function
    return str(number)


@app.route("/decorated", methods=["GET", "POST"])
@login_required
def decorated():  # <- decorated
    return "ok"


@app.get("/without-wraps", endpoint="without_wraps")
@traced
def without_wraps():  # <- without_wraps
    return "ok"


@app.get("/coroutine")
async def coroutine():  # <- coroutine
    return "ok"


@app.get("/raises")
def raises():  # <- raises
    raise LookupError("no such order")


@app.get("/streams")
def streams():  # <- streams
    def parts():
        yield "a"
        yield "b"

    return Response(stream_with_context(parts()))


@app.get("/redirects")
def redirects():  # <- redirects
    return redirect("/function/1")


@app.get("/slash/")
def slash():  # <- slash
    return "ok"


class Orders(MethodView):
    decorators = [login_required]  # noqa: RUF012

    def get(self):  # <- orders_get
        return "ok"

    @login_required
    def post(self):  # <- orders_post
        return "ok"


class Report(View):
    def dispatch_request(self):  # <- report
        return "ok"


class Kept(MethodView):
    init_every_request = False

    async def get(self):  # <- kept_get
        return "ok"


app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
app.add_url_rule("/orders-traced", view_func=traced(Orders.as_view("orders_traced")), endpoint="orders_traced")
app.add_url_rule("/report", view_func=Report.as_view("report"))
app.add_url_rule("/kept", view_func=Kept.as_view("kept"))
app.add_url_rule("/partial", "partial", functools.partial(function, 7))
app.add_url_rule("/lambda", "lambda", lambda: "ok")  # <- lambda
app.add_url_rule("/again", "again", app.view_functions["decorated"])

inner = Blueprint("inner", __name__, url_prefix="/inner")
outer = Blueprint("outer", __name__, url_prefix="/outer")


@outer.get("/page")
def page():  # <- outer_page
    return "ok"


@inner.get("/page")
def inner_page():  # <- inner_page
    return "ok"


outer.register_blueprint(inner)
app.register_blueprint(outer)


@app.errorhandler(404)
def not_found(error):
    return "nothing here", 404
