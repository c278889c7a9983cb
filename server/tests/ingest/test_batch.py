"""Bodies are written in groups, fail alone, and everyone is answered."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans as ScopeSpansMessage
from spanorigin_server.ingest import batch as batch_module
from spanorigin_server.ingest.batch import Batch, Draining, QueueFull, RequestTooLarge
from spanorigin_server.ingest.request import RequestRefused
from spanorigin_server.records import StoreFailed
from spanorigin_server.store.writer import Body, BodyRefused, Outcome, ScopeSpans
from spanorigin_tests.otlp import span_of

BAD = b"\xff"


class FakeWriter:
    """Takes what parses; what it was told is `stored`, group by group."""

    def __init__(self) -> None:
        self.groups: list[list[bytes]] = []
        self.stored: list[bytes] = []
        self.may_write = threading.Event()
        self.may_write.set()
        self.failure: Exception | None = None
        self.memory = 10**9

    def write(self, bodies: Sequence[Body]) -> list[Outcome]:
        assert self.may_write.wait(10)
        contents = [body.scopes[0].encoded for body in bodies]
        self.groups.append(contents)
        if self.failure:
            raise self.failure
        if BAD in contents:
            raise BodyRefused("no message")
        if sum(map(len, contents)) > self.memory:
            raise StoreFailed("memory", slug="store-failed", code=241)
        outcomes = [Outcome(spans=1, is_held=b"nested" in content) for content in contents]
        self.stored += [content for content, outcome in zip(contents, outcomes, strict=True) if not outcome.is_held]
        return outcomes


@pytest.fixture
def writer() -> FakeWriter:
    return FakeWriter()


@pytest.fixture
def batch(writer: FakeWriter):
    batch = Batch([writer])  # type: ignore[list-item]
    batch.start()
    yield batch
    writer.may_write.set()
    batch.drain()


def scope(content: bytes = b"") -> ScopeSpans:
    return ScopeSpans("s", "", "", "", "", "", {}, "", "", {}, content)


def body(name: str = "sound") -> list[ScopeSpans]:
    return [scope(ScopeSpansMessage(spans=[span_of(name)]).SerializeToString())]


async def gathered(batch: Batch, bodies: list[list[ScopeSpans]]) -> list[object]:
    return await asyncio.gather(*(batch.commit(scopes) for scopes in bodies), return_exceptions=True)


async def test_a_lone_body_is_written_without_waiting_for_others(batch, writer, monkeypatch):
    monkeypatch.setattr(batch_module, "GROUP_WAIT_S", 3600.0)

    outcome = await asyncio.wait_for(batch.commit(body()), 10)

    assert outcome.spans == 1


async def test_bodies_that_come_while_one_is_written_are_written_together(batch, writer):
    writer.may_write.clear()
    first = asyncio.ensure_future(batch.commit(body()))
    while not batch._writing:
        await asyncio.sleep(0.001)
    others = [asyncio.ensure_future(batch.commit(body())) for _ in range(batch_module.GROUP_BODIES + 5)]
    await asyncio.sleep(0.01)
    writer.may_write.set()
    await asyncio.gather(first, *others)

    assert [len(group) for group in writer.groups] == [1, batch_module.GROUP_BODIES, 5]


async def test_a_bad_body_fails_alone_and_its_companions_are_stored_once(batch, writer):
    bodies = [body() for _ in range(20)]
    bodies[7], bodies[13] = [scope(BAD)], [scope(BAD)]

    answers = await gathered(batch, bodies)

    assert [isinstance(answer, RequestRefused) for answer in answers] == [number in {7, 13} for number in range(20)]
    sound = [scopes[0].encoded for number, scopes in enumerate(bodies) if number not in {7, 13}]
    assert sorted(writer.stored) == sorted(sound)


async def test_a_body_that_only_the_engine_refuses_is_found_by_halves(batch, writer, monkeypatch):
    monkeypatch.setattr(batch_module, "_parses", lambda _body: True)
    bodies = [body() for _ in range(20)]
    bodies[4] = [scope(BAD)]

    answers = await gathered(batch, bodies)

    assert [number for number, answer in enumerate(answers) if isinstance(answer, Exception)] == [4]
    assert len(writer.stored) == 19


async def test_a_group_too_large_for_memory_is_written_in_parts_and_a_body_too_large_is_refused(batch, writer):
    bodies = [body() for _ in range(9)] + [body("x" * 5000)]
    writer.memory = 1000

    answers = await gathered(batch, bodies)

    assert [isinstance(answer, RequestTooLarge) for answer in answers] == [False] * 9 + [True]
    assert len(writer.stored) == 9


async def test_a_body_that_comes_when_all_memory_is_taken_can_be_sent_again(batch, writer):
    writer.failure = StoreFailed("Code: 241. (total) memory limit exceeded: would use", slug="store-failed", code=241)
    failed = await gathered(batch, [body(), body()])

    assert [(type(answer), answer.code) for answer in failed] == [(StoreFailed, 241)] * 2


async def test_when_the_store_fails_everyone_is_told_and_the_next_group_is_written(batch, writer):
    writer.failure = StoreFailed("disk full", slug="store-failed", code=243)
    failed = await gathered(batch, [body(), body()])
    writer.failure = None
    after = await batch.commit(body())

    assert all(isinstance(answer, StoreFailed) for answer in failed)
    assert after.spans == 1


async def test_an_unforeseen_error_answers_everyone_and_leaves_the_writer_alive(batch, writer):
    writer.failure = RuntimeError("unforeseen")
    (failed,) = await gathered(batch, [body()])
    writer.failure = None

    assert isinstance(failed, StoreFailed)
    assert (await batch.commit(body())).spans == 1


async def test_a_held_body_is_rendered_and_written_and_its_companions_are_not_written_again(batch, writer):
    span = span_of("nested")
    attribute = span.attributes.add(key="list")
    attribute.value.array_value.values.add(string_value="nested")
    held = [scope(ScopeSpansMessage(spans=[span]).SerializeToString())]
    writer.may_write.clear()
    tasks = [asyncio.ensure_future(batch.commit(scopes)) for scopes in (body(), held, body())]
    await asyncio.sleep(0.01)
    writer.may_write.set()

    answers = await asyncio.gather(*tasks, return_exceptions=True)

    # The fake goes by the name and holds it again: told, not tried for ever.
    assert isinstance(answers[1], StoreFailed)
    assert len(writer.stored) == 2


async def test_more_than_may_wait_is_turned_away(batch, writer, monkeypatch):
    monkeypatch.setattr(batch_module, "QUEUE_BODIES", 3)
    writer.may_write.clear()
    waiting = [asyncio.ensure_future(batch.commit(body()))]
    while not batch._writing:
        await asyncio.sleep(0.001)
    waiting += [asyncio.ensure_future(batch.commit(body())) for _ in range(3)]
    await asyncio.sleep(0.01)

    with pytest.raises(QueueFull):
        await batch.commit(body())

    writer.may_write.set()
    assert len(await asyncio.gather(*waiting)) == 4


async def test_draining_commits_what_was_accepted_and_takes_nothing_new(batch, writer):
    writer.may_write.clear()
    accepted = [asyncio.ensure_future(batch.commit(body())) for _ in range(5)]
    await asyncio.sleep(0.01)
    draining = asyncio.create_task(asyncio.to_thread(batch.drain))
    while not batch.is_draining:
        await asyncio.sleep(0.001)

    with pytest.raises(Draining):
        await batch.commit(body())
    writer.may_write.set()
    await draining

    assert len(await asyncio.gather(*accepted)) == 5
    assert len(writer.stored) == 5


async def test_a_sender_that_goes_away_does_not_take_its_spans_back(batch, writer):
    writer.may_write.clear()
    task = asyncio.ensure_future(batch.commit(body()))
    await asyncio.sleep(0.01)
    task.cancel()
    writer.may_write.set()
    await batch.commit(body())

    assert len(writer.stored) == 2


async def test_no_two_bodies_have_one_name(batch, monkeypatch):
    names: list[int] = []
    monkeypatch.setattr(time, "time_ns", lambda: 5)
    monkeypatch.setattr(
        FakeWriter, "write", lambda _self, bodies: [names.append(b.received_ns) or Outcome() for b in bodies]
    )

    await gathered(batch, [body() for _ in range(50)])

    assert len(set(names)) == 50


async def test_ingest_is_at_its_limit_when_a_full_group_is_on_its_way(batch, writer, monkeypatch):
    monkeypatch.setattr(batch_module, "GROUP_BODIES", 4)
    assert not batch.is_pressed()
    writer.may_write.clear()

    asked = [asyncio.create_task(batch.commit(body())) for _ in range(3)]
    await asyncio.sleep(0.3)
    assert not batch.is_pressed(), "three of four, being written"
    asked.append(asyncio.create_task(batch.commit(body())))
    await asyncio.sleep(0.1)
    assert batch.is_pressed()
    writer.may_write.set()
    await asyncio.gather(*asked)

    for _ in range(200):
        if not batch.is_pressed():
            break
        await asyncio.sleep(0.01)
    assert not batch.is_pressed()
