"""A service for ASGI servers."""

import os
import sqlite3

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def home():  # <- home
    with sqlite3.connect(":memory:") as connection:
        connection.cursor().execute("select 1")  # <- call
    return {"pid": os.getpid()}
