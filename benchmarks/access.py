"""What it costs a request to be let in: with tokens demanded, beside a server on loopback that demands none.

The route answers nothing, so that what is timed is the gate; a request of the smallest kind is beside it for the scale.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

from figures import Figure, report
from spanorigin_server.access.audit import Audit
from spanorigin_server.access.gate import Gate, guarded
from spanorigin_server.access.scopes import Right
from spanorigin_server.access.sessions import Sessions
from spanorigin_server.access.tokens import FILE_NAME, Tokens
from spanorigin_server.answers import answering, json_answer
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from timing import pin_to_one_core, steady_ns

PATH = "/api/v1/spans"
TOKENS = 50
CALLS, ROUNDS = 200, 60


def figures() -> Iterator[Figure]:
    pin_to_one_core()
    with tempfile.TemporaryDirectory() as folder:
        tokens = Tokens(Path(folder) / FILE_NAME)
        secrets = [tokens.add(f"reader {number}", [Right.READ])[1] for number in range(TOKENS)]
        loop = asyncio.new_event_loop()
        asked = {}
        for name, demands in (("open", False), ("token", True)):
            gate = Gate(tokens, Sessions(), Audit(Path(folder)), demands)
            (route,) = guarded([Route(PATH, answering(_answer), methods=["GET"])], gate)
            headers = [(b"authorization", f"Bearer {secrets[-1]}".encode())] if demands else []
            asked[name] = (None, _request(loop, route, headers))
        took = steady_ns(asked, calls=CALLS, rounds=ROUNDS)
        loop.close()
    added_us = (took["token"] - took["open"]) / 1e3
    yield Figure("access.open_us", round(took["open"] / 1e3, 1), "us", "a request to an empty route, nothing demanded")
    yield Figure("access.added_us", round(added_us, 1), "us", f"added by looking for its token among {TOKENS}")


async def _answer(_request: Request) -> Response:
    return json_answer([])


def _request(loop: asyncio.AbstractEventLoop, route: Route, headers: list[tuple[bytes, bytes]]) -> Any:
    """A call that puts one request to the route."""

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        assert message.get("status", 200) == 200, message

    def call() -> None:
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": PATH,
            "raw_path": PATH.encode(), "query_string": b"", "root_path": "", "headers": headers,
            "client": ("127.0.0.1", 40000), "server": ("127.0.0.1", 4318),
        }  # fmt: skip
        loop.run_until_complete(route.app(scope, receive, send))

    return call


if __name__ == "__main__":
    report(figures)
