"""A group is stored whole or not at all, whatever fails on the way."""

from __future__ import annotations

import os
import time

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans as ScopeSpansMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from spanorigin_server.records import StoreFailed
from spanorigin_server.store import tables
from spanorigin_server.store.engine import EmbeddedEngine
from spanorigin_server.store.writer import Body, BodyRefused, Outcome, ScopeSpans, Writer


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = EmbeddedEngine(tmp_path_factory.mktemp("engine"))
    tables.prepare(engine)
    yield engine
    engine.close()


def scope(*, spans: int = 1, attribute: str = "x", start_ns: int | None = None) -> ScopeSpans:
    message = ScopeSpansMessage()
    for _ in range(spans):
        span = Span(trace_id=os.urandom(16), span_id=os.urandom(8), start_time_unix_nano=start_ns or time.time_ns())
        span.attributes.add(key="a").value.string_value = attribute
        message.spans.append(span)
    return ScopeSpans("s", "", "", "", "", "", {"k": "v"}, "lib", "", {}, message.SerializeToString())


def bodies(count: int, **options: object) -> list[Body]:
    first_ns = time.time_ns()
    return [Body(first_ns + number, [scope(**options)]) for number in range(count)]  # type: ignore[arg-type]


def count(engine: EmbeddedEngine) -> int:
    return engine.query("SELECT count() AS n FROM spanorigin.spans")["n"][0]


def test_spans_of_many_bodies_and_scopes_are_stored_under_their_bodies_names(engine):
    group = [Body(time.time_ns(), [scope(spans=2), scope(spans=3)]), *bodies(3)]

    outcomes = Writer(engine).write(group)

    assert outcomes == [Outcome(spans=5), *[Outcome(spans=1)] * 3]
    stored = engine.query(
        "SELECT count() AS n FROM spanorigin.spans WHERE toUnixTimestamp64Nano(received_ts) = {name:Int64}",
        {"name": group[0].received_ns},
    )
    assert stored["n"] == [5]


def test_one_body_that_does_not_parse_keeps_its_whole_group_out(engine):
    before = count(engine)
    group = bodies(3, attribute="y" * 1_000_000, spans=3)
    bad = ScopeSpans("s", "", "", "", "", "", {}, "", "", {}, b"\x12\xff")

    for position in (0, 1, 3):
        with pytest.raises(BodyRefused):
            Writer(engine).write([*group[:position], Body(time.time_ns(), [bad]), *group[position:]])

    assert count(engine) == before


def test_bytes_cut_off_a_body_are_not_borrowed_from_its_neighbour(engine):
    before = count(engine)
    whole = scope(attribute="z" * 100)
    cut = ScopeSpans("s", "", "", "", "", "", {}, "", "", {}, whole.encoded[:-40])

    with pytest.raises(BodyRefused):
        Writer(engine).write([Body(time.time_ns(), [cut]), *bodies(5)])

    assert count(engine) == before


def test_an_insert_that_fails_half_way_is_taken_back(engine):
    before = count(engine)
    failing = Writer(engine)
    # Stores everything, then fails, as a full disk does between two partitions.
    store, failing._store_spans = failing._store_spans, "SELECT throwIf(1)"
    group = bodies(4)

    def stored_then_failed(statement, parameters=None, *, token=""):
        if statement == "SELECT throwIf(1)":
            engine.execute(store, parameters, token=token)
        engine.execute(statement, parameters if statement != "SELECT throwIf(1)" else None)

    failing._engine = type(
        "Half",
        (),
        {"execute": staticmethod(stored_then_failed), "query": engine.query, "insert_protobuf": engine.insert_protobuf},
    )()
    with pytest.raises(StoreFailed):
        failing.write(group)

    assert count(engine) == before
    assert Writer(engine).write(group) == [Outcome(spans=1)] * 4
    assert count(engine) == before + 4


def test_canary_a_streamed_insert_says_done_when_the_engine_failed_behind_its_parser(engine):
    """When this fails, the engine tells, and Writer need not count what arrived."""
    engine.execute("CREATE TABLE IF NOT EXISTS canary_in (a UInt64) ENGINE = Null")
    engine.execute("CREATE TABLE IF NOT EXISTS canary_out (a UInt8) ENGINE = MergeTree ORDER BY a PARTITION BY a")
    engine.execute(
        "CREATE MATERIALIZED VIEW IF NOT EXISTS canary TO canary_out AS SELECT toUInt8(a) AS a FROM canary_in"
    )
    rows = [(bytes([8]), bytes([number])) for number in range(120)]

    engine.insert_protobuf("canary_in", "M", 'syntax = "proto3"; message M { uint64 a = 1; }', rows)

    # 120 partitions are more than the 100 that an insert may make: refused, and yet no error above.
    assert engine.query("SELECT count() AS n FROM canary_out") == {"n": [0]}


def test_two_writers_side_by_side_store_everything_once(engine):
    from concurrent.futures import ThreadPoolExecutor

    before = count(engine)
    groups = [[bodies(5, spans=20) for _ in range(6)] for _ in range(tables.LANES)]

    def write_all(lane: int) -> None:
        writer = Writer(engine, lane)
        for group in groups[lane]:
            writer.write(group)

    with ThreadPoolExecutor() as pool:
        list(pool.map(write_all, range(tables.LANES)))

    assert count(engine) == before + tables.LANES * 6 * 5 * 20
