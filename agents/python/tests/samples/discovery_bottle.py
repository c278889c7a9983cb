"""An application of a framework that spanorigin has no file for. Routes name the mark of the line expected for them."""

import functools

from bottle import Bottle, abort

app = Bottle()
app.config["catchall"] = False


def checked(view):
    @functools.wraps(view)
    def inner(*args, **kwargs):
        return view(*args, **kwargs)

    return inner


def unmarked(view):
    def inner(*args, **kwargs):
        return view(*args, **kwargs)

    return inner


def helper(text):
    return list(text.split())


@app.get("/function")
def function():  # <- function
    return helper("function")


@app.get("/decorated")
@checked
@unmarked
def decorated():  # <- decorated
    return "decorated"


class Orders:
    def show(self, number):  # <- method
        return helper(f"order {number}")


app.get("/orders/<number>")(Orders().show)
app.get("/lambda")(lambda: "lambda")  # <- lambda


@app.get("/raises")
def raises():  # <- raises
    raise LookupError("the user's own")


@app.get("/missing")
def missing():  # <- missing
    abort(404)


@app.get("/ran-before")
def ran_before(calls=True):  # <- ran-before
    return helper_of_one() if calls else ""


def helper_of_one():
    return "by a helper that nothing else calls"


@app.get("/ran-before-alone")
def ran_before_alone():  # <- ran-before-alone
    return "alone"


def in_a_thread():  # <- in-a-thread
    return "thread"


def middleware(inner):
    """The user's own, between the span and the handler."""

    def wrapped(environ, start_response):
        return inner(environ, start_response)

    return wrapped


def count(until):
    total = 0
    for number in range(until):
        total += one(number)
    return total


def one(number):
    return number and 1
