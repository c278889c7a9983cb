"""Measure what readers wait for: a trace of 100,000 spans, and searches over a day of a million.

The spans are made by the engine itself, from numbers: spread evenly over 24 hours, 40 services, 5,000 lines in 600
files, ten attributes, 2 % errors. Each figure is the median of several runs on a warm store, over the endpoint's own
code, JSON included, without the network.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from figures import Figure, note, report
from spanorigin_server.query import endpoint
from spanorigin_server.store import tables
from spanorigin_server.store.engine import EmbeddedEngine
from spanorigin_server.store.reader import Reader
from spanorigin_server.workers import Workers
from starlette.applications import Starlette

SPANS = int(os.environ.get("SPANS", "1000000"))
TRACE_SPANS = 100_000
TRACE = "ab" * 16
# 2026-03-01 00:00 UTC and a day later.
START_NS = 1_772_323_200_000_000_000
END_NS = START_NS + 86_400 * 10**9
RUNS = 7

_MANY = """
INSERT INTO spanorigin.spans (ts, duration_ns, trace_id, span_id, service, name, resource_name, kind, status,
    http_status, origin_type, origin_file, origin_path, origin_line, origin_function, resource, attrs_str, attrs_int,
    received_ts)
SELECT
    fromUnixTimestamp64Nano(toInt64({start:Int64} + number * intDiv(86400 * 1000000000, {count:UInt64})), 'UTC'),
    1000000 + sipHash64(number) % 500000000,
    reinterpretAsFixedString(sipHash128(intDiv(number, 20))),
    reinterpretAsFixedString(sipHash64(number, 1)),
    concat('service-', toString(sipHash64(number, 2) % 40)) AS service_name,
    concat('operation ', toString(sipHash64(number, 3) % 5)) AS operation,
    concat('GET /', operation),
    2 + sipHash64(number, 4) % 2,
    if(sipHash64(number, 5) % 50 = 0, 2, 0),
    if(sipHash64(number, 5) % 50 = 0, 500, 200),
    1 + sipHash64(number, 4) % 2,
    concat('/srv/app/module_', toString(sipHash64(number, 6) % 600), '.py') AS file,
    substring(file, 6),
    1 + sipHash64(number, 7) % 400,
    concat('app.function_', toString(sipHash64(number, 7) % 5000)),
    map('service.name', service_name, 'host.name', concat('h', toString(number % 8)),
        'telemetry.sdk.language', 'python'),
    map('http.route', operation, 'http.request.method', 'GET', 'user.id', toString(sipHash64(number, 8) % 100000),
        'server.address', 'shop.internal', 'url.path', concat('/cart/', toString(sipHash64(number, 9) % 10000)),
        'request.id', hex(sipHash64(number, 10))),
    map('http.response.status_code', 200, 'server.port', 443, 'thread.id', number % 64,
        'http.response.body.size', number % 9000),
    fromUnixTimestamp64Nano(toInt64({start:Int64}), 'UTC')
FROM numbers({count:UInt64})
"""
_ONE_TRACE = """
INSERT INTO spanorigin.spans (ts, duration_ns, trace_id, span_id, parent_span_id, service, name, resource_name, kind,
    origin_type, origin_file, origin_path, origin_line, origin_function, received_ts)
SELECT
    fromUnixTimestamp64Nano(toInt64({start:Int64} + number * 10000), 'UTC'),
    5000 + number % 90000,
    toFixedString(unhex({trace:String}), 16),
    reinterpretAsFixedString(number + 1),
    reinterpretAsFixedString(if(number = 0, 0, intDiv(number - 1, 8) + 1)),
    concat('service-', toString(number % 12)),
    concat('operation ', toString(number % 300)) AS operation,
    operation,
    1 + number % 3,
    1 + number % 2,
    concat('/srv/app/module_', toString(number % 200), '.py') AS file,
    substring(file, 6),
    1 + number % 400,
    concat('app.function_', toString(number % 1500)),
    fromUnixTimestamp64Nano(toInt64({start:Int64}), 'UTC')
FROM numbers({count:UInt64})
"""
_SEARCHES = {
    "query_newest_ms": ("", "newest 100 of a day, no search text"),
    "query_origin_ms": ("has:origin status:error service:service-7", "newest 100 errors of a service with an origin"),
    "query_file_ms": ("file:app/module_7.py line:[1 TO 200]", "newest 100 of a file and a range of lines"),
    "query_attribute_ms": ("@user.id:4711", "newest 100 with a rare attribute, a day looked through"),
    "query_free_text_ms": ("function_4711", "newest 100 with a rare word, a day looked through"),
}


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        engine = EmbeddedEngine(Path(folder) / "store")
        try:
            yield from _measured(engine)
        finally:
            engine.close()


def _measured(engine: EmbeddedEngine) -> Iterator[Figure]:
    tables.prepare(engine)
    note(f"making {SPANS:,} spans and a trace of {TRACE_SPANS:,}")
    engine.execute(_MANY, {"start": START_NS, "count": SPANS})
    engine.execute(_ONE_TRACE, {"start": START_NS + 43_200 * 10**9, "count": TRACE_SPANS, "trace": TRACE})
    workers = Workers()
    app = Starlette(routes=endpoint.routes(Reader(engine), workers, now_ns=lambda: END_NS))
    took_ms, size = _median_ms(app, f"/api/v1/traces/{TRACE}", {})
    yield Figure("trace_100k_ms", took_ms, "ms", f"a trace of 100,000 spans as columns ({size / 1e6:.1f} MB of JSON)")
    for name, (text, what) in _SEARCHES.items():
        took_ms, _ = _median_ms(app, "/api/v1/spans", {"q": text, "from": str(START_NS), "to": str(END_NS)})
        yield Figure(name, took_ms, "ms", f"{what}, {SPANS:,} spans kept")
    workers.close()


def _median_ms(app: Starlette, path: str, parameters: dict[str, str]) -> tuple[float, int]:
    """The median time of an answer in ms, and its size in bytes."""

    async def ask() -> tuple[float, int]:
        took, size = [], 0
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server") as client:
            for _ in range(RUNS + 1):
                begun_at = time.perf_counter()
                answer = await client.get(path, params=parameters, timeout=60)
                took.append((time.perf_counter() - begun_at) * 1e3)
                assert answer.status_code == 200, answer.text
                size = len(answer.content)
        return statistics.median(took[1:]), size

    return asyncio.run(ask())


if __name__ == "__main__":
    report(figures)
