"""Measure the trace page with 100,000 spans: until it can be used, scrolling, folding, finding, and what it holds.

Three traces: *deep* (a hundred chains of a thousand calls), *wide* (a hundred thousand different calls of one span) and
*realistic* (requests over twelve services, with loops, errors, events and origins). What the page works out is measured
a second time by itself, by web/bench/trace.bench.ts. SPANS makes the traces smaller, ROUNDS the medians rougher.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, note, report
from ingest_load import set_attributes
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from playwright.sync_api import Browser, Page
from web_browser import ROUNDS, Serving, chromium, cpu_ms, heap_mb, opened_ms, p95, page_of, serving

SPANS = int(os.environ.get("SPANS", "100000"))
WEB = Path(__file__).resolve().parent.parent / "web"
BODY_SPANS = 5_000
SERVICES = 12
STEPS = 120

# The waterfall drawn with its bars, the head with its numbers, and the strip above with something painted.
_PICTURE = """
document.querySelectorAll('[role=treegrid] [role=row] :is(.wf-bar, .wf-bars)').length > 10
  && document.querySelector('[data-testid=lenses]') !== null
  && document.querySelector('[data-testid=minimap] canvas')?.width > 300
"""
_GRID = "document.querySelector('[role=treegrid]')"
# Groups of alike calls are folded at first: 100,000 spans may have thirteen rows with them, and nothing to scroll.
_UNFOLD = """
async () => {
  const folded = () => [...document.querySelectorAll('[data-testid=group-row][aria-expanded=false] .twig')].at(-1);
  for (let n = 0; n < 40 && folded(); n++) {
    folded().click();
    await bench.frame();
  }
}
"""


def figures() -> Iterator[Figure]:
    with serving() as server, chromium() as browser:
        traces = {}
        for name, shape in (("deep", _deep), ("wide", _wide), ("realistic", _realistic)):
            note(f"sending the {name} trace")
            traces[name] = f"{len(traces) + 1:032x}"
            for body in _bodies(traces[name], shape()):
                server.send(body)
        # Once unmeasured: the store and the server's threads are warm then, as for a reader who comes from the list.
        for trace_id in traces.values():
            _opened(browser, server, trace_id)
        for name, trace_id in traces.items():
            took = [_opened(browser, server, trace_id) for _ in range(ROUNDS)]
            open_s, page_s, server_s = (round(statistics.median(one) / 1e3, 2) for one in zip(*took, strict=True))
            yield Figure(f"web.trace_open_s[{name}]", open_s, "s", f"{SPANS:,} spans, to rows and minimap")
            yield Figure(f"web.trace_open_page_cpu_s[{name}]", page_s, "s", "of it on the page's main thread, CPU")
            yield Figure(
                f"web.trace_open_server_cpu_s[{name}]", server_s, "s", "of it in the server, CPU of all threads"
            )
        for name, trace_id in traces.items():
            with page_of(browser, server) as page:
                opened_ms(page, f"/trace/{trace_id}", _PICTURE)
                yield from _used(page, name)
    yield from _worked_out()


def _opened(browser: Browser, server: Serving, trace_id: str) -> tuple[float, float, float]:
    """How long until the picture stands, and the CPU time of page and server in it, in ms."""
    with page_of(browser, server) as page:
        server_before, page_before = server.cpu_ms(), cpu_ms(page)
        took_ms = opened_ms(page, f"/trace/{trace_id}", _PICTURE)
        return took_ms, cpu_ms(page) - page_before, server.cpu_ms() - server_before


def _used(page: Page, name: str) -> Iterator[Figure]:
    page.wait_for_timeout(2000)
    page.evaluate(_UNFOLD)
    # Down by rows, then in leaps that replace every row.
    for what, px in (("scroll", 66), ("leap", 4400)):
        step = f"(n) => {{ {_GRID}.scrollTop = n * {px} }}"
        yield from _framed(page, f"web.trace_{what}", name, step, STEPS, "work of a frame")
    page.evaluate("bench.key('g')")
    yield from _framed(page, "web.trace_fold", name, "(n) => bench.key(n % 2 ? 'l' : 'h')", 40, "all folded, unfolded")
    for what, press in (("critical", "p"), ("regroup", "u"), ("errors", "e")):
        yield from _framed(
            page, f"web.trace_{what}", name, f"() => bench.key('{press}')", 8, f"key {press}, to its frame"
        )
    yield Figure(f"web.trace_find_ms[{name}]", round(_found_ms(page), 1), "ms", "from Enter to marked rows, p95 of 8")
    yield Figure(
        f"web.trace_heap_mb[{name}]", round(heap_mb(page), 1), "MB", "scripts' memory, the trace open and used"
    )


def _framed(page: Page, figure: str, name: str, step: str, count: int, what: str) -> Iterator[Figure]:
    """The 95th percentile of what frames took, and the main thread's CPU time for one of them."""
    before = cpu_ms(page)
    took = page.evaluate(f"bench.frames({step}, {count})")
    each = (cpu_ms(page) - before) / count
    yield Figure(f"{figure}_ms[{name}]", round(p95(took), 1), "ms", f"{what}, p95 of {count}")
    yield Figure(f"{figure}_cpu_ms[{name}]", round(each, 1), "ms", f"{what}, CPU of each on average")


def _found_ms(page: Page) -> float:
    """By columns, in turns, so that nothing is found because it had been."""
    took = []
    for number in range(8):
        page.get_by_test_id("find").fill(f"duration:>{number + 1}us service:service-{number % SERVICES}")
        took.append(
            page.evaluate(
                """async () => {
                  const field = document.querySelector('[data-testid=find]');
                  const before = performance.now();
                  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
                  const counted = () => /\\d/.test(document.querySelector('[data-testid=found]')?.textContent ?? '');
                  return await bench.after(counted, 1e9) - before;
                }"""
            )
        )
    return p95(took)


def _worked_out() -> Iterator[Figure]:
    """The page's own functions on 100,000 spans, without drawing: web/bench/trace.bench.ts."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "bench.json"
        command = ["npx", "vitest", "bench", "--run", "--outputJson", str(out)]
        subprocess.run(command, cwd=WEB, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "SPANS": str(SPANS)})
        files = json.loads(out.read_text(encoding="utf-8"))["files"]
    for one in (one for file in files for group in file["groups"] for one in group["benchmarks"]):
        yield Figure(f"web.worked_out_ms[{one['name']}]", round(one["median"], 1), "ms", f"{SPANS:,} spans, median")


Made = tuple[int, int, str, int, int, int]
"""Parent (-1 for none), service, name, kind, start and duration in microseconds from the trace's start."""


def _deep() -> Iterator[Made]:
    chain = max(2, SPANS // 100)
    yield -1, 0, "import", 2, 0, SPANS * 10
    for row in range(1, SPANS):
        place = row % chain
        parent = 0 if place == 1 or row == 1 else row - 1
        yield parent, row // chain % SERVICES, f"level {place}", 1, row * 10, max(5, (chain - place) * 9)


def _wide() -> Iterator[Made]:
    yield -1, 0, "import", 2, 0, SPANS * 10
    for row in range(1, SPANS):
        yield 0, row % SERVICES, f"call {row}", 3, row * 10, 5 + row % 400


def _realistic() -> Iterator[Made]:
    """Requests of eight to some hundred spans below a job: servers, clients, loops of alike calls."""
    chance = random.Random(5)
    yield -1, 0, "nightly job", 2, 0, SPANS * 40
    row, clock = 1, 0
    while row < SPANS:
        clock += chance.randrange(200, 2000)
        service, loops = chance.randrange(SERVICES), chance.choice((0, 0, 0, 4, 20, 200))
        length = 400 + loops * 30
        request = row
        yield 0, 0, f"POST /batch/{service}", 3, clock, length
        yield request, service, f"POST /batch/{service}", 2, clock + 20, length - 40
        for call in range(chance.randrange(2, 8)):
            yield request + 1, service, f"SELECT table_{call}", 3, clock + 40 + call * 30, chance.randrange(5, 60)
            row += 1
        for call in range(loops):
            yield request + 1, service, "SELECT item", 3, clock + 300 + call * 30, chance.randrange(5, 29)
            row += 1
        row += 2
    # Whole requests, so a few spans more than were asked for.


def _bodies(trace_id: str, rows: Iterator[Made]) -> Iterator[bytes]:
    """OTLP requests; rows with an origin, one in five hundred failed with an event."""
    begin_ns = time.time_ns() - 600 * 10**9
    pending: list[tuple[int, Made]] = []
    for row in enumerate(rows):
        pending.append(row)
        if len(pending) == BODY_SPANS:
            yield _body(trace_id, begin_ns, pending)
            pending = []
    if pending:
        yield _body(trace_id, begin_ns, pending)


def _body(trace_id: str, begin_ns: int, rows: list[tuple[int, Made]]) -> bytes:
    request = ExportTraceServiceRequest()
    scopes = {}
    for row, (parent, service, name, kind, start_us, length_us) in rows:
        if service not in scopes:
            resource_spans = request.resource_spans.add()
            set_attributes(
                resource_spans.resource, {"service.name": f"service-{service}", "spanorigin.source.root": "/srv/app"}
            )
            scopes[service] = resource_spans.scope_spans.add()
        span: Span = scopes[service].spans.add(
            trace_id=bytes.fromhex(trace_id), span_id=(row + 1).to_bytes(8, "big"), name=name, kind=kind
        )
        if parent >= 0:
            span.parent_span_id = (parent + 1).to_bytes(8, "big")
        span.start_time_unix_nano = begin_ns + start_us * 1000
        span.end_time_unix_nano = span.start_time_unix_nano + length_us * 1000
        if kind != 1:
            origin = {"code.file.path": f"/srv/app/file_{service}.py", "code.line.number": 10 + len(name) % 40}
            set_attributes(
                span, origin | {"code.function.name": "app.handle", "spanorigin.type": "entry" if kind == 2 else "exit"}
            )
        if row % 500 == 499:
            span.status.code = 2
            span.events.add(name="exception", time_unix_nano=span.end_time_unix_nano)
    return request.SerializeToString()


if __name__ == "__main__":
    report(figures)
