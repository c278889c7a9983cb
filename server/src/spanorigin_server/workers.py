"""Threads in which readers' questions run, so that the event loop goes on taking spans meanwhile.

The engine lets go of the GIL while it works. Few threads: each has a connection of its own. Of questions that read many
spans fewer still run at once: each has all cores to itself, so that more would make each slower and take more memory;
and while spans come in as fast as they can be taken they have the cores one at a time (decision 0185).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from .answers import Refused

Answer = TypeVar("Answer")

THREADS = 4
# The others are always free for a trace, a span, a file.
LONG_AT_ONCE = 2
WAITING_LIMIT = 64


class Workers:
    """A bounded pool with a bounded queue. Used from one event loop."""

    def __init__(
        self,
        threads: int = THREADS,
        waiting_limit: int = WAITING_LIMIT,
        *,
        is_pressed: Callable[[], bool] = lambda: False,
    ) -> None:
        """`is_pressed` tells whether spans come in as fast as they can be taken."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="question")
        self._limit = threads + waiting_limit
        self._long_at_once = min(LONG_AT_ONCE, threads)
        self._is_pressed = is_pressed
        self._asked = 0
        self._long = 0
        self._turns: deque[asyncio.Future[None]] = deque()

    async def run(self, question: Callable[[], Answer]) -> Answer:
        """What `question` returns or raises, worked out in a thread. Raises Refused when too many wait already."""
        self._admit()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, question)
        finally:
            self._asked -= 1

    async def run_long(self, question: Callable[[], Answer]) -> Answer:
        """The same for a question that reads many spans: it waits for its turn among its like."""
        self._admit()
        try:
            await self._turn()
            return await asyncio.wrap_future(self._begun(question))
        finally:
            self._asked -= 1

    def _admit(self) -> None:
        if self._asked >= self._limit:
            message = "The server is busy with other readers' searches. Ask again in a moment."
            raise Refused(message, slug="server-busy", status=503)
        self._asked += 1

    async def _turn(self) -> None:
        """Returns with a place among those that run, which `_left` gives back."""
        if self._has_room() and not self._turns:
            self._long += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._turns.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            # Its reader went away, perhaps at the moment when it was let in.
            if turn.done() and not turn.cancelled():
                self._left()
            raise

    def _begun(self, question: Callable[[], Answer]) -> Future[Answer]:
        loop = asyncio.get_running_loop()
        try:
            working = self._pool.submit(question)
        except RuntimeError:
            self._left()
            message = "The server is stopping. Ask again once it runs."
            raise Refused(message, slug="server-stopping", status=503) from None

        def ended(_: Future[Answer]) -> None:
            # In the thread: also of a question whose reader has gone away, which holds its place until it is through.
            with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                loop.call_soon_threadsafe(self._left)

        working.add_done_callback(ended)
        return working

    def _left(self) -> None:
        self._long -= 1
        while self._turns and self._has_room():
            turn = self._turns.popleft()
            if not turn.done():
                self._long += 1
                turn.set_result(None)

    def _has_room(self) -> bool:
        return self._long < (1 if self._is_pressed() else self._long_at_once)

    @property
    def asked(self) -> int:
        """Questions being worked on or waiting."""
        return self._asked

    def close(self) -> None:
        """Drops what has not begun, and waits for what has."""
        self._pool.shutdown(wait=True, cancel_futures=True)
