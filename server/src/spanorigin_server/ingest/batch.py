"""Gather request bodies into groups and commit each group once; a sender is answered after its body's commit.

Called by `intake` on the event loop; a thread for each of the store's writers. A lone body is written at once. Under
load a group is what comes in within 100 ms, 64 bodies at most: an insert costs about the same for one body as for
five (decision 0033).
A body that cannot be stored fails alone, and nothing is stored twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from google.protobuf.message import DecodeError
from opentelemetry.proto.trace.v1 import trace_pb2

from spanorigin_server.ingest.inflow import QueueFull
from spanorigin_server.ingest.nested import rendered
from spanorigin_server.ingest.request import RequestRefused
from spanorigin_server.records import StoreFailed
from spanorigin_server.store.writer import Body, BodyRefused, Outcome, ScopeSpans

if TYPE_CHECKING:
    from spanorigin_server.store.writer import Writer

GROUP_BODIES: Final = 64
GROUP_BYTES: Final = 24 * 1024 * 1024
GROUP_WAIT_S: Final = 0.1
QUEUE_BODIES: Final = 512
QUEUE_BYTES: Final = 128 * 1024 * 1024

_OUT_OF_MEMORY = 241
# How the engine says that it was not one statement's memory that ran out.
_OF_ALL = "(total) memory limit exceeded"
_RATE_WINDOW_S = 10.0


class Draining(Exception):  # noqa: N818  # named for what came about
    """The server is stopping and takes nothing new."""


class RequestTooLarge(Exception):  # noqa: N818  # likewise
    """The store cannot take the request in within its memory, even alone."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    body: Body
    size: int
    came_at: float
    answer: Future[Outcome]
    is_rendered: bool = False


@dataclass(slots=True)
class Committed:
    """What has been committed since start, for the health report."""

    last_at_ns: int | None = None
    recent: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, spans: int) -> None:
        now = time.monotonic()
        self.last_at_ns = time.time_ns()
        self.recent.append((now, spans))
        with contextlib.suppress(IndexError):  # another writer may have taken the last one
            while self.recent[0][0] < now - _RATE_WINDOW_S:
                self.recent.popleft()

    def spans_per_second(self) -> float:
        since = time.monotonic() - _RATE_WINDOW_S
        return sum(spans for at, spans in tuple(self.recent) if at >= since) / _RATE_WINDOW_S


class Batch:
    def __init__(self, writers: Sequence[Writer]) -> None:
        self.committed = Committed()
        self._queue: deque[_Waiting] = deque()
        self._queued_bytes = 0
        self._last_received_ns = 0
        self._changed = threading.Condition()
        self._is_draining = False
        self._busy_until = 0.0
        self._writing = 0
        self._bodies_writing = 0
        self._is_paused = False
        self._threads = [
            threading.Thread(target=self._write_groups, args=(writer,), name=f"writer-{number}", daemon=True)
            for number, writer in enumerate(writers)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    async def commit(self, scopes: Sequence[ScopeSpans]) -> Outcome:
        """Store a request's scopes; return once they are committed.

        Raises RequestRefused (not OTLP), RequestTooLarge, QueueFull, Draining, or StoreFailed (come back later).
        A sender that goes away does not take its spans back.
        """
        return await asyncio.shield(asyncio.wrap_future(self._enqueue(scopes)))

    def _enqueue(self, scopes: Sequence[ScopeSpans]) -> Future[Outcome]:
        size = sum(len(scope.encoded) for scope in scopes)
        with self._changed:
            if self._is_draining:
                raise Draining
            is_over = len(self._queue) >= QUEUE_BODIES or self._queued_bytes + size > QUEUE_BYTES
            if is_over and self._queue:
                raise QueueFull
            # The time is the body's name too, so it never comes twice.
            self._last_received_ns = max(time.time_ns(), self._last_received_ns + 1)
            waiting = _Waiting(Body(self._last_received_ns, scopes), size, time.monotonic(), Future())
            self._queue.append(waiting)
            self._queued_bytes += size
            self._changed.notify()
        return waiting.answer

    def drain(self) -> None:
        """Commit everything that was accepted, then end. Nothing new is accepted from now on. Blocks."""
        with self._changed:
            self._is_draining = True
            self._changed.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """While this lasts nothing is written: each body is in the store whole, or not at all. Senders wait. Blocks."""
        with self._changed:
            # Two who pause come one after the other.
            self._changed.wait_for(lambda: not self._is_paused)
            self._is_paused = True
            self._changed.wait_for(lambda: self._writing == 0)
        try:
            yield
        finally:
            with self._changed:
                self._is_paused = False
                self._changed.notify_all()

    @property
    def waiting(self) -> tuple[int, int]:
        """How many bodies wait for their commit, and their bytes."""
        return len(self._queue), self._queued_bytes

    def is_pressed(self) -> bool:
        """Do spans come in as fast as they can be taken? Then the bodies on their way make a full group or more."""
        return len(self._queue) + self._bodies_writing >= GROUP_BODIES

    @property
    def is_draining(self) -> bool:
        return self._is_draining

    def _write_groups(self, writer: Writer) -> None:
        while group := self._next_group():
            self._settle(writer, group)
            with self._changed:
                self._writing -= 1
                self._bodies_writing -= len(group)
                self._changed.notify_all()
                # On the heels of a real group its senders' next bodies are on their way.
                self._busy_until = time.monotonic() + (GROUP_WAIT_S if len(group) > 1 else 0)

    def _next_group(self) -> list[_Waiting]:
        """The next bodies to write; empty when there will be none any more."""
        with self._changed:
            while not self._is_ready():
                if self._is_draining and not self._queue:
                    return []
                self._changed.wait(self._wait_s())
            self._writing += 1
            group = self._take()
            self._bodies_writing += len(group)
            return group

    def _is_ready(self) -> bool:
        """Is there a group worth writing now? Called with the lock held."""
        if not self._queue or self._is_paused:
            return False
        is_idle = self._writing == 0 and time.monotonic() >= self._busy_until
        return is_idle or self._is_draining or len(self._queue) >= GROUP_BODIES or self._wait_s() == 0

    def _wait_s(self) -> float | None:
        """How long the oldest body may still wait for company; None when there is nothing to write."""
        if not self._queue or self._is_paused:
            return None
        return max(0.0, self._queue[0].came_at + GROUP_WAIT_S - time.monotonic())

    def _take(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        group_bytes = 0
        while (
            self._queue
            and len(group) < GROUP_BODIES
            and (not group or group_bytes + self._queue[0].size <= GROUP_BYTES)
        ):
            waiting = self._queue.popleft()
            group.append(waiting)
            group_bytes += waiting.size
        self._queued_bytes -= group_bytes
        return group

    def _settle(self, writer: Writer, group: Sequence[_Waiting]) -> None:
        """Write a group and answer everyone in it; when it fails, find who is to blame and write the others."""
        try:
            outcomes = writer.write([waiting.body for waiting in group])
        except BodyRefused as error:
            if len(group) == 1 and group[0].is_rendered:
                group[0].answer.set_exception(RequestRefused(str(error)))
            elif len(group) == 1:
                # The engine's parser is stricter than protobuf is: what OpenTelemetry's own takes is stored.
                self._settle_held(writer, group[0])
            else:
                for part in _parts_by_soundness(group):
                    self._settle(writer, part)
        except StoreFailed as error:
            if error.code == _OUT_OF_MEMORY and len(group) > 1:
                for part in _halves(group):
                    self._settle(writer, part)
            else:
                _answer_all(group, RequestTooLarge() if _is_of_its_size(error) else error)
        except Exception as error:
            # Whatever it was: the thread has to outlive it, and every sender is to be answered.
            _answer_all(
                group, StoreFailed(f"Writing spans failed: {error!r}. Please report this.", slug="writer-failed")
            )
        else:
            for waiting, outcome in zip(group, outcomes, strict=True):
                if not outcome.is_held:
                    waiting.answer.set_result(outcome)
            stored = [outcome for outcome in outcomes if not outcome.is_held]
            self.committed.note(sum(outcome.spans - outcome.rejected for outcome in stored))
            for waiting, outcome in zip(group, outcomes, strict=True):
                if outcome.is_held:
                    self._settle_held(writer, waiting)

    def _settle_held(self, writer: Writer, waiting: _Waiting) -> None:
        """Read the body as OpenTelemetry's own parser does, render its arrays and lists, and write it, alone.

        The others of its group are in the store by now, or go their own way.
        """
        if waiting.is_rendered:
            _answer_all(
                [waiting],
                StoreFailed("A request stayed held after it was rendered. Please report this.", slug="writer-failed"),
            )
            return
        try:
            scopes = [rendered(scope) for scope in waiting.body.scopes]
        except (DecodeError, RecursionError) as error:
            _answer_all([waiting], RequestRefused(f"its spans cannot be read: {error}"))
            return
        self._settle(writer, [replace(waiting, body=replace(waiting.body, scopes=scopes), is_rendered=True)])


def _parts_by_soundness(group: Sequence[_Waiting]) -> list[Sequence[_Waiting]]:
    """Bodies that OpenTelemetry's own parser takes, and those it does not; halves when it finds no difference."""
    sound = [waiting for waiting in group if _parses(waiting.body)]
    unsound = [waiting for waiting in group if waiting not in sound]
    return [sound, unsound] if sound and unsound else _halves(group)


def _parses(body: Body) -> bool:
    try:
        for scope in body.scopes:
            trace_pb2.ScopeSpans.FromString(scope.encoded)
    except DecodeError:
        return False
    return True


def _is_of_its_size(error: StoreFailed) -> bool:
    """Whether a body alone needed more memory than it may. When all questions together did, it can be sent again."""
    return error.code == _OUT_OF_MEMORY and _OF_ALL not in error.message


def _halves(group: Sequence[_Waiting]) -> list[Sequence[_Waiting]]:
    middle = len(group) // 2
    return [group[:middle], group[middle:]]


def _answer_all(group: Sequence[_Waiting], failure: Exception) -> None:
    for waiting in group:
        waiting.answer.set_exception(failure)
