"""How long and how large a connection may be before it says anything worth reading, and how many there may be.

Called by `command`, which gives the class to uvicorn. Bodies are bounded where they are read (`ingest.body`,
`ingest.inflow`) and questions by `workers`; this is about who opens connections and then dawdles: a few thousand that
send a byte every ten seconds would otherwise keep everybody else out, without a token. Decision 0172.
"""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle


@dataclass(frozen=True, slots=True)
class Limits:
    """`connections` at once; a request's line and headers within `head_s` and `head_bytes`; a body that comes keeps
    coming, at least `body_bytes` in each `body_s`."""

    connections: int = 1000
    head_s: float = 15.0
    head_bytes: int = 64 * 1024
    body_s: float = 30.0
    body_bytes: int = 30 * 1024


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which by itself waits for a request for good. Used through `protocol_of`."""

    limits = Limits()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._timer: TimerHandle | None = None
        # What came of the headers before, and what is being read now.
        self._head_bytes = self._arriving_bytes = 0
        self._body_bytes = 0
        # The requests of this connection that are not answered yet. uvicorn knows the last one only.
        self._asked: list[RequestResponseCycle] = []

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self._say_and_close(b"503 Service Unavailable", "connections-full", b"retry-after: 1\r\n")
            return
        self._timer = self.loop.call_later(self.limits.head_s, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)
        self._stay_closed()

    def data_received(self, data: bytes) -> None:
        self._arriving_bytes = len(data)
        super().data_received(data)
        self._stay_closed()
        # Between two requests, what came is the beginning of the next: whatever it is, its headers have to end.
        if self.transport.is_closing() or not self._is_between_requests() or self.timeout_keep_alive_task is not None:
            return
        self._head_bytes += len(data)
        if self._head_bytes > self.limits.head_bytes:
            self._say_and_close(b"431 Request Header Fields Too Large", "headers-too-large")
        elif self._timer is None:
            self._timer = self.loop.call_later(self.limits.head_s, self._head_is_late)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's words, in plain text
        """What came is no HTTP, or a line or headers longer than any parser takes."""
        if any(cycle.response_started and not cycle.response_complete for cycle in self._asked):
            # In the midst of an answer another one would be read as a piece of it.
            self._stop_timer()
            self.transport.close()
        elif self._is_between_requests() and self._head_bytes + self._arriving_bytes > self.limits.head_bytes:
            self._say_and_close(b"431 Request Header Fields Too Large", "headers-too-large")
        else:
            self._say_and_close(b"400 Bad Request", "request-not-http")

    def on_headers_complete(self) -> None:
        self._stop_timer()
        super().on_headers_complete()
        self._head_bytes = self._body_bytes = 0
        self._asked = [cycle for cycle in self._asked if not cycle.response_complete]
        # None before the first request, which uvicorn's types deny; the same one where it was no request of HTTP.
        if self.cycle is not None and self.cycle not in self._asked:  # type: ignore[redundant-expr]
            self._asked.append(self.cycle)
        self._timer = self.loop.call_later(self.limits.body_s, self._look_at_body)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._stop_timer()
        super().on_message_complete()

    def _is_between_requests(self) -> bool:
        # Before the first request there is no cycle, which uvicorn's types deny.
        return self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]

    def _head_is_late(self) -> None:
        self._timer = None
        self._say_and_close(b"408 Request Timeout", "request-too-slow")

    def _look_at_body(self) -> None:
        """A body that does not come on ends its connection; one that we do not read, as others go first, may wait."""
        self._timer = None
        if self._body_bytes < self.limits.body_bytes and not self.flow.read_paused:
            if self._is_between_requests() or self.cycle.response_started:
                self.transport.close()
            else:
                self._say_and_close(b"408 Request Timeout", "request-too-slow")
            return
        self._body_bytes = 0
        self._timer = self.loop.call_later(self.limits.body_s, self._look_at_body)

    def _say_and_close(self, status: bytes, slug: str, headers: bytes = b"") -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            body = f'{{"error":{{"slug":"{slug}","message":"{_MESSAGES[slug]}"}}}}'.encode()
            head = b"content-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n" % len(body)
            self.transport.write(b"HTTP/1.1 " + status + b"\r\n" + head + headers + b"\r\n" + body)
            self.transport.close()
            self._stay_closed()

    def _stay_closed(self) -> None:
        """Whoever answers hears that nobody listens: to read on from a closed connection that was paused, or to write
        to one, is an error with uvloop, and uvicorn does both while earlier requests of it are being answered."""
        if self.transport.is_closing():
            self.flow.read_paused = False
            for cycle in self._asked:
                if not cycle.response_complete:
                    cycle.disconnected = True
                    cycle.message_event.set()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


_MESSAGES = {
    "connections-full": "As many connections are open as may be. Come back in a moment, or use fewer.",
    "headers-too-large": "The line and headers of the request are larger than 64 KB. Send less in them.",
    "request-not-http": "What came is not a request of HTTP/1.1 that can be read. Send one, and https where TLS is on.",
    "request-too-slow": "The request came so slowly that the server does not wait for its end. Send it again.",
}


def protocol_of(limits: Limits) -> type[LimitedProtocol]:
    """The protocol with these limits; uvicorn takes a class."""
    return type("LimitedProtocol", (LimitedProtocol,), {"limits": limits})
