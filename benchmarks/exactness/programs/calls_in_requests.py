"""Calls that are made while a request is handled: views, helpers, middleware, templates, teardown."""

from driving import asgi, wsgi
from flask import Flask, g, render_template_string
from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
connection = engine.connect()
ONE = text("select 1")

app = Flask("calls")


class Passing:
    """The user's own middleware, around everything."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        return self.application(environ, start_response)


app.wsgi_app = Passing(app.wsgi_app)


@app.before_request
def load_user():
    g.user = connection.execute(ONE) if g.get("ask") else None


@app.get("/flask/view")
def view():
    connection.execute(ONE)  # <- exit GET /flask/view: view
    return "ok"


@app.get("/flask/helped")
def helped():
    return str(_help())


def _help():
    return connection.execute(ONE).scalar()  # <- exit GET /flask/helped: _help


@app.get("/flask/template")
def template():
    return render_template_string("{{ ask() }}", ask=_ask)


def _ask():
    return connection.execute(ONE).scalar()  # <- exit GET /flask/template: _ask


@app.get("/flask/bare")
def bare():
    # Templates are nobody's: the line that renders is the user's.
    return render_template_string("{{ c.execute(q) }}", c=connection, q=ONE)  # <- exit GET /flask/bare: bare


@app.get("/flask/after")
def after():
    return "ok"


@app.after_request
def count(response):
    from flask import request

    if request.path == "/flask/after":
        connection.execute(ONE)  # <- exit GET /flask/after: count
    return response


@app.get("/flask/streamed")
def streamed():
    def parts():
        yield str(connection.execute(ONE).scalar())  # <- exit GET /flask/streamed: streamed.<locals>.parts

    return parts()


class PassingAsgi:
    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        await self.application(scope, receive, send)


async def page(request):
    connection.execute(ONE)  # <- exit GET /starlette/page: page
    return PlainTextResponse("ok")


def in_a_thread(request):
    connection.execute(ONE)  # <- exit GET /starlette/thread: in_a_thread
    return PlainTextResponse("ok")


starlette = Starlette(
    middleware=[Middleware(PassingAsgi)],
    routes=[Route("/starlette/page", page), Route("/starlette/thread", in_a_thread)],
)
_visits = {"flask": wsgi(app), "starlette": asgi(starlette)}


def visit(verb, path):
    _visits[path.split("/")[1]](verb, path)
