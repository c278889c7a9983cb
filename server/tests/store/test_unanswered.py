"""Spans whose sender got no answer do not stay: it sends them again, and then they are there once."""

from __future__ import annotations

import os
import time

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans as ScopeSpansMessage
from spanorigin_server.records import StoreFailed
from spanorigin_server.store import tables
from spanorigin_server.store.engine import EmbeddedEngine
from spanorigin_server.store.unanswered import Unanswered
from spanorigin_server.store.writer import Body, Outcome, ScopeSpans, Writer

DAY_NS = 86_400 * 10**9


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = EmbeddedEngine(tmp_path_factory.mktemp("unanswered"))
    tables.prepare(engine)
    yield engine
    engine.close()


def two_days() -> list[ScopeSpans]:
    """A span of today and one of yesterday, which the store keeps apart."""
    message = ScopeSpansMessage()
    for day in range(2):
        start_ns = time.time_ns() - day * DAY_NS
        message.spans.add(trace_id=os.urandom(16), span_id=os.urandom(8), start_time_unix_nano=start_ns)
    return [ScopeSpans("s", "", "", "", "", "", {}, "", "", {}, message.SerializeToString())]


def count(engine: EmbeddedEngine) -> int:
    return engine.query("SELECT count() AS n FROM spanorigin.spans")["n"][0]


class Killed(BaseException):
    """Nothing after it runs, as when a process is killed."""


class Faulty:
    """The engine, but for statements that begin with some words: these do something else."""

    def __init__(self, engine: EmbeddedEngine, words: str, instead) -> None:
        self._engine, self._words, self._instead = engine, words, instead
        self.nature, self.target = engine.nature, engine.target
        self.query, self.insert_protobuf = engine.query, engine.insert_protobuf
        self.statements: list[str] = []

    def execute(self, statement, parameters=None, *, token=""):
        said = "\n".join(line for line in statement.splitlines() if not line.startswith("--"))
        self.statements.append(said)
        if said.startswith(self._words):
            self._instead(statement, parameters)
        else:
            self._engine.execute(statement, parameters, token=token)


def killed_after_half_of_it(engine: EmbeddedEngine):
    """Stores what the statement would of yesterday alone."""

    def instead(statement, parameters):
        yesterday = "SELECT * FROM ({}) WHERE ts < now() - INTERVAL 12 HOUR"
        insert, _, rest = statement.partition("INSERT INTO spanorigin.spans")
        select, _, settings = rest.rpartition("SETTINGS")
        assert insert.startswith("--")
        engine.execute(f"INSERT INTO spanorigin.spans {yesterday.format(select)} SETTINGS {settings}", parameters)
        raise Killed

    return instead


def test_what_a_killed_server_wrote_of_a_request_is_gone_at_the_next_start_so_that_it_can_be_sent_again(
    engine, tmp_path
):
    file, scopes = tmp_path / "unanswered-0", two_days()
    Writer(engine, 0, None, Unanswered(file)).write([Body(time.time_ns(), two_days())])
    before = count(engine)
    dying = Writer(Faulty(engine, "INSERT", killed_after_half_of_it(engine)), 0, None, Unanswered(file))
    with pytest.raises(Killed):
        dying.write([Body(time.time_ns(), scopes)])
    left = count(engine)

    again = Writer(engine, 0, None, Unanswered(file))
    again.settle()

    assert (left, count(engine)) == (before + 1, before)
    assert again.write([Body(time.time_ns(), scopes)]) == [Outcome(spans=2)]
    assert count(engine) == before + 2


def test_a_server_that_is_killed_between_two_groups_has_nothing_to_take_back(engine, tmp_path):
    file = tmp_path / "unanswered-0"
    Writer(engine, 0, None, Unanswered(file)).write([Body(time.time_ns(), two_days())])
    before = count(engine)

    watched = Faulty(engine, "nothing", None)
    Writer(watched, 0, None, Unanswered(file)).settle()

    assert watched.statements == []
    assert count(engine) == before


def test_what_cannot_be_taken_back_at_once_is_before_anything_else_is_written(engine):
    before, scopes = count(engine), two_days()

    def fails(_statement, _parameters):
        raise StoreFailed("full", slug="store-refused", code=243)

    def stored_then_fails(statement, parameters):
        engine.execute(statement, parameters)
        raise StoreFailed("full", slug="store-refused", code=243)

    full = Faulty(engine, "DELETE", fails)
    writer = Writer(Faulty(full, "INSERT INTO spanorigin.spans", stored_then_fails))
    with pytest.raises(StoreFailed):
        writer.write([Body(time.time_ns(), scopes)])
    left = count(engine)
    # Still full: nothing is written, so that no more is owed.
    with pytest.raises(StoreFailed):
        writer.write([Body(time.time_ns(), scopes)])
    assert (left, count(engine)) == (before + 2, before + 2)

    writer._engine = engine
    assert writer.write([Body(time.time_ns(), scopes)]) == [Outcome(spans=2)]

    assert count(engine) == before + 2


def test_names_outlive_the_process_until_they_are_cleared(tmp_path):
    file = tmp_path / "below" / "unanswered-0"
    names = [time.time_ns() + number for number in range(64)]

    first = Unanswered(file)
    made = file.stat().st_size
    first.note(names)
    after_a_kill = Unanswered(file)
    first.note(names[:2])
    fewer = Unanswered(file)
    first.clear()

    assert list(after_a_kill.names) == names
    assert list(fewer.names) == names[:2]
    assert list(Unanswered(file).names) == []
    # No block more is wanted of a disk that may be full by then.
    assert file.stat().st_size == made
