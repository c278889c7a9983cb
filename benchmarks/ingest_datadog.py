"""Spans per second over the Datadog agent's trace API (v0.4, msgpack), answered after the commit, the sender included.

The payloads are 64 traces of eight spans each, with the tags that ddtrace for Python 4.16 writes on a web application's
spans and their queries, code origins among them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import msgspec
from figures import Figure, note, report
from ingest_load import http_request, running_server, send

PAYLOADS = 100
TRACES, SPANS = 64, 8
WARM_S, MEASURED_S = 3.0, 10.0


def figures() -> Iterator[Figure]:
    note(f"making {PAYLOADS} payloads of {TRACES * SPANS} spans ...")
    kind = "application/msgpack"
    requests = [http_request(body, "PUT /v0.4/traces", kind) for body in payloads(PAYLOADS)]
    with running_server() as server:
        port = server.port_of("Datadog")
        note(f"sending for {WARM_S + MEASURED_S:.0f} s ...")
        send(requests, port, WARM_S, connections=64)
        started, used_s = time.perf_counter(), server.cpu_seconds()
        answered, _ = send(requests, port, MEASURED_S, connections=64)
        spans = answered * TRACES * SPANS
        yield Figure("ingest.datadog.rate", spans / (time.perf_counter() - started), "spans/s", "stored and answered")
        used_s = server.cpu_seconds() - used_s
        yield Figure("ingest.datadog.cpu", used_s / spans * 1e6, "us/span", "work of the server, merges included")


def payloads(count: int) -> Iterator[bytes]:
    chance = random.Random(8)
    for _ in range(count):
        # A payload is one process's.
        service, runtime_id = f"shop-{chance.randrange(40)}", f"{chance.getrandbits(128):032x}"
        yield msgspec.msgpack.encode([trace(chance, service, runtime_id) for _ in range(TRACES)])


def trace(chance: random.Random, service: str, runtime_id: str) -> list[dict[str, object]]:
    trace_id, root_id = chance.getrandbits(63), chance.getrandbits(63)
    start_ns, view = time.time_ns(), chance.randrange(500)
    root = {
        "trace_id": trace_id,
        "span_id": root_id,
        "parent_id": 0,
        "service": service,
        "name": "flask.request",
        "resource": f"GET /items/{view}",
        "type": "web",
        "start": start_ns,
        "duration": chance.randrange(10**6, 10**8),
        "error": 0,
        "meta": {
            "_dd.p.dm": "-0",
            "_dd.p.tid": f"{chance.getrandbits(64):016x}",
            "_dd.tags.process": "entrypoint.name:shop,entrypoint.type:script,entrypoint.workdir:app,svc.user:true",
            "_dd.code_origin.type": "entry",
            "_dd.code_origin.frames.0.file": f"/srv/shop/views_{view}.py",
            "_dd.code_origin.frames.0.line": str(view),
            "_dd.code_origin.frames.0.type": f"shop.views_{view}",
            "_dd.code_origin.frames.0.method": "item",
            "component": "flask",
            "env": "production",
            "flask.endpoint": "item",
            "flask.version": "3.1.3",
            "http.method": "GET",
            "http.route": f"/items/{view}",
            "http.status_code": "200",
            "http.url": f"http://shop.example/items/{chance.randrange(10**7)}",
            "http.useragent": "Mozilla/5.0 (X11; Linux x86_64)",
            "language": "python",
            "runtime-id": runtime_id,
            "span.kind": "server",
            "version": "1.2",
        },
        "metrics": {
            "_dd.measured": 1.0,
            "_dd.top_level": 1.0,
            "_dd.tracer_kr": 1.0,
            "_sampling_priority_v1": 1.0,
            "process_id": float(chance.randrange(10**5)),
        },
    }
    return [root, *(query(chance, root, number) for number in range(1, SPANS))]


def query(chance: random.Random, root: dict[str, object], number: int) -> dict[str, object]:
    noun = ("cart", "orders", "items", "users")[chance.randrange(4)]
    file, line = f"/srv/shop/models_{chance.randrange(60)}.py", chance.randrange(900)
    origin = {"file": file, "line": str(line), "type": "shop.models", "method": "Cart.items"}
    return {
        "trace_id": root["trace_id"],
        "span_id": chance.getrandbits(63),
        "parent_id": root["span_id"],
        "service": "postgres",
        "name": "postgres.query",
        "resource": f"SELECT a, b FROM {noun} WHERE id = ?",
        "type": "sql",
        "start": int(str(root["start"])) + number * 1000,
        "duration": chance.randrange(10**5, 10**7),
        "error": 0,
        "meta": {
            "_dd.base_service": str(root["service"]),
            "_dd.code_origin.type": "exit",
            **{f"_dd.code_origin.frames.0.{part}": value for part, value in origin.items()},
            "component": "psycopg",
            "db.name": "shop",
            "db.system": "postgresql",
            "db.user": "shop",
            "out.host": f"db-{chance.randrange(4)}.internal",
            "span.kind": "client",
            "version": "1.2",
        },
        "metrics": {
            "db.row_count": float(chance.randrange(50)),
            "network.destination.port": 5432.0,
            "_dd.measured": 1.0,
        },
    }


if __name__ == "__main__":
    report(figures)
