"""Spans per second over OTLP/HTTP, answered after the commit, the sender's work included; then disk and memory.

The bodies are 512 spans each, as an SDK's batch processor sends them, of a made-up shop: servers, database clients and
internal work, nine to fourteen attributes each, two spans in a hundred failing with a stack trace. Seeded.
"""

from __future__ import annotations

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
from pathlib import Path

from figures import Figure, note, report
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

BODIES = 200
SPANS_PER_BODY = 512
CONNECTIONS = 128
WARM_S, MEASURED_S = 3.0, 12.0
MERGE_S = 15.0
SERVICES = 40
FILES, LOCATIONS = 600, 5000
FAILING = 0.02

_NOUNS = ("cart", "orders", "users", "items", "payments", "search", "stock", "mail")
_STACK = "Traceback (most recent call last):\n" + '  File "/srv/app/shop.py", line 12, in handle\n    work(item)\n' * 6


def figures() -> Iterator[Figure]:
    note(f"making {BODIES} requests of {SPANS_PER_BODY} spans ...")
    requests = [http_request(body) for body in bodies(BODIES)]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "spanorigin_server.command", "--port", "0", "--data", folder],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline().rpartition(":")[2])
            note(f"sending for {WARM_S + MEASURED_S:.0f} s over {CONNECTIONS} connections ...")
            send(requests, port, WARM_S)
            started, used_s = time.perf_counter(), cpu_seconds(server.pid)
            answered, waits = send(requests, port, MEASURED_S)
            spans = answered * SPANS_PER_BODY
            yield Figure("ingest.rate", spans / (time.perf_counter() - started), "spans/s", "stored and answered")
            used_s = cpu_seconds(server.pid) - used_s
            yield Figure("ingest.cpu", used_s / spans * 1e6, "us/span", "work of the server, merges included")
            yield Figure("ingest.wait_p50", waits[len(waits) // 2] * 1e3, "ms", "from request to answer, half of them")
            yield Figure("ingest.wait_p99", waits[len(waits) * 99 // 100] * 1e3, "ms", "all but the slowest hundredth")
            yield Figure("ingest.memory", resident_mb(server.pid), "MB", "resident memory of the server after that")
            alone = [send(requests[:1], port, 0.0, connections=1)[1][0] for _ in range(10)]
            yield Figure("ingest.alone", sorted(alone)[5] * 1e3, "ms", "a single request on an idle server")
            yield Figure("ingest.disk", stored_bytes(Path(folder), server) / spans_held(port), "B/span", "after merges")
        finally:
            server.terminate()
            server.wait()


def bodies(count: int) -> Iterator[bytes]:
    chance = random.Random(20)
    locations = [
        (f"/srv/app/{chance.choice(_NOUNS)}/file_{chance.randrange(FILES)}.py", chance.randrange(5, 900))
        for _ in range(LOCATIONS)
    ]
    now_ns = time.time_ns()
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


def http_request(body: bytes) -> bytes:
    head = "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: "
    return f"{head}{len(body)}\r\n\r\n".encode() + body


def send(requests: list[bytes], port: int, seconds: float, connections: int = CONNECTIONS) -> tuple[int, list[float]]:
    """Keep every connection busy for so long. Requests answered, and how long each waited, sorted."""
    poll = select.epoll()
    senders = {}
    waits: list[float] = []
    end = time.perf_counter() + seconds
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        senders[connection.fileno()] = connection
        poll.register(connection, select.EPOLLIN)
    begun = dict.fromkeys(senders, 0.0)
    for number, file in enumerate(senders):
        begun[file] = time.perf_counter()
        senders[file].sendall(requests[number % len(requests)])
    number, busy = connections, connections
    while busy:
        for file, _ in poll.poll():
            answer = senders[file].recv(65536)
            assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
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


def spans_held(port: int) -> int:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    found = re.search(rb'"spans":(\d+)', answer)
    assert found, answer
    return int(found[1])


def stored_bytes(folder: Path, server: subprocess.Popen[str]) -> int:
    """What the folder takes once merges have had their time; the server goes on running them meanwhile."""
    assert server.poll() is None
    time.sleep(MERGE_S)
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())


def cpu_seconds(process: int) -> float:
    """User and system time of a process so far. Unlike the rate, hardly changed by what else the machine does."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def resident_mb(process: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found
    return int(found[1]) / 1024


if __name__ == "__main__":
    report(figures)
