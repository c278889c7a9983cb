"""The route that shows matching spans as they are committed: server-sent events, for as long as a reader listens.

As contract/query-api.yaml describes it; mounted by `app`. A reader is asked after, never fed: when the connection has
taken the last event, the store is asked for what was committed since; a few of those spans are shown, all are counted.
So a slow reader holds no memory, and a fast sender costs one question in a quarter of a second (decision 0152).
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, check_parameters, whole_number
from spanorigin_server.records import StoreFailed
from spanorigin_server.store.asking import Condition
from spanorigin_server.store.commits import Commits, Mark
from spanorigin_server.store.reader import Reader, Row
from spanorigin_server.workers import Workers

from .asked import condition_of
from .dimensions import columns_of
from .terms import Binder
from .wire import columns_answer, span_answer

POLL_S: Final = 0.25
RATE_S: Final = 1.0
HEARTBEAT_S: Final = 10.0
READERS_MOST: Final = 32
SHOWN_DEFAULT, SHOWN_MOST = 50, 500
_EVENT_ID = re.compile(r"([0-9a-f]{8})-([0-9]{1,15})-([0-9]{1,15})")
# Names of bodies that one question asks for; more are asked for in the next.
_NAMES_MOST: Final = 5000


@dataclass(slots=True)
class Live:
    """What all live readers share. `is_stopping` says whether the server was told to stop."""

    reader: Reader
    commits: Commits
    workers: Workers
    is_stopping: Callable[[], bool] = lambda: False
    # Raises NotHere where spans do not come in through this server.
    check_sees_commits: Callable[[], None] = lambda: None
    readers: int = 0
    # Numbers of commits begin anew with each start, so an event's id names the start too.
    start: str = field(default_factory=lambda: secrets.token_hex(4))

    def routes(self) -> list[Route]:
        """The route that watches."""
        return [Route("/api/v1/live", answering(self._watch), methods=["GET"])]

    async def _watch(self, request: Request) -> Response:
        check_parameters(request, ("q", "per_second", "columns"))
        self.check_sees_commits()
        binder = Binder()
        condition = condition_of(request.query_params.get("q", ""), binder)
        more = columns_of(request, binder)
        per_second = whole_number(request, "per_second", default=SHOWN_DEFAULT, low=1, high=SHOWN_MOST)
        if self.readers >= READERS_MOST:
            message = f"{READERS_MOST} readers watch already, the most that may. Close one, or ask again in a moment."
            raise Refused(message, slug="live-too-many", status=503)
        mark = self._mark_of(request.headers.get("last-event-id", ""))
        watching = _Watching(condition, per_second, mark, more)
        return StreamingResponse(
            self._events(request, watching),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    def _mark_of(self, event_id: str) -> Mark:
        """Where a reader left off that lost its connection; now, for a new one or one of before this start."""
        found = _EVENT_ID.fullmatch(event_id)
        if found is None or found[1] != self.start:
            return self.commits.now
        mark = Mark(int(found[2]), int(found[3]))
        now = self.commits.now
        return mark if mark.commits <= now.commits and mark.spans <= now.spans else now

    async def _events(self, request: Request, watching: _Watching) -> AsyncIterator[bytes]:
        self.readers += 1
        try:
            yield b"retry: 2000\n\n"
            while not self.is_stopping() and not await request.is_disconnected():
                try:
                    events = await self._new(watching)
                except (StoreFailed, Refused) as failure:
                    error = {"slug": failure.slug, "message": failure.message}
                    yield _event("failed", {"error": error}, self._id(watching))
                    events = []
                for name, data in events:
                    yield _event(name, data, self._id(watching))
                    watching.spoke_at = time.monotonic()
                if time.monotonic() - watching.spoke_at >= HEARTBEAT_S:
                    watching.spoke_at = time.monotonic()
                    yield b": still here\n\n"
                await asyncio.sleep(POLL_S)
        finally:
            self.readers -= 1

    async def _new(self, watching: _Watching) -> list[tuple[str, dict[str, Any]]]:
        """The events since the last look."""
        news = self.commits.since(watching.mark)
        events: list[tuple[str, dict[str, Any]]] = []
        if news.missed_spans:
            events.append(("gap", {"missed_spans": news.missed_spans}))
        allowed = watching.allowed()
        for begun in range(0, len(news.names), _NAMES_MOST):
            names = news.names[begun : begun + _NAMES_MOST]
            # At least one row, since the number of those that match comes with it.
            ask = partial(self.reader.committed, watching.condition, names, max(1, allowed), watching.more)
            rows, matching = await self.workers.run(ask)
            watching.matched += matching
            shown = rows[:allowed]
            allowed -= len(shown)
            watching.shown(len(shown))
            if matching:
                events.append(("spans", _spans(shown, matching, len(watching.more))))
        watching.mark = news.mark
        if (rate := watching.rate()) is not None:
            events.append(("rate", {"matching_per_second": rate}))
        return events

    def _id(self, watching: _Watching) -> str:
        return f"{self.start}-{watching.mark.commits}-{watching.mark.spans}"


@dataclass(slots=True)
class _Watching:
    """One reader: what it wants, how far it has seen, and how much it may still be shown in this second."""

    condition: Condition
    per_second: int
    mark: Mark
    # Fields that each span is shown with besides, as expressions of the store.
    more: Sequence[str] = ()
    matched: int = 0
    spoke_at: float = field(default_factory=time.monotonic)
    _allowance: float = field(init=False)
    _allowed_at: float = field(default_factory=time.monotonic)
    _rated_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._allowance = float(self.per_second)

    def allowed(self) -> int:
        """How many spans may be shown now: what has come together since the last ones, a second's worth at most."""
        now = time.monotonic()
        self._allowance += (now - self._allowed_at) * self.per_second
        self._allowance = min(self._allowance, float(self.per_second))
        self._allowed_at = now
        return int(self._allowance)

    def shown(self, spans: int) -> None:
        self._allowance -= spans

    def rate(self) -> float | None:
        """Matching spans a second since the last rate, once a second has gone by."""
        elapsed = time.monotonic() - self._rated_at
        if elapsed < RATE_S:
            return None
        rate, self.matched, self._rated_at = self.matched / elapsed, 0, time.monotonic()
        return round(rate, 1)


def _spans(rows: list[Row], matching: int, columns: int) -> dict[str, Any]:
    told = {"columns": columns_answer(rows, columns)} if columns else {}
    return {"spans": [span_answer(row) for row in rows], "matching": matching, **told}


def _event(name: str, data: dict[str, Any], event_id: str) -> bytes:
    # JSON as it is written here has no line breaks, so one data line holds it.
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (event_id.encode(), name.encode(), msgspec.json.encode(data))
