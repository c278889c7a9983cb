"""Measure a code page of 2,000 lines with its numbers: from the address to the counted lines, and by a click within.

A repository of its own with one long file, and 300 of its lines with spans at that commit in the past hour.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, report
from ingest_load import set_attributes
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from web_browser import chromium, median_of, opened_ms, page_of, serving

LINES, COUNTED, EACH = 2000, 300, 40
FILE = "app/long.py"

_SEEN = "document.querySelectorAll('[data-testid=counted-line]').length > 3"

# To another page, so that there is a step to be made.
_AWAY = "() => { history.pushState(null, '', '/findings'); dispatchEvent(new PopStateEvent('popstate')) }"
# To the page from within the app, as a link leads there.
_STEP = f"""async (path) => {{
  const before = performance.now();
  history.pushState(null, '', path);
  dispatchEvent(new PopStateEvent('popstate'));
  return await bench.after(() => {_SEEN}, 1e9) - before;
}}"""


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "shop"
        commit = _repository(root)
        with serving("--repo", str(root)) as server, chromium() as browser:
            for body in _bodies(commit):
                server.send(body)
            path = f"/code/shop@{commit}/{FILE}?window=1h"

            def by_address() -> float:
                with page_of(browser, server) as page:
                    return opened_ms(page, path, _SEEN)

            by_address()
            what = f"a page of {LINES:,} lines, {COUNTED} of them counted"
            yield Figure("web.code_page_ms", round(median_of(by_address), 0), "ms", f"{what}, by its address")
            with page_of(browser, server) as page:
                opened_ms(page, path, _SEEN)
                page.wait_for_timeout(2000)

                def by_step() -> float:
                    page.evaluate(_AWAY)
                    page.wait_for_timeout(300)
                    return float(page.evaluate(_STEP, path))

                yield Figure("web.code_page_step_ms", round(median_of(by_step), 0), "ms", f"{what}, within the app")


def _repository(root: Path) -> str:
    (root / "app").mkdir(parents=True)
    functions = (
        f'def step_{number}(cart, rate):\n    """Step {number}."""\n    total = cart + {number}\n    return total\n\n'
        for number in range(LINES // 5)
    )
    (root / FILE).write_text("".join(functions), encoding="utf-8")

    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
        done = subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "a long file")
    return git("rev-parse", "HEAD")


def _bodies(commit: str) -> Iterator[bytes]:
    now_ns = time.time_ns()
    for round_ in range(EACH):
        request = ExportTraceServiceRequest()
        resource_spans = request.resource_spans.add()
        resource = {"service.name": "shop", "spanorigin.source.root": "/srv/shop", "vcs.ref.head.revision": commit}
        set_attributes(resource_spans.resource, resource)
        spans = resource_spans.scope_spans.add().spans
        for place in range(COUNTED):
            number = round_ * COUNTED + place + 1
            line = 1 + place * (LINES // COUNTED)
            span = spans.add(
                trace_id=number.to_bytes(16, "big"), span_id=number.to_bytes(8, "big"), name="call", kind=3
            )
            span.start_time_unix_nano = now_ns - number * 10**8
            span.end_time_unix_nano = span.start_time_unix_nano + (1 + place % 50) * 10**6
            origin = {
                "code.file.path": f"/srv/shop/{FILE}",
                "code.line.number": line,
                "code.function.name": "app.long.step",
            }
            set_attributes(span, origin | {"spanorigin.type": "exit"})
        yield request.SerializeToString()


if __name__ == "__main__":
    report(figures)
