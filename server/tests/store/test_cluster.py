"""What a cluster is told. No cluster runs here: statements are parsed, not run, and shards are two in one engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans as ScopeSpansMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from spanorigin_server.records import StartRefused
from spanorigin_server.store import tables
from spanorigin_server.store.address import store_address
from spanorigin_server.store.clickhouse import ClickHouse
from spanorigin_server.store.reader import Reader
from spanorigin_server.store.statements import arrived_spans, server_target, statement
from spanorigin_server.store.writer import Body, ScopeSpans, Writer
from spanorigin_tests.clickhouse_front import CLUSTER, Front, front

TARGET = server_target("spanorigin", "main_cluster")
STORE = files("spanorigin_server.store")
# What changes a table has to happen on every machine that has it.
CHANGES = ("CREATE TABLE", "CREATE DATABASE", "CREATE OR REPLACE FUNCTION", "ALTER TABLE", "DELETE FROM", "DROP TABLE")
# Asked of embedded stores alone.
EMBEDDED_ONLY = {
    *("freeze_spans", "attach_part", "check_spans", "copy_spans", "empty_spans", "empty_waiting"),
    *("bound_merges", "bound_parts", "unbound_parts", "drop_part"),  # parts are a server's own, and differ by replica
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(tmp_path_factory.mktemp("served")) as serving:
        yield serving


@pytest.fixture(scope="module")
def home(served: Front) -> Iterator[ClickHouse]:
    home = ClickHouse(store_address(f"{served.address}?cluster={CLUSTER}"))
    tables.prepare(home)
    yield home
    home.close()


def names_in(folder: str) -> list[str]:
    found = (file.name for file in (STORE / folder).iterdir() if file.name.endswith(".sql"))
    return sorted(f"{folder}/{name.removesuffix('.sql')}" for name in found)


# All but columns that stand in other statements.
STATEMENTS = [name for name in (*names_in("schema"), *names_in("commands")) if name != "commands/folded"]


@pytest.mark.parametrize("name", STATEMENTS)
def test_what_a_cluster_is_told_is_sound_sql_and_told_to_all_of_it(home: ClickHouse, name: str):
    given = {"lane": "0", "condition": "1", "window": "1", "part": "p", "name": "n", "most": "1"}
    given["arrived_spans"] = arrived_spans({**TARGET, **given})
    given["arrived"] = f"({given['arrived_spans']})"
    lines = statement(name, {**TARGET, **given}).splitlines()
    # formatQuery takes a semicolon for an end, in a comment too.
    text = "\n".join(line for line in lines if not line.lstrip().startswith("--"))

    # Raises where it does not parse.
    (formatted,) = home.query("SELECT formatQuery({text:String}) AS sql", {"text": text})["sql"]

    if formatted.startswith(CHANGES) and name.partition("/")[2] not in EMBEDDED_ONLY:
        assert "ON CLUSTER main_cluster" in formatted.replace("`", ""), formatted


def test_the_tables_are_replicated_and_sharded_by_trace():
    spans = statement("schema/020_spans", TARGET)
    all_shards = statement("schema/025_spans_of_all_shards", TARGET)
    version = statement("schema/010_schema_version", TARGET)

    assert "spanorigin.spans_local ON CLUSTER 'main_cluster'" in spans
    assert "ENGINE = ReplicatedMergeTree\n" in spans
    assert "Distributed('main_cluster', 'spanorigin', 'spans_local', cityHash64(trace_id))" in all_shards
    # One version for all shards: the path has no shard in it, and each machine is a replica of its own.
    assert "/clickhouse/spanorigin/main_cluster/spanorigin/{table}', '{shard}-{replica}'" in version


def test_spans_are_written_through_all_shards_and_read_from_them(served: Front, home: ClickHouse):
    message = ScopeSpansMessage()
    for number in range(40):
        message.spans.append(
            Span(
                trace_id=bytes([number % 20 + 1] * 16),
                span_id=bytes([number + 1] * 8),
                start_time_unix_nano=time.time_ns(),
            )
        )
    scope = ScopeSpans("shop", "", "", "", "", "", {}, "", "", {}, message.SerializeToString())
    before = len(served.received)

    Writer(home).write([Body(time.time_ns(), [scope])])

    (insert,) = [told for told in served.received[before:] if "INSERT INTO spanorigin." in told]
    # Through the table that knows the shards, which then answer from where they are.
    assert "INSERT INTO spanorigin.spans\n" in insert
    shards = home.query("SELECT _shard_num AS shard, count() AS n FROM spanorigin.spans GROUP BY shard ORDER BY shard")
    assert shards["shard"] == [1, 2]
    assert sum(shards["n"]) == 40
    trace = Reader(home).trace(bytes([7] * 16).hex())
    assert trace is not None
    assert len(trace["span_id"]) == 2


def test_an_insert_waits_for_every_shard_and_can_be_repeated(home: ClickHouse):
    asked: dict[str, object] = {}
    home._ask = lambda question, **_: question(_Noting(asked))  # type: ignore[method-assign]
    try:
        home.execute("INSERT …", token="abc")
    finally:
        del home._ask  # type: ignore[attr-defined]

    assert asked["insert_deduplication_token"] == "abc"
    assert asked["distributed_foreground_insert"] == 1
    assert asked["max_insert_threads"] == 1


def test_a_cluster_of_an_earlier_schema_is_refused_and_left_alone(home: ClickHouse, tmp_path: Path):
    home.execute("TRUNCATE TABLE spanorigin.schema_version")
    home.execute("INSERT INTO spanorigin.schema_version (version) VALUES (1)")
    spans = home.query("SELECT count() AS n FROM spanorigin.spans")
    try:
        with pytest.raises(StartRefused) as refusal:
            tables.prepare(home)
        assert refusal.value.slug == "cluster-not-migrated"
        assert home.query("SELECT count() AS n FROM spanorigin.spans") == spans
    finally:
        home.execute("INSERT INTO spanorigin.schema_version (version) VALUES (3)")


class _Noting:
    """A client that keeps what it is asked with."""

    def __init__(self, asked: dict[str, object]) -> None:
        self._asked = asked

    def raw_query(self, _statement: str, _values: object, *, settings: dict[str, object]) -> bytes:
        self._asked.update(settings)
        return b""
