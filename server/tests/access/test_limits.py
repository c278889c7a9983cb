"""Who opens connections and dawdles is shown out; who sends is not disturbed."""

from __future__ import annotations

import asyncio
import json

import pytest
import uvicorn
from spanorigin_server.access.limits import Limits, protocol_of
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse

GET = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"


class Listening:
    """A server with these limits that answers with the length of the body, and the bodies that did not end."""

    def __init__(self, limits: Limits) -> None:
        self.cut = 0
        config = uvicorn.Config(
            self.app,
            http=protocol_of(limits),
            host="127.0.0.1",
            port=0,
            log_level="critical",
            lifespan="off",
            interface="asgi3",
        )
        self.server = uvicorn.Server(config)

    async def app(self, scope, receive, send):
        try:
            body = await Request(scope, receive).body()
        except ClientDisconnect:
            self.cut += 1
            return
        await PlainTextResponse(str(len(body)))(scope, receive, send)

    async def __aenter__(self) -> Listening:
        self.running = asyncio.create_task(self.server._serve())
        while not self.server.started:
            await asyncio.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.server.force_exit = True
        await self.running

    async def open(self):
        return await asyncio.open_connection("127.0.0.1", self.port)


async def answered(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """An answer's status and body."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    return int(head.split()[1]), await reader.readexactly(length)


async def last_words(reader: asyncio.StreamReader) -> tuple[int, str]:
    status, body = await answered(reader)
    assert await asyncio.wait_for(reader.read(), 30) == b"", "the connection stayed open"
    return status, json.loads(body)["error"]["slug"]


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"GET / HTTP/1.1\r\nhost: local"])
async def test_headers_that_do_not_end_are_not_waited_for(begun):
    async with Listening(Limits(head_s=0.2)) as server:
        reader, writer = await server.open()
        writer.write(begun)

        assert await last_words(reader) == (408, "request-too-slow")


@pytest.mark.parametrize("begun", [b"G", b"\r\n"])
async def test_nor_are_those_of_a_later_request(begun):
    async with Listening(Limits(head_s=0.2)) as server:
        reader, writer = await server.open()
        writer.write(GET)
        assert await answered(reader) == (200, b"0")
        writer.write(begun)

        assert await last_words(reader) == (408, "request-too-slow")


async def test_a_connection_that_waits_for_its_next_request_may():
    async with Listening(Limits(head_s=0.1, body_s=0.1)) as server:
        reader, writer = await server.open()
        for _ in range(3):
            writer.write(GET)
            assert await answered(reader) == (200, b"0")
            await asyncio.sleep(0.4)


async def test_headers_without_end_are_refused():
    async with Listening(Limits(head_bytes=4096)) as server:
        reader, writer = await server.open()
        writer.write(b"GET / HTTP/1.1\r\nlong: " + b"x" * 5000)

        assert await last_words(reader) == (431, "headers-too-large")


@pytest.mark.parametrize("pieces", [1, 3])
async def test_a_line_longer_than_any_parser_takes_is_refused_as_headers_without_end_are(pieces):
    # httptools tells places within an address in 16 bits.
    request = b"GET /?q=" + b"x" * 70_000 + b" HTTP/1.1\r\nhost: localhost\r\n\r\n"
    async with Listening(Limits()) as server:
        reader, writer = await server.open()
        for at in range(0, len(request), len(request) // pieces + 1):
            writer.write(request[at : at + len(request) // pieces + 1])
            await asyncio.sleep(0.05)

        assert await last_words(reader) == (431, "headers-too-large")


@pytest.mark.parametrize(
    "nonsense",
    [b"\x16\x03\x01\x02\0", b"PROXY TCP4 1 2 3 4\r\n", b"GET /\0 HTTP/1.1\r\n\r\n"],
    ids=["tls", "proxy", "nul"],
)
@pytest.mark.parametrize("before", [0, 2])
async def test_what_is_no_http_is_told_so_in_the_shape_of_every_error(nonsense, before):
    async with Listening(Limits()) as server:
        reader, writer = await server.open()
        for _ in range(before):
            writer.write(GET)
            assert await answered(reader) == (200, b"0")
        writer.write(nonsense)

        assert await last_words(reader) == (400, "request-not-http")


async def test_a_body_that_comes_drop_by_drop_is_not_waited_for():
    async with Listening(Limits(body_s=0.3, body_bytes=1000)) as server:
        reader, writer = await server.open()
        writer.write(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n")

        async def drip() -> None:
            while not writer.is_closing():
                writer.write(b"x")
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        assert await last_words(reader) == (408, "request-too-slow")
        dripping.cancel()
        await asyncio.sleep(0.05)
        assert server.cut == 1


async def test_a_body_that_keeps_coming_is_taken_however_long_it_takes():
    async with Listening(Limits(body_s=0.2, body_bytes=100, head_s=0.2)) as server:
        reader, writer = await server.open()
        writer.write(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 20000\r\n\r\n")
        for _ in range(20):
            writer.write(b"x" * 1000)
            await asyncio.sleep(0.05)

        assert await answered(reader) == (200, b"20000")


async def test_one_connection_too_many_is_told_so_and_a_place_that_becomes_free_is_free():
    async with Listening(Limits(connections=2)) as server:
        first, second = await server.open(), await server.open()
        for reader, writer in (first, second):
            writer.write(GET)
            assert (await answered(reader))[0] == 200

        third, _ = await server.open()
        assert await last_words(third) == (503, "connections-full")

        second[1].close()
        await second[1].wait_closed()
        await asyncio.sleep(0.1)
        reader, writer = await server.open()
        writer.write(GET)
        assert (await answered(reader))[0] == 200
