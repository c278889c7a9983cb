"""Further views of Flask, where the function is easily lost: cached, counted, wrapt, inherited, built in classes."""

import functools

import wrapt
from driving import wsgi
from flask import Flask
from flask.views import MethodView

app = Flask("shop")
visit = wsgi(app)


@app.get("/cached")
@functools.lru_cache
def cached():  # <- entry GET /cached: cached
    return "ok"


@wrapt.decorator
def passing(wrapped, instance, args, kwargs):
    return wrapped(*args, **kwargs)


@app.get("/by-wrapt")
@passing
def by_wrapt():  # <- entry GET /by-wrapt: by_wrapt
    return "ok"


class counted:
    """A decorator that is a class."""

    def __init__(self, view):
        functools.update_wrapper(self, view)
        self.view = view

    def __call__(self, *args, **kwargs):
        return self.view(*args, **kwargs)


@app.get("/by-a-class")
@counted
def by_a_class():  # <- entry GET /by-a-class: by_a_class
    return "ok"


def with_a_helper(helper):
    def decorated(view):
        @functools.wraps(view)
        def checked(*args, **kwargs):
            helper()
            return view(*args, **kwargs)

        return checked

    return decorated


@app.get("/with-a-helper")
@with_a_helper(lambda: None)
def helped():  # <- entry GET /with-a-helper: helped
    return "ok"


class Base(MethodView):
    def get(self):  # <- entry GET /inherited: Base.get
        return "ok"


class Inherited(Base):
    pass


class Mixed:
    def post(self):  # <- entry POST /inherited: Mixed.post
        return "ok"


class Both(Mixed, Inherited):
    init_every_request = False


app.add_url_rule("/inherited", view_func=Both.as_view("inherited"), methods=["GET", "POST"])


class Shop:
    def __init__(self, application):
        application.add_url_rule("/bound", "bound", functools.partial(self.bound, "ok"))
        application.add_url_rule("/inner", "inner", self.inner())

    def bound(self, what):  # <- entry GET /bound: Shop.bound
        return what

    def inner(self):
        def view():  # <- entry GET /inner: Shop.inner.<locals>.view
            return "ok"

        return view


Shop(app)

for name in ("first", "second"):
    view = lambda name=name: name  # <- entry GET /first: <lambda> <- entry GET /second: <lambda>
    app.add_url_rule(f"/{name}", name, view)


# fmt: off
@app.get(
    "/over-lines",
    defaults={"what": "ok"},
)
def over_lines(  # <- entry GET /over-lines: over_lines
    what,
):
    return what
# fmt: on


@app.errorhandler(404)
def not_found(error):
    # Who answers for an error handles no route: <- entry GET /missing: none
    return "nothing", 404
