"""Measure a live reader while 5,000 matching spans a second are committed: are all counted, and at what cost?

Bodies of 250 spans are written as ingest writes them, twenty a second, while one reader watches over the endpoint's own
code. SECONDS makes it shorter or longer.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from figures import Figure, report
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanorigin_server.ingest.request import scopes_of
from spanorigin_server.query.live import Live
from spanorigin_server.store import tables
from spanorigin_server.store.commits import Commits
from spanorigin_server.store.engine import EmbeddedEngine
from spanorigin_server.store.reader import Reader
from spanorigin_server.store.writer import Body, Writer
from spanorigin_server.workers import Workers
from starlette.applications import Starlette

SECONDS = int(os.environ.get("SECONDS", "10"))
BODY_SPANS, BODIES_A_SECOND = 250, 20
# A little longer than a look, so that the last spans are counted before the reader leaves.
_AFTERWARDS_S = 3.0


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        engine = EmbeddedEngine(Path(folder) / "store")
        try:
            tables.prepare(engine)
            yield from asyncio.run(_measured(engine))
        finally:
            engine.close()


async def _measured(engine: EmbeddedEngine) -> list[Figure]:
    commits, workers = Commits(), Workers()
    writer = Writer(engine, commits=commits)
    watching = _Reader(Live(Reader(engine), commits, workers))
    task = asyncio.create_task(watching.watch())
    await watching.begun.wait()
    begun_at, cpu_at = time.perf_counter(), time.process_time()
    late_s = 0.0
    for number in range(SECONDS * BODIES_A_SECOND):
        due_at = begun_at + number / BODIES_A_SECOND
        late_s = max(late_s, time.perf_counter() - due_at)
        await asyncio.sleep(max(0.0, due_at - time.perf_counter()))
        body = Body(time.time_ns(), scopes_of(request_body(number)))
        await asyncio.to_thread(writer.write, [body])
    took_s = time.perf_counter() - begun_at
    await asyncio.sleep(_AFTERWARDS_S)
    watching.leave.set()
    await task
    workers.close()
    sent = SECONDS * BODIES_A_SECOND * BODY_SPANS
    rate = f"{sent / SECONDS:,.0f} matching spans a second"
    cpu_s = time.process_time() - cpu_at
    delay_ms = round(statistics.median(watching.delays_ms), 1)
    return [
        Figure("live_search.counted_share", watching.counted / sent, "ratio", f"counted by a live reader, of {rate}"),
        Figure("live_search.shown", round(watching.shown / took_s, 1), "1/s", "shown of them (50 were asked for)"),
        Figure("live_search.delay_ms", delay_ms, "ms", "from commit to event, median"),
        Figure("live_search.cpu_share", round(cpu_s / took_s, 2), "cores", "writer and reader"),
        Figure("live_search.late_ms", round(late_s * 1e3, 1), "ms", "how far the sender fell behind its clock"),
    ]


class _Reader:
    """Takes the events of a live search and adds them up."""

    def __init__(self, live: Live) -> None:
        self._app = Starlette(routes=live.routes())
        self.begun, self.leave = asyncio.Event(), asyncio.Event()
        self.counted = self.shown = 0
        self.delays_ms: list[float] = []
        self._asked = False

    async def watch(self) -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "path": "/api/v1/live",
            "raw_path": b"/api/v1/live",
            "query_string": b"q=service:shop+kind:client",
            "headers": [],
        }
        await self._app(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.leave.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.begun.set()
        for block in message.get("body", b"").split(b"\n\n"):
            if b"event: spans" in block:
                data = json.loads(block.split(b"data: ", 1)[1])
                self.counted += data["matching"]
                self.shown += len(data["spans"])
                if data["spans"]:
                    self.delays_ms.append((time.time_ns() - int(data["spans"][0]["start_ns"])) / 1e6)


def request_body(number: int) -> bytes:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "shop"
    spans = resource.scope_spans.add().spans
    now_ns = time.time_ns()
    for at in range(BODY_SPANS):
        span_id = (number * BODY_SPANS + at + 1).to_bytes(8, "big")
        span = spans.add(trace_id=span_id * 2, span_id=span_id, name="SELECT", kind=3)
        span.start_time_unix_nano, span.end_time_unix_nano = now_ns, now_ns + 1_000_000
        span.attributes.add(key="db.query.text").value.string_value = f"SELECT {at}"
    return request.SerializeToString()


if __name__ == "__main__":
    report(figures)
