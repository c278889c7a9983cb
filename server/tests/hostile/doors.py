"""Send an example to a real server as a program would, over a socket, and tell what came back in one shape."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import grpc
from spanorigin_server.ingest.otlp_grpc import METHOD
from spanorigin_tests.processes import ServerProcess

_PATIENCE_S = 120.0
# What HTTP says for what gRPC says.
_STATUSES = {
    grpc.StatusCode.OK: 200,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.UNIMPLEMENTED: 404,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.UNKNOWN: 500,
    grpc.StatusCode.INTERNAL: 500,
}


@dataclass(frozen=True, slots=True)
class Example:
    """What is sent. `plain` is the body without its compression, where that is sound."""

    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    plain: bytes | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer. `status` is 0 where the connection ended without one."""

    status: int
    body: bytes = b""
    content_type: str = ""


class Doors:
    """The ports of a server, with connections that are kept, one of a kind for each thread."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        listeners = {each["protocol"]: each["port"] for each in server.get("/api/v1/health")["listeners"]}
        self.ports = {"http": server.port, "datadog": listeners["Datadog"]}
        self._channel = grpc.insecure_channel(f"127.0.0.1:{listeners['OTLP/gRPC']}")
        self._export = self._channel.unary_unary(METHOD)
        self._kept = threading.local()

    def close(self) -> None:
        self._channel.close()

    def over_http(self, example: Example, door: str = "http") -> Outcome:
        """The answer; asked again on a new connection where a kept one had been closed meanwhile."""
        for is_last in (False, True):
            connection, is_fresh = self._connection(door)
            try:
                # A server that has read enough answers and closes: what it said is there nevertheless.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    connection.request(example.method, example.path, example.body or None, dict(example.headers))
                answer = connection.getresponse()
                return Outcome(answer.status, answer.read(), answer.getheader("content-type", ""))
            except (http.client.HTTPException, OSError):
                connection.close()
                del self._kept.__dict__[door]
                if is_fresh or is_last:
                    return Outcome(0)
        raise AssertionError("the second time is the last")

    def over_grpc(self, body: bytes, compression: grpc.Compression) -> Outcome:
        call = self._export.future(body, timeout=_PATIENCE_S, compression=compression)
        code = call.code()
        if code is grpc.StatusCode.OK:
            return Outcome(200, call.result())
        details = (call.details() or "").encode()
        if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
            return Outcome(429 if b"queue-full" in details else 413, details)
        if b"[request-too-large]" in details:
            return Outcome(413, details)
        return Outcome(_STATUSES.get(code, 0), details)

    def over_socket(self, octets: bytes) -> Outcome:
        """Whatever bytes, on a connection of their own; the sender says that no more will come."""
        with socket.create_connection(("127.0.0.1", self.ports["http"]), timeout=_PATIENCE_S) as connection:
            received = b""
            with contextlib.suppress(OSError):
                connection.sendall(octets)
                connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionError):
                while piece := connection.recv(65536):
                    received += piece
        status = received[9:12]
        return Outcome(int(status) if status.isdigit() else 0, received)

    def _connection(self, door: str) -> tuple[http.client.HTTPConnection, bool]:
        kept = self._kept.__dict__
        if door in kept:
            return kept[door], False
        kept[door] = http.client.HTTPConnection("127.0.0.1", self.ports[door], timeout=_PATIENCE_S)
        return kept[door], True
