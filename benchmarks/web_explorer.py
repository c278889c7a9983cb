"""Measure the Explorer's first load over 5 million spans of a day: to rows, and until everything beside them stands.

A warm server, a fresh browser profile each time. SPANS makes the day smaller where disk or time are short.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, note, report
from spanorigin_server.store import tables
from spanorigin_server.store.engine import EmbeddedEngine
from web_browser import chromium, heap_mb, median_of, opened_ms, page_of, serving

SPANS = int(os.environ.get("SPANS", "5000000"))
DAY_NS = 86_400 * 10**9
AT_ONCE = 500_000
# Making half a million spans in one statement takes more than a server grants a question.
MEMORY_BYTES = 6 << 30
MAKING = Path(__file__).resolve().parent / "questions" / "spans.sql"

_ROWS = "document.querySelectorAll('[data-testid=span-row] [data-testid=origin-cell]').length > 15"
# Rows, numbers over time, and every facet that is open with its values.
_COMPLETE = f"""{_ROWS}
  && document.querySelector('[data-testid=overview]') !== null
  && document.querySelectorAll('[data-testid=facet-value]').length > 8
  && document.querySelectorAll('.skel, [aria-busy=true]').length === 0
"""


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "spans"
        note(f"making {SPANS:,} spans of a day")
        # In a process of its own: the engine opens one store in a process, and the server another.
        making = multiprocessing.get_context("spawn").Process(target=_make, args=(data,))
        making.start()
        making.join()
        assert making.exitcode == 0
        with serving(data=data) as server, chromium() as browser:
            for name, path in (("15 minutes", "/explore"), ("a day", "/explore?window=24h")):

                def opened(seen: str, path: str = path) -> float:
                    with page_of(browser, server) as page:
                        return opened_ms(page, path, seen) / 1e3

                opened(_COMPLETE)
                rows_s, complete_s = median_of(lambda: opened(_ROWS)), median_of(lambda: opened(_COMPLETE))
                of = f"of {SPANS:,} spans, {name}"
                yield Figure(f"web.explorer_rows_s[{name}]", round(rows_s, 2), "s", f"first load to rows, {of}")
                yield Figure(f"web.explorer_complete_s[{name}]", round(complete_s, 2), "s", f"to all facets, {of}")
            with page_of(browser, server) as page:
                opened_ms(page, "/explore", _COMPLETE)
                yield Figure("web.explorer_heap_mb", round(heap_mb(page), 1), "MB", "scripts' memory after it")


def _make(data: Path) -> None:
    engine = EmbeddedEngine(data, memory_limit_bytes=MEMORY_BYTES)
    tables.prepare(engine)
    # The newest span is a minute old when the browser opens.
    apart = DAY_NS // SPANS
    start = time.time_ns() - DAY_NS
    shared = {"start": start, "apart": apart, "deployed": start + DAY_NS // 2}
    statement = MAKING.read_text(encoding="utf-8")
    for begun in range(0, SPANS, AT_ONCE):
        engine.execute(statement, {**shared, "first": begun, "count": min(AT_ONCE, SPANS - begun)})
    engine.close()


if __name__ == "__main__":
    report(figures)
