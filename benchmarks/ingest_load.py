"""What the benchmarks of ingest share: a server in a process of its own, made-up telemetry, and a sender.

The bodies are 512 spans each, as an SDK's batch processor sends them, of a made-up shop: servers, database clients and
internal work, nine to fourteen attributes each, two spans in a hundred failing with a stack trace. Seeded.
"""

from __future__ import annotations

import json
import os
import random
import re
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SPANS_PER_BODY = 512
CONNECTIONS = 128
SERVICES = 40
FILES, LOCATIONS = 600, 5000
FAILING = 0.02

_NOUNS = ("cart", "orders", "users", "items", "payments", "search", "stock", "mail")
_STACK = "Traceback (most recent call last):\n" + '  File "/srv/app/shop.py", line 12, in handle\n    work(item)\n' * 6


class Server:
    """A running server, and what can be seen of it from outside."""

    def __init__(self, process: subprocess.Popen[str], port: int, data: Path) -> None:
        self.process = process
        self.port = port
        self.data = data

    def get(self, path: str) -> Any:
        """What the API answers."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        return json.loads(body)

    def port_of(self, protocol: str) -> int:
        listeners = self.get("/api/v1/health")["listeners"]
        return int(next(listener["port"] for listener in listeners if listener["protocol"] == protocol))

    def spans_held(self) -> int:
        return int(self.get("/api/v1/health")["spans"])

    def cpu_seconds(self) -> float:
        """User and system time so far. Unlike the rate, hardly changed by what else the machine does."""
        user, system = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text())
        assert found
        return int(found[1]) / 1024

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@contextmanager
def running_server() -> Iterator[Server]:
    """A server on free ports, with a data folder that goes with it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "spanorigin_server.command", "--port", "0", "--data", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            server = Server(process, int(process.stdout.readline().rpartition(":")[2]), Path(folder))
            yield server
        finally:
            process.terminate()
            process.wait()


def bodies(count: int, seed: int = 20, age_s: int = 0) -> Iterator[bytes]:
    """OTLP requests, each of one process; their spans began in the `count` seconds up to `age_s` ago."""
    chance = random.Random(seed)
    locations = [
        (f"/srv/app/{chance.choice(_NOUNS)}/file_{chance.randrange(FILES)}.py", chance.randrange(5, 900))
        for _ in range(LOCATIONS)
    ]
    now_ns = time.time_ns() - age_s * 10**9
    for number in range(count):
        service = chance.randrange(SERVICES)
        request = ExportTraceServiceRequest()
        resource_spans = request.resource_spans.add()
        resource = {
            "service.name": f"{_NOUNS[service % 8]}-{service}",
            "service.version": f"1.{service}.0",
            "host.name": f"node-{chance.randrange(60)}",
            "telemetry.sdk.language": "python",
            "deployment.environment.name": "production",
            "spanorigin.source.root": "/srv/app",
        }
        set_attributes(resource_spans.resource, resource)
        scope_spans = resource_spans.scope_spans.add()
        scope_spans.scope.name = f"opentelemetry.instrumentation.{_NOUNS[service % 8]}"
        scope_spans.scope.version = "0.66b1"
        parents: list[bytes] = []
        for position in range(SPANS_PER_BODY):
            if position % 8 == 0:
                trace_id, parents = chance.randbytes(16), []
            span = scope_spans.spans.add()
            span.trace_id, span.span_id = trace_id, chance.randbytes(8)
            span.parent_span_id = chance.choice(parents) if parents else b""
            parents.append(span.span_id)
            file, line = locations[min(int(chance.paretovariate(0.6)), LOCATIONS) - 1]
            fill(span, chance, now_ns - (count - number) * 10**9 + position * 10**6, (file, line))
        yield request.SerializeToString()


def fill(span: Span, chance: random.Random, start_ns: int, location: tuple[str, int]) -> None:
    file, line = location
    origin = {"code.file.path": file, "code.line.number": line, "code.function.name": f"app.{line % 97}.handle"}
    user = {"user.id": f"u-{chance.randrange(10**8)}", "request.id": f"{chance.getrandbits(96):024x}"}
    tenant = {"tenant.id": f"tenant-{min(int(chance.paretovariate(1.0)), 400)}"}
    noun = chance.choice(_NOUNS)
    failing = chance.random() < FAILING
    match span.parent_span_id and chance.randrange(1, 3):
        case b"":
            span.kind, span.name = Span.SPAN_KIND_SERVER, f"GET /api/{noun}/{{id}}"
            attributes = {
                "http.request.method": "GET",
                "http.route": f"/api/{noun}/{{id}}",
                "url.path": f"/api/{noun}/{chance.randrange(10**7)}",
                "http.response.status_code": 500 if failing else 200,
                "server.address": f"node-{chance.randrange(60)}.internal",
                "client.address": f"10.0.{chance.randrange(256)}.{chance.randrange(256)}",
                "user_agent.original": f"Mozilla/5.0 (X11; Linux x86_64) Chrome/{100 + chance.randrange(40)}.0",
                "http.response.body.size": chance.randrange(100, 10**6),
                "spanorigin.type": "entry",
            }
        case 1:
            span.kind, span.name = Span.SPAN_KIND_CLIENT, f"SELECT {noun}"
            attributes = {
                "db.system.name": "postgresql",
                "db.query.text": f"SELECT a, b, c FROM {noun} WHERE id = $1 AND kind = {chance.randrange(60)} LIMIT 50",
                "db.operation.name": "SELECT",
                "db.collection.name": noun,
                "server.address": f"db-{chance.randrange(4)}.internal",
                "spanorigin.type": "exit",
            }
        case _:
            span.kind, span.name = Span.SPAN_KIND_INTERNAL, f"work on {noun}"
            attributes = {"thread.name": f"worker-{chance.randrange(64)}", "flag": chance.random() < 0.5, "items": 3}
    set_attributes(span, attributes | origin | user | tenant)
    span.start_time_unix_nano = start_ns
    span.end_time_unix_nano = start_ns + 20_000 + int(chance.lognormvariate(15.5, 1.4))
    span.flags = 257
    if failing:
        span.status.code, span.status.message = 2, "bad value"
        event = span.events.add()
        event.name, event.time_unix_nano = "exception", span.end_time_unix_nano
        set_attributes(event, {"exception.type": "ValueError", "exception.stacktrace": _STACK})


def set_attributes(holder: object, attributes: dict[str, str | int | bool]) -> None:
    for key, value in attributes.items():
        attribute = holder.attributes.add()  # type: ignore[attr-defined]  # resource, span or event
        attribute.key = key
        match value:
            case bool():
                attribute.value.bool_value = value
            case int():
                attribute.value.int_value = value
            case _:
                attribute.value.string_value = value


def http_request(body: bytes, line: str = "POST /v1/traces", kind: str = "application/x-protobuf") -> bytes:
    head = f"{line} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def send(requests: list[bytes], port: int, seconds: float, connections: int = CONNECTIONS) -> tuple[int, list[float]]:
    """Keep every connection busy for so long. Requests answered, and how long each waited, sorted."""
    poll = select.epoll()
    senders: dict[int, socket.socket] = {}
    answers: dict[int, bytes] = {}
    begun: dict[int, float] = {}
    waits: list[float] = []
    end = time.perf_counter() + seconds
    for number in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        file = connection.fileno()
        senders[file], answers[file] = connection, b""
        poll.register(connection, select.EPOLLIN)
        begun[file] = time.perf_counter()
        connection.sendall(requests[number % len(requests)])
    number, busy = connections, connections
    while busy:
        for file, _ in poll.poll():
            answers[file] += senders[file].recv(65536)
            if not is_whole(answers[file]):
                continue
            assert answers[file].startswith(b"HTTP/1.1 200"), answers[file][:300]
            answers[file] = b""
            now = time.perf_counter()
            waits.append(now - begun[file])
            if now < end:
                begun[file] = now
                senders[file].sendall(requests[number % len(requests)])
                number += 1
            else:
                poll.unregister(file)
                senders[file].close()
                busy -= 1
    return len(waits), sorted(waits)


def is_whole(answer: bytes) -> bool:
    """Whether an HTTP answer has come to its end."""
    head, separator, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(separator) and len(body) >= (int(length[1]) if length else 0)
