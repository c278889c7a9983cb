"""Requests in blocks, with capture switched between them in random order. For request_capture.py and its peer."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from handlers import environ
from request_shop import CUSTOMERS

_A_BLOCK = 100
"""Requests: long enough for one batch of spans to be exported while it runs, and one or two at its end."""
_WARM = 15
"""Requests after a switch that nobody counts: first sights, and the first batch, which is encoded plainly as well."""


def requests(app: Any, count: int) -> None:
    """Whole requests, as a WSGI server makes them."""
    for number in range(count):
        answer = app(environ(f"/customer/{1 + number % CUSTOMERS}"), _start_response)
        body = b"".join(answer)
        answer.close()
        if b"dearest" not in body:
            raise SystemExit(f"The shop failed: {body[:300]!r}")


def blocks(
    app: Any, variants: Mapping[str, Callable[[], object]], *, flush: Callable[[], object], rounds: int
) -> dict[str, list[float]]:
    """CPU microseconds a request, of each block, by variant; export included, in whichever thread it runs.

    Every round has a block of each variant, in random order: the n-th values were taken within a second or two.
    """
    order = random.Random(3)
    taken: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name in order.sample(sorted(variants), len(variants)):
            variants[name]()
            requests(app, _WARM)
            flush()
            gc.collect()
            before = time.process_time_ns()
            requests(app, _A_BLOCK)
            flush()
            taken[name].append((time.process_time_ns() - before) / _A_BLOCK / 1000)
    return taken


def _start_response(status: str, *_: Any) -> None:
    if not status.startswith("200"):
        raise SystemExit(f"The shop answered {status}")
