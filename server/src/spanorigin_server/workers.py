"""Threads in which readers' questions run, so that the event loop goes on taking spans meanwhile.

The engine lets go of the GIL while it works. Few threads: each has a connection of its own, and more queries at once
than cores only make each slower.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from .answers import Refused

Answer = TypeVar("Answer")

THREADS = 4
WAITING_LIMIT = 64


class Workers:
    """A bounded pool with a bounded queue. Used from one event loop."""

    def __init__(self, threads: int = THREADS, waiting_limit: int = WAITING_LIMIT) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="question")
        self._limit = threads + waiting_limit
        self._asked = 0

    async def run(self, question: Callable[[], Answer]) -> Answer:
        """What `question` returns or raises, worked out in a thread. Raises Refused when too many wait already."""
        if self._asked >= self._limit:
            message = "The server is busy with other readers' searches. Ask again in a moment."
            raise Refused(message, slug="server-busy", status=503)
        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, question)
        finally:
            self._asked -= 1

    @property
    def asked(self) -> int:
        """Questions being worked on or waiting."""
        return self._asked

    def close(self) -> None:
        """Drops what has not begun, and waits for what has."""
        self._pool.shutdown(wait=True, cancel_futures=True)
