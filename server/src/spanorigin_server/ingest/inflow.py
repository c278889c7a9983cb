"""Bound what all request bodies together take up, from their first byte to their answer.

Held against by every door (`otlp`, `otlp_grpc`, `datadog`) while it reads, decompresses and waits for the commit. The
batch's queue is bounded too, but a body gets there only once it has been read: with a thousand senders at once the
memory would be gone before.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

INFLOW_BYTES: Final = 192 * 1024 * 1024


class QueueFull(Exception):  # noqa: N818  # named for what came about
    """More is waiting than may wait; the sender should come back."""


class Held:
    """What one request takes up."""

    def __init__(self, inflow: Inflow) -> None:
        self._inflow = inflow
        self._bytes = 0

    def add(self, count: int) -> None:
        """Take up so much more. Raises QueueFull when that is too much for all; a lone request always may."""
        self._inflow.take(count, besides=self._bytes)
        self._bytes += count

    def give_back(self) -> None:
        self._inflow.give(self._bytes)
        self._bytes = 0


class Inflow:
    """The sum over all requests. Changed on the event loop, and by threads that decompress."""

    def __init__(self, limit_bytes: int = INFLOW_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._taken_bytes = 0
        self._lock = threading.Lock()

    @property
    def taken_bytes(self) -> int:
        return self._taken_bytes

    @contextmanager
    def held(self) -> Iterator[Held]:
        """A request's account; what it took up is given back on leaving."""
        held = Held(self)
        try:
            yield held
        finally:
            held.give_back()

    def take(self, count: int, besides: int) -> None:
        """Raises QueueFull when so much more is too much, and others than the asker, who has `besides`, have some."""
        with self._lock:
            if self._taken_bytes + count > self._limit_bytes and self._taken_bytes > besides:
                raise QueueFull
            self._taken_bytes += count

    def give(self, count: int) -> None:
        with self._lock:
            self._taken_bytes -= count
