"""A store that an earlier release wrote opens, keeps every span, and answers as a new one does."""

from __future__ import annotations

from pathlib import Path
from string import Template

import pytest
from spanorigin_server.store import tables
from spanorigin_server.store.engine import EmbeddedEngine
from spanorigin_server.store.statements import ATTRIBUTE_WORDS, EMBEDDED, statement

SAMPLES = Path(__file__).parent / "samples"
# On as many days: more than an insert may have partitions.
OLD_SPANS = 110


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = EmbeddedEngine(tmp_path_factory.mktemp("tables"))
    yield engine
    engine.close()


@pytest.fixture(params=range(1, tables.SCHEMA_VERSION))
def old_version(request: pytest.FixtureRequest) -> int:
    """Every schema before today's."""
    version: int = request.param
    return version


@pytest.fixture
def old_store(engine: EmbeddedEngine, old_version: int) -> EmbeddedEngine:
    """A store as an earlier schema had it, with a span a day."""
    for table in ("spans", "spans_anew", "schema_version"):
        engine.execute(f"DROP TABLE IF EXISTS spanorigin.{table} SYNC")
    engine.execute(statement("schema/010_schema_version"))
    table = Template((SAMPLES / f"spans_of_schema_{old_version}.sql").read_text())
    engine.execute(table.substitute(EMBEDDED, spans="spans", attribute_words=ATTRIBUTE_WORDS))
    engine.execute(statement("commands/note_schema_version"), {"version": old_version})
    engine.execute(
        "INSERT INTO spanorigin.spans (ts, span_id, name, origin_path, attrs_str) "
        "SELECT toDateTime64('2026-01-01', 9, 'UTC') + INTERVAL number DAY, reinterpretAsFixedString(number), "
        "concat('span ', toString(number)), 'app/views.py', map('n', toString(number)) FROM numbers({count:UInt64}) "
        "SETTINGS max_partitions_per_insert_block = 0",
        {"count": OLD_SPANS},
    )
    return engine


def held(engine: EmbeddedEngine) -> dict[str, list[object]]:
    return engine.query(
        "SELECT count() AS spans, uniqExact(name) AS names, min(second = toDateTime(ts, 'UTC')) AS is_dated, "
        "countIf(attrs_str['n'] != '') AS with_attribute FROM spanorigin.spans"
    )


def test_every_span_of_an_older_store_is_there_after_the_start(old_store: EmbeddedEngine):
    tables.prepare(old_store)

    assert held(old_store) == {
        "spans": [OLD_SPANS], "names": [OLD_SPANS], "is_dated": [1], "with_attribute": [OLD_SPANS]
    }  # fmt: skip
    assert old_store.query(statement("commands/schema_version")) == {"version": [tables.SCHEMA_VERSION]}
    assert old_store.query("SELECT name FROM system.tables WHERE name LIKE 'spans_%'") == {"name": []}
    order = old_store.query("SELECT sorting_key FROM system.tables WHERE name = 'spans' AND database = 'spanorigin'")
    assert order == {"sorting_key": ["toStartOfInterval(second, toIntervalHour(1)), service, origin_path, ts"]}


def test_a_start_that_was_interrupted_while_it_wrote_anew_loses_nothing(old_store: EmbeddedEngine):
    old_store.execute(statement("schema/020_spans", {**EMBEDDED, "spans": "spans_anew"}))
    old_store.execute("INSERT INTO spanorigin.spans_anew (name) VALUES ('half')")

    tables.prepare(old_store)

    assert held(old_store)["spans"] == [OLD_SPANS]


def test_a_start_that_was_interrupted_after_the_exchange_loses_nothing(old_store: EmbeddedEngine, old_version: int):
    tables.prepare(old_store)
    old_store.execute("TRUNCATE TABLE spanorigin.schema_version")
    old_store.execute(statement("commands/note_schema_version"), {"version": old_version})

    tables.prepare(old_store)

    assert held(old_store)["spans"] == [OLD_SPANS]


def test_a_store_of_an_earlier_release_merges_no_more_parts_at_once_than_a_new_one(old_store: EmbeddedEngine):
    tables.prepare(old_store)

    told = old_store.query("SELECT engine_full FROM system.tables WHERE database = 'spanorigin' AND name = 'spans'")

    assert "max_parts_to_merge_at_once = 16" in told["engine_full"][0]
