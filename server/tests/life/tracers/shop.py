"""A web application that knows nothing of tracing. It asks itself for three items, then ends."""

import sqlite3
import threading
import urllib.request
from contextlib import suppress
from urllib.error import HTTPError

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

app = Flask(__name__)
app.logger.disabled = True


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        pass


def price_of(number):
    with sqlite3.connect(":memory:") as database:
        return database.execute("SELECT ?", [number]).fetchone()[0]


@app.get("/items/<int:number>")
def item(number):
    if number == 13:
        raise ValueError("unlucky")
    return {"price": price_of(number)}


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, app, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for number in (1, 2, 13):
        with suppress(HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/items/{number}").read()
    server.shutdown()
