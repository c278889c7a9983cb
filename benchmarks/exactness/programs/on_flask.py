"""Views of Flask, in the shapes that people give them."""

import functools

from driving import wsgi
from flask import Blueprint, Flask, abort, redirect
from flask.views import MethodView, View

app = Flask("shop")
visit = wsgi(app)


def careful(view):
    @functools.wraps(view)
    def checked(*args, **kwargs):
        return view(*args, **kwargs)

    return checked


def careless(view):
    def checked(*args, **kwargs):
        return view(*args, **kwargs)

    checked.__name__ = view.__name__
    return checked


@app.get("/plain")
def plain():  # <- entry GET /plain: plain
    return "ok"


@app.get("/wrapped")
@careful
def wrapped():  # <- entry GET /wrapped: wrapped
    return "ok"


@app.get("/unwrapped")
@careless
def unwrapped():  # <- entry GET /unwrapped: unwrapped
    return "ok"


@app.get("/stacked")
@careful
@careless
@careful
def stacked():  # <- entry GET /stacked: stacked
    return "ok"


@app.get("/item/<int:number>")
def with_an_argument(number):  # <- entry GET /item/7: with_an_argument
    return str(number)


class Items(MethodView):
    def get(self):  # <- entry GET /items: Items.get <- entry HEAD /items: Items.get
        return "ok"

    @careful
    def post(self):  # <- entry POST /items: Items.post
        return "ok"


app.add_url_rule("/items", view_func=Items.as_view("items"))


class Special(Items):
    def get(self):  # <- entry GET /special: Special.get
        return super().get()


# The inherited method of another class is where the request goes: <- entry POST /special: none
app.add_url_rule("/special", view_func=Special.as_view("special"), methods=["GET"])


class Page(View):
    decorators = (careless,)

    def dispatch_request(self):  # <- entry GET /page: Page.dispatch_request
        return "ok"


app.add_url_rule("/page", view_func=Page.as_view("page"))

outer, inner = Blueprint("outer", "shop", url_prefix="/outer"), Blueprint("inner", "shop", url_prefix="/inner")


@inner.get("/deep")
def nested_blueprint():  # <- entry GET /outer/inner/deep: nested_blueprint
    return "ok"


outer.register_blueprint(inner)
app.register_blueprint(outer)


def partly(what, how):  # <- entry GET /partial: partly
    return what + how


app.add_url_rule("/partial", "partial", functools.partial(partly, "o", how="k"))
app.add_url_rule("/lambda", "lambda", lambda: "ok")  # <- entry GET /lambda: <lambda>


class Callable:
    def __call__(self):  # <- entry GET /callable: Callable.__call__
        return "ok"

    def method(self):  # <- entry GET /method: Callable.method
        return "ok"

    @staticmethod
    def static():  # <- entry GET /static-method: Callable.static
        return "ok"

    @classmethod
    def of_class(cls):  # <- entry GET /class-method: Callable.of_class
        return "ok"


app.add_url_rule("/callable", "callable", Callable())
app.add_url_rule("/method", "method", Callable().method)
app.add_url_rule("/static-method", "static-method", Callable.static)
app.add_url_rule("/class-method", "class-method", Callable.of_class)


def made(answer):
    def view():  # <- entry GET /made: made.<locals>.view
        return answer

    return view


app.add_url_rule("/made", "made", made("ok"))


@app.get("/awaited")
async def awaited():  # <- entry GET /awaited: awaited
    return "ok"


@app.get("/streamed")
def streamed():  # <- entry GET /streamed: streamed
    return iter(["o", "k"])


@app.get("/fails")
def fails():  # <- entry GET /fails: fails
    raise RuntimeError


@app.get("/aborts")
def aborts():  # <- entry GET /aborts: aborts
    abort(404)


@app.get("/moves")
def moves():  # <- entry GET /moves: moves
    return redirect("/plain")


@app.before_request
def answer_early():
    from flask import request

    # No handler came to run: <- entry GET /early: none
    return "early" if request.path == "/early" else None


@app.get("/early")
def never():
    return "never"


# Nobody's: <- entry GET /missing: none <- entry DELETE /plain: none <- entry OPTIONS /plain: none
