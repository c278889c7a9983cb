"""A view of Flask on two routes. A program of its own, since ADOT 0.18.0 keeps it from being declared."""

from driving import wsgi
from flask import Flask

app = Flask("shop")
visit = wsgi(app)


@app.get("/one")
@app.get("/two")
def on_two_routes():  # <- entry GET /one: on_two_routes <- entry GET /two: on_two_routes
    return "ok"
