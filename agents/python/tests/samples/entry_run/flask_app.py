"""A service that is started in every way there is."""

import os
import sqlite3
import sys

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():  # <- home
    with sqlite3.connect(":memory:") as connection:
        connection.cursor().execute("select 1")  # <- call
    return {"pid": os.getpid(), "started_by": sys.orig_argv}


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]), use_reloader="--reload" in sys.argv)
