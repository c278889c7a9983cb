"""Hostile HTTP: requests that are none, or two at once, or end where they should not, at the port itself."""

from __future__ import annotations

import random

from . import trees
from .doors import Doors, Example, Outcome


class Octets:
    """Requests whose line, headers and body are spoiled as bytes, as no HTTP library would send them."""

    name = "http-bytes"

    _BODY = b'{"resourceSpans":[]}'
    _SOUND = (
        b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
        + _BODY,
        b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n14\r\n" + _BODY + b"\r\n0\r\n\r\n",
        b"GET /api/v1/spans?q=service%3Ashop&limit=5 HTTP/1.1\r\nHost: localhost\r\n"
        b"Accept: */*\r\nCookie: a=b; c\r\n\r\n",
        b"GET /assets/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: [::1]:80\r\n"
        b"Range: bytes=0-\r\nIf-None-Match: *\r\n\r\n",
        b"OPTIONS /v1/traces HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n"
        b"Access-Control-Request-Headers: x\r\n\r\n",
        b"POST /api/v1/views HTTP/1.1\r\nHost: localhost\r\nOrigin: http://[::1\r\nContent-Length: 2\r\n\r\n{}",
        b"GET /sign-in?next=//evil HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nExpect: 100-continue\r\n\r\n",
    )
    _PIECES = (
        b"\r\n", b"\n", b"\r", b"\0", b":", b" ", b"\xff", b"%", b"%00", b"%ff", b"/../", b"HTTP/1.1", b"HTTP/0.9",
        b"HTTP/2.0", b"Content-Length: 1\r\n", b"Content-Length: -1\r\n",
        b"Content-Length: 99999999999999999999\r\n", b"Content-Length: 1_0\r\n", b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip\r\n", b"Host: evil.example\r\n", b"Origin: http://[\r\n",
        b"Content-Encoding: gzip\r\n", b"Connection: close\r\n", b"X: " + b"a" * 70_000 + b"\r\n",
        b"Origin: \xff\r\n", b"Authorization: Bearer \xe4\r\n", b"Last-Event-ID: x\r\n", b"Forwarded: for=x\r\n",
        b"X-Forwarded-For: \xff\r\n",
    )  # fmt: skip

    def example(self, chance: random.Random) -> Example:
        body = chance.choice(self._SOUND) * chance.choice((1, 1, 1, 3))
        for _ in range(chance.randrange(1, 4)):
            if chance.random() < 0.6:
                lines = body.split(b"\r\n")
                at = chance.randrange(len(lines) + 1)
                piece = chance.choice(self._PIECES)
                if piece.endswith(b"\r\n"):
                    lines[at:at] = [piece.removesuffix(b"\r\n")]
                elif lines:
                    line = lines[at % len(lines)]
                    place = chance.randrange(len(line) + 1)
                    lines[at % len(lines)] = line[:place] + piece + line[place:]
                body = b"\r\n".join(lines)
            else:
                body = trees.bytes_spoiled(body, chance)
        return Example("", body)

    def outcome(self, doors: Doors, example: Example) -> Outcome:
        return doors.over_socket(example.body)

    def complaint(self, example: Example, outcome: Outcome) -> str | None:
        # No answer is an answer here: what is no request is not answered by all servers.
        return f"answered {outcome.status}: {outcome.body[:300]!r}" if outcome.status >= 500 else None

    def stored(self, example: Example, outcome: Outcome) -> int | None:
        return 0
