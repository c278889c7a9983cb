"""Spans per second over OTLP/HTTP, answered after the commit, the sender's work included; then disk and memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, note, report
from ingest_load import SPANS_PER_BODY, bodies, http_request, running_server, send
from spanorigin_server.store.engine import EmbeddedEngine

BODIES = 200
WARM_S, MEASURED_S = 3.0, 12.0
ALONE = 20


def figures() -> Iterator[Figure]:
    note(f"making {BODIES} requests of {SPANS_PER_BODY} spans ...")
    requests = [http_request(body) for body in bodies(BODIES)]
    with running_server() as server:
        alone = sorted(send(requests[:1], server.port, 0.0, connections=1)[1][0] for _ in range(ALONE))
        yield Figure("ingest.alone", alone[ALONE // 2] * 1e3, "ms", "a single request on an idle server")
        note(f"sending for {WARM_S + MEASURED_S:.0f} s ...")
        send(requests, server.port, WARM_S)
        started, used_s = time.perf_counter(), server.cpu_seconds()
        answered, waits = send(requests, server.port, MEASURED_S)
        spans = answered * SPANS_PER_BODY
        yield Figure("ingest.rate", spans / (time.perf_counter() - started), "spans/s", "stored and answered")
        used_s = server.cpu_seconds() - used_s
        yield Figure("ingest.cpu", used_s / spans * 1e6, "us/span", "work of the server, merges included")
        yield Figure("ingest.wait_p50", waits[len(waits) // 2] * 1e3, "ms", "from request to answer, half of them")
        yield Figure("ingest.wait_p99", waits[len(waits) * 99 // 100] * 1e3, "ms", "all but the slowest hundredth")
        yield Figure("ingest.memory", server.resident_mb(), "MB", "resident memory of the server after that")
    # Each span once: what was sent again and again above would be compressed away.
    with running_server() as server:
        send(requests, server.port, 0.0, connections=BODIES // 2)
        send([http_request(body) for body in bodies(BODIES, seed=21)], server.port, 0.0, connections=BODIES)
        held = server.spans_held()
        server.stop()
        yield Figure("ingest.disk_fresh", stored_bytes(server.data) / held, "B/span", "as committed")
        yield Figure("ingest.disk", stored_bytes(server.data, merged=True) / held, "B/span", "once merged")


def stored_bytes(data: Path, merged: bool = False) -> int:
    """What the spans' table takes, with indexes and projection, in the folder of a server that has ended."""
    engine = EmbeddedEngine(data)
    try:
        if merged:
            engine.execute("OPTIMIZE TABLE spanorigin.spans FINAL")
        found = engine.query("SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table = 'spans'")
        return int(found["bytes"][0])
    finally:
        engine.close()


if __name__ == "__main__":
    report(figures)
