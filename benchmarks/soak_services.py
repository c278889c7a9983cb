"""The two services of the soak: Flask with SQLAlchemy in threads, FastAPI with httpx on an event loop.

Started by `soak_capture.py`, each twice: with the agent, whose capture is turned on and off once a second, and without,
for comparison. Traced by the real instrumentations, sending by the real exporter. The first line of standard output is
the port; from then on each is a reading of the process.

    soak_services.py threaded|async agent|bare SINK_ADDRESS [ADDRESS_OF_THE_THREADED_SERVICE]
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

READ_EVERY_SECONDS = 5.0
SWITCH_EVERY_SECONDS = 1.0


def threaded() -> tuple[Any, int]:
    """A server whose requests run in threads, and its port."""
    from flask import Flask, Response
    from opentelemetry.instrumentation.flask import FlaskInstrumentor
    from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
    from sqlalchemy import create_engine, text
    from sqlalchemy.pool import StaticPool
    from werkzeug.serving import WSGIRequestHandler, make_server

    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    SQLAlchemyInstrumentor().instrument(engine=engine)
    app = Flask("threaded")
    FlaskInstrumentor().instrument_app(app)
    one_at_a_time = threading.Lock()  # one connection, which is SQLite's

    @app.get("/items/<int:number>")
    def items(number: int) -> Any:  # <- entry
        rows = []
        with one_at_a_time, engine.connect() as connection:  # <- exit
            rows.append(connection.execute(text("select :n * 2"), {"n": number}).scalar())  # <- exit
            for power in range(2):
                rows.append(connection.execute(text(f"select :n + {power}"), {"n": number}).scalar())  # <- exit
        return {"number": number, "rows": rows}

    @app.get("/made/<int:number>")
    def made(number: int) -> Any:  # <- entry
        with one_at_a_time, engine.connect() as connection:  # <- exit

            def ask() -> Any:
                return connection.execute(text("select :n"), {"n": number}).scalar()  # <- exit

            return {"made": [ask() for _ in range(2)]}  # <- exit

    @app.get("/fails")
    def fails() -> Any:  # <- entry
        with one_at_a_time, engine.connect() as connection:  # <- exit
            connection.execute(text("select nothing from nowhere"))  # <- exit
        return {}

    @app.get("/streams")
    def streams() -> Any:  # <- entry
        def pieces() -> Iterator[str]:
            for number in range(20):
                yield f"{number}\n"

        return Response(pieces(), mimetype="text/plain")

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, *_: Any) -> None:
            """Nothing: the responses tell."""

    app.logger.disabled = True  # of the request that fails, which is meant to
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return app, server.server_port


def on_an_event_loop(threaded_address: str) -> tuple[Any, int]:
    """A server whose requests run as tasks, and its port. Its calls go to the other service."""
    import httpx
    import uvicorn
    from fastapi import FastAPI
    from fastapi.responses import StreamingResponse
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
    from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

    HTTPXClientInstrumentor().instrument()
    app = FastAPI()
    client = httpx.AsyncClient(base_url=threaded_address, timeout=30)

    @app.get("/orders/{number}")
    async def orders(number: int) -> Any:  # <- entry
        first = await client.get(f"/items/{number}")  # <- exit
        both = await asyncio.gather(client.get("/items/1"), client.get("/items/2"))  # <- exit
        return {"first": first.json(), "both": [each.json() for each in both]}

    @app.get("/waits")
    def waits() -> Any:  # <- entry
        return {"thread": True}

    @app.get("/streams")
    async def streams() -> Any:  # <- entry
        async def pieces() -> AsyncIterator[str]:
            for number in range(20):
                await asyncio.sleep(0)
                yield f"{number}\n"

        return StreamingResponse(pieces(), media_type="text/plain")

    FastAPIInstrumentor.instrument_app(app, exclude_spans=["send", "receive"])
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    return app, server.servers[0].sockets[0].getsockname()[1]


def switch_for_ever() -> None:
    """Everything off, everything on, only entries, only exits; every other turn is as a reader from outside asks."""
    from spanorigin import agent
    from spanorigin.switches import Wish

    wishes = (Wish(False), Wish(True, True, True), Wish(exit=False), Wish(entry=False, exit=True))
    for number, wish in enumerate(itertools.cycle(wishes)):
        time.sleep(SWITCH_EVERY_SECONDS)
        agent.switch(wish, "the soak", remote=number % 8 >= 4)
        _Process.switched += 1
        if number % 8 == 7:
            agent.forget_remote()


class _Process:
    switched = 0


def reading(provider: TracerProvider) -> dict[str, Any]:
    """What the process holds at this moment, after a collection, and with no spans that wait to be sent: how many do
    goes up and down in its own rhythm, by thousands of objects."""
    provider.force_flush()
    gc.collect()
    with Path("/proc/self/statm").open() as file:
        pages = int(file.read().split()[1])
    said: dict[str, Any] = {
        "rss_kb": pages * os.sysconf("SC_PAGESIZE") // 1024,
        "objects": len(gc.get_objects()),
        "blocks": sys.getallocatedblocks(),
        "threads": len(list(Path("/proc/self/task").iterdir())),
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "switched": _Process.switched,
    }
    if "spanorigin.agent" in sys.modules:
        status = sys.modules["spanorigin.agent"].status()
        said |= {"failures": dict(status.failures), "misses": dict(status.misses), "words": dict(status.words)}
    return said


def main(kind: str, agent: str, sink: str, threaded_address: str = "") -> None:
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{sink}/{kind}-{agent}")))
    trace.set_tracer_provider(provider)
    if agent == "agent":
        import spanorigin

        spanorigin.install()
    # Held, so that nothing of it is collected.
    app, port = threaded() if kind == "threaded" else on_an_event_loop(threaded_address)
    print(port, flush=True)
    if agent == "agent":
        threading.Thread(target=switch_for_ever, daemon=True).start()
    while app is not None:
        time.sleep(READ_EVERY_SECONDS)
        print(json.dumps(reading(provider)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
