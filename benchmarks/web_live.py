"""Measure the Explorer's live list while 5,000 matching spans a second are stored: its frames, and whether all count.

Spans are posted over OTLP/HTTP, 250 in a body and twenty bodies a second, by a process of its own. What the page is
told is added up within the page; a frame is as long as what lies between two of the browser's own. SECONDS makes it
shorter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

from figures import Figure, report
from live_search import BODIES_A_SECOND, BODY_SPANS, request_body
from playwright.sync_api import Page
from web_browser import chromium, p95, page_of, serving

SECONDS = int(os.environ.get("SECONDS", "10"))
# A little longer than the server's look, so that the last spans are counted before the page is asked.
_AFTERWARDS_S = 3.0

# The page's own stream, listened to beside it.
_COUNTING = """
(() => {
  const Plain = window.EventSource;
  window.told = { matching: 0, missed: 0, rates: [] };
  window.EventSource = class extends Plain {
    constructor(...given) {
      super(...given);
      if (!String(given[0]).includes('/live')) return;
      this.addEventListener('spans', (event) => { told.matching += JSON.parse(event.data).matching; });
      this.addEventListener('gap', (event) => { told.missed += JSON.parse(event.data).missed_spans; });
      this.addEventListener('rate', (event) => { told.rates.push(JSON.parse(event.data).matching_per_second); });
    }
  };
  window.gaps = [];
  window.watching = false;
  let last = 0;
  const look = (now) => {
    if (window.watching && last) gaps.push(now - last);
    last = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


def figures() -> Iterator[Figure]:
    with serving() as server, chromium() as browser, page_of(browser, server) as page:
        page.add_init_script(_COUNTING)
        page.goto("/explore?q=service:shop%20kind:client&live=on", wait_until="load")
        page.get_by_test_id("live-button").wait_for()
        page.wait_for_timeout(2000)
        page.evaluate("() => { window.watching = true }")
        sending = subprocess.run(
            [sys.executable, __file__, "send", server.address], check=True, stdout=subprocess.PIPE, text=True
        )
        sent = json.loads(sending.stdout)
        page.evaluate("() => { window.watching = false }")
        page.wait_for_timeout(_AFTERWARDS_S * 1000)
        yield from _seen(page, sent["spans"], sent["late_s"])


def _seen(page: Page, sent: int, late_s: float) -> Iterator[Figure]:
    told, gaps = page.evaluate("[told, gaps]")
    counted = told["matching"] + told["missed"]
    rate = f"{sent / SECONDS:,.0f} matching spans a second"
    rows = page.locator("[data-testid=span-row]").count()
    yield Figure("web.live_counted_share", counted / sent, "ratio", f"counted by the page, of {rate}")
    yield Figure("web.live_worst_frame_ms", round(max(gaps), 1), "ms", f"the longest frame of {len(gaps)}, {rate}")
    yield Figure("web.live_frame_ms", round(p95(gaps), 1), "ms", "p95 of a frame")
    yield Figure("web.live_long_frames", sum(gap > 50 for gap in gaps), "frames", f"longer than 50 ms, of {len(gaps)}")
    yield Figure("web.live_rows", rows, "rows", "of the list are in the page")
    yield Figure("web.live_late_ms", round(late_s * 1e3, 1), "ms", "how far the sender fell behind its clock")


def _send(address: str) -> None:
    """Post bodies by the clock; how many spans, and how late it was at worst, as JSON."""
    begun_at, late_s = time.perf_counter(), 0.0
    bodies = SECONDS * BODIES_A_SECOND
    for number in range(bodies):
        due_at = begun_at + number / BODIES_A_SECOND
        late_s = max(late_s, time.perf_counter() - due_at)
        time.sleep(max(0.0, due_at - time.perf_counter()))
        request = urllib.request.Request(
            f"{address}/v1/traces", request_body(number), {"Content-Type": "application/x-protobuf"}, method="POST"
        )
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200
    print(json.dumps({"spans": bodies * BODY_SPANS, "late_s": late_s}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["send"]:
        _send(sys.argv[2])
    else:
        report(figures)
