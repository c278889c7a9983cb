"""Readers who watch see what is committed: every matching span counted once, some of them shown, and nothing kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from spanorigin_server.query import live as live_module
from spanorigin_server.query.live import Live
from spanorigin_server.store.commits import Commits
from spanorigin_server.workers import Workers
from starlette.applications import Starlette
from starlette.types import Message

from .conftest import NOON_NS, SECOND_NS, Store
from .samples import visits

# Bodies of these tests are received an hour after noon.
RECENT_NS = NOON_NS


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Live readers look every few milliseconds, so that tests need not wait."""
    monkeypatch.setattr(live_module, "POLL_S", 0.005)
    monkeypatch.setattr(live_module, "RATE_S", 0.05)


@pytest.fixture
def live(emptied: Store, workers: Workers) -> Live:
    return Live(emptied.reader, emptied.commits, workers)


class Watcher:
    """A reader of the event stream over ASGI, without a socket: it takes an event only when it is asked to."""

    def __init__(self, live: Live, query: str = "", headers: dict[str, str] | None = None) -> None:
        self._app = Starlette(routes=live.routes())
        self._query = query
        self._headers = headers or {}
        self._sent: asyncio.Queue[Message] = asyncio.Queue(maxsize=1)
        self._gone = asyncio.Event()
        self.status = 0

    async def __aenter__(self) -> Watcher:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "path": "/api/v1/live",
            "raw_path": b"/api/v1/live",
            "query_string": self._query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in self._headers.items()],
        }
        self._asked = False
        self._task = asyncio.create_task(self._app(scope, self._receive, self._sent.put))
        start = await asyncio.wait_for(self._sent.get(), 20)
        self.status = start["status"]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gone.set()
        await self.end()

    async def end(self) -> None:
        """Take events until there are no more; fails when the stream goes on."""
        async with asyncio.timeout(20):
            while not self._task.done():
                if not self._sent.empty():
                    self._sent.get_nowait()
                await asyncio.sleep(0.001)
        await self._task

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def events(self) -> AsyncIterator[tuple[str, str, Any]]:
        """Name, id and data of each event."""
        while True:
            message = await asyncio.wait_for(self._sent.get(), 20)
            for block in message.get("body", b"").decode().split("\n\n"):
                fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
                if "event" in fields:
                    yield fields["event"], fields["id"], json.loads(fields["data"])

    async def next(self, name: str) -> tuple[str, Any]:
        """Id and data of the next event of this name."""
        async for event, event_id, data in self.events():
            if event == name:
                return event_id, data
        raise AssertionError("the stream ended")

    async def counted(self, spans: int) -> tuple[list[dict[str, Any]], str]:
        """The spans shown until so many were counted, and the last event's id; fails when more are counted."""
        shown: list[dict[str, Any]] = []
        counted = 0
        last = ""
        while counted < spans:
            last, data = await self.next("spans")
            counted += data["matching"]
            shown += data["spans"]
        assert counted == spans
        return shown, last


async def test_spans_are_shown_as_they_are_committed(live: Live, emptied: Store):
    emptied.put("before")
    async with Watcher(live) as watcher:
        span_id = emptied.put("now", start_ns=RECENT_NS)

        shown, _ = await watcher.counted(1)

    assert [(span["span_id"], span["name"]) for span in shown] == [(span_id, "now")]


async def test_only_matching_spans_are_shown_and_counted(live: Live, emptied: Store):
    async with Watcher(live, "q=service:bank") as watcher:
        emptied.put_many(visits(5))

        shown, _ = await watcher.counted(5)

    assert {span["service"] for span in shown} == {"bank"}


async def test_all_are_counted_and_no_more_are_shown_than_asked_for(live: Live, emptied: Store):
    async with Watcher(live, "per_second=3") as watcher:
        emptied.put_many(visits(100))

        shown, _ = await watcher.counted(900)

    assert 3 <= len(shown) < 30


async def test_each_span_is_counted_once_however_commits_and_looks_fall(live: Live, emptied: Store):
    async with Watcher(live, "per_second=500") as watcher:

        async def send() -> None:
            for number in range(12):
                await asyncio.to_thread(emptied.put, f"span {number}")

        sending = asyncio.create_task(send())
        shown, _ = await watcher.counted(12)
        await sending

    assert sorted(span["name"] for span in shown) == sorted(f"span {number}" for number in range(12))


async def test_a_reader_that_does_not_read_is_not_asked_after(live: Live, emptied: Store, monkeypatch):
    looks = 0
    ask = emptied.reader.committed

    def counting(*arguments: Any) -> Any:
        nonlocal looks
        looks += 1
        return ask(*arguments)

    monkeypatch.setattr(type(emptied.reader), "committed", lambda _self, *arguments: counting(*arguments))
    async with Watcher(live) as watcher:
        for _ in range(20):
            await asyncio.to_thread(emptied.put)
            await asyncio.sleep(0.01)
        # Three events fit between the store and a reader who takes none.
        while_away = looks
        await watcher.counted(20)

    assert while_away <= 3


async def test_a_reader_goes_on_where_it_left_off(live: Live, emptied: Store):
    async with Watcher(live) as first:
        emptied.put("one")
        _, event_id = await first.counted(1)
    emptied.put("two")

    async with Watcher(live, headers={"last-event-id": event_id}) as second:
        shown, _ = await second.counted(1)

    assert [span["name"] for span in shown] == ["two"]


@pytest.mark.parametrize("event_id", ["", "nonsense", "00000000-0-0", "{start}-999999-5", "{start}-x-y"])
async def test_an_id_that_says_nothing_begins_now(live: Live, emptied: Store, event_id: str):
    emptied.put("before")

    async with Watcher(live, headers={"last-event-id": event_id.format(start=live.start)}) as watcher:
        emptied.put("after")
        shown, _ = await watcher.counted(1)

    assert [span["name"] for span in shown] == ["after"]


async def test_a_reader_that_was_away_too_long_is_told_what_it_missed(emptied: Store, workers: Workers):
    commits = Commits(kept=2)
    live = Live(emptied.reader, commits, workers)
    for name in range(5):
        commits.note([name], spans=10)

    async with Watcher(live, headers={"last-event-id": f"{live.start}-0-0"}) as watcher:
        _, data = await watcher.next("gap")

    assert data == {"missed_spans": 30}


async def test_the_rate_is_that_of_all_matching_spans(live: Live, emptied: Store):
    async with Watcher(live, "per_second=1") as watcher:
        emptied.put_many(visits(20))
        rates = [(await watcher.next("rate"))[1]["matching_per_second"] for _ in range(4)]

    assert max(rates) > 180


async def test_a_span_that_began_days_before_it_came_is_not_shown(live: Live, emptied: Store):
    async with Watcher(live) as watcher:
        emptied.put("late", start_ns=NOON_NS - 2 * 86_400 * SECOND_NS)
        emptied.put("now")

        shown, _ = await watcher.counted(1)

    assert [span["name"] for span in shown] == ["now"]


async def test_spans_come_with_the_columns_that_were_asked_for(live: Live, emptied: Store):
    async with Watcher(live, "q=@size:*&columns=@tenant,service") as watcher:
        emptied.put_many(visits(2))

        _, told = await watcher.next("spans")

    tenants = [f"t{int(span['trace_id'], 16) % 2}" for span in told["spans"]]
    assert len(tenants) == told["matching"] > 0
    assert told["columns"] == [[tenant, "shop"] for tenant in tenants]


async def test_without_columns_the_events_have_none(live: Live, emptied: Store):
    async with Watcher(live) as watcher:
        emptied.put("now")

        _, told = await watcher.next("spans")

    assert set(told) == {"spans", "matching"}


async def test_streams_end_when_the_server_stops(emptied: Store, workers: Workers):
    stopping = False
    live = Live(emptied.reader, emptied.commits, workers, is_stopping=lambda: stopping)
    async with Watcher(live) as watcher:
        stopping = True

        await watcher.end()

    assert live.readers == 0


async def test_there_is_an_end_to_the_number_of_readers(live: Live):
    live.readers = live_module.READERS_MOST

    async with Watcher(live) as watcher:
        assert watcher.status == 503


@pytest.mark.parametrize("query", ["per_second=0", "per_second=501", "q=(a", "limit=5", "columns=servce"])
async def test_a_bad_parameter_is_refused(live: Live, query: str):
    async with Watcher(live, query) as watcher:
        assert watcher.status == 400
