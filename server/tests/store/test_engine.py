"""One engine on one folder: values are bound, failures are told, others are refused, and nothing is left about."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spanorigin_server.records import StartRefused, StoreFailed
from spanorigin_server.store import tables
from spanorigin_server.store.engine import MEBIBYTE, EmbeddedEngine

AGAIN = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
OPEN = "import sys; from pathlib import Path; from spanorigin_server.store.engine import EmbeddedEngine as E; "


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = EmbeddedEngine(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.close()


@AGAIN
@given(text=st.text(), texts=st.lists(st.text(), max_size=4))
def test_texts_arrive_as_they_were_bound(engine, text, texts):
    found = engine.query("SELECT {a:String} AS a, {b:Array(String)} AS b", {"a": text, "b": texts})

    assert found == {"a": [text], "b": [texts]}


@AGAIN
@given(
    whole=st.integers(-(2**63), 2**63 - 1),
    natural=st.integers(0, 2**64 - 1),
    number=st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9),
    truth=st.booleans(),
)
def test_numbers_arrive_as_they_were_bound(engine, whole, natural, number, truth):
    found = engine.query(
        "SELECT {a:Int64} AS a, {b:UInt64} AS b, {c:Float64} AS c, {d:Bool} AS d, {e:Array(Int64)} AS e",
        {"a": whole, "b": natural, "c": number, "d": truth, "e": [whole, 0]},
    )

    assert found == {"a": [whole], "b": [natural], "c": [number], "d": [truth], "e": [[whole, 0]]}


def test_a_value_is_never_read_as_sql(engine):
    found = engine.query("SELECT {a:String} AS a", {"a": "'); DROP TABLE x; --{b:String}"})

    assert found["a"] == ["'); DROP TABLE x; --{b:String}"]


def test_an_answer_without_rows_still_has_its_columns(engine):
    assert engine.query("SELECT 1 AS a, 'x' AS b WHERE 0") == {"a": [], "b": []}


def test_bytes_that_are_no_text_come_with_replacement_characters(engine):
    assert engine.query("SELECT unhex('41FF42') AS a") == {"a": ["A\ufffdB"]}


def test_a_failed_statement_says_why_with_the_engines_number(engine):
    with pytest.raises(StoreFailed) as failure:
        engine.query("SELECT * FROM nowhere")

    assert failure.value.code == 60
    assert "nowhere" in failure.value.message


def test_the_answer_after_a_failure_is_its_own(engine):
    with pytest.raises(StoreFailed):
        engine.query("SELECT throwIf(number = 50000) AS a FROM numbers(100000)")

    assert engine.query("SELECT 1 AS b") == {"b": [1]}


def test_canary_what_a_failed_statement_wrote_comes_before_the_next_answer(engine):
    """When this fails, the engine has mended it, and the statement after a failure can go."""
    session = engine._session()
    with pytest.raises(RuntimeError):
        session.query("SELECT throwIf(number = 50000) AS a FROM numbers(100000)", "JSONColumns")

    assert session.query("SELECT 1 AS b", "JSONColumns").bytes().count(b"{") == 2


def test_the_engine_tells_when_it_was_not_one_statement_that_took_the_memory(tmp_path):
    """Its words decide whether a request is told to come back (`ingest.batch`)."""
    program = OPEN + (
        "e = E(Path(sys.argv[1]), memory_limit_bytes=400 * 2**20)\n"
        "try: e.query('SELECT length(groupArray(number)) AS n FROM numbers(200000000) SETTINGS max_memory_usage = 0')\n"
        "except Exception as error: print(error.code, '(total) memory limit exceeded' in error.message)\n"
    )

    answer = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False)

    assert answer.stdout.splitlines() == ["241 True"], answer.stderr


def test_one_statement_cannot_take_all_memory(tmp_path):
    program = OPEN + (
        "e = E(Path(sys.argv[1]), memory_limit_bytes=400 * 2**20)\n"
        "try: e.query('SELECT length(groupArray(number)) AS n FROM numbers(200000000)')\n"
        "except Exception as error: print(error.code)\n"
        "print(e.query('SELECT 1 AS n'))"
    )

    answer = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False)

    assert answer.stdout.splitlines() == ["241", "{'n': [1]}"], answer.stderr


def test_a_second_process_on_the_folder_is_refused_by_name(engine):
    folder = str(engine._folder)

    answer = subprocess.run(
        [sys.executable, "-c", OPEN + "E(Path(sys.argv[1]))", folder], capture_output=True, text=True, check=False
    )

    assert answer.returncode != 0
    assert f"The data folder {folder} is in use by another server (process {os.getpid()})" in answer.stderr


@pytest.mark.parametrize("name", ["a?b", "a#b", "a%20b", "a&b=c", "a:b"])
def test_a_folder_whose_name_the_engine_would_misread_is_refused(tmp_path, name):
    with pytest.raises(StartRefused, match="has one of"):
        EmbeddedEngine(tmp_path / name)

    assert not (tmp_path / name).exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(StartRefused, match="cannot be written"):
        EmbeddedEngine(tmp_path / "file" / "below")


@pytest.mark.parametrize("name", ["with space", "snö", "quote'd", "plus+"])
def test_a_folder_with_an_unusual_name_works_and_nothing_is_left_where_the_server_runs(tmp_path, name):
    program = OPEN + (
        "from spanorigin_server.store import tables, writer\n"
        "e = E(Path(sys.argv[1])); tables.prepare(e)\n"
        "scope = writer.ScopeSpans('s', '', '', '', '', '', {}, '', '', {}, b'')\n"
        "print(writer.Writer(e).write([writer.Body(1, [scope])])); e.close()"
    )
    working = tmp_path / "working"
    working.mkdir()
    working.chmod(0o555)

    answer = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / name)], cwd=working, capture_output=True, text=True, check=False
    )

    assert answer.stdout.startswith("[Outcome("), answer.stderr
    assert list(working.iterdir()) == []


def test_canary_a_schema_sent_along_leaves_a_folder_where_the_server_runs(tmp_path):
    """When this fails, the engine has mended it, and the schema's file in the data folder can go."""
    program = OPEN + (
        "e = E(Path(sys.argv[1])); e.execute('CREATE TABLE t (a UInt64) ENGINE = Memory')\n"
        "s = e._session().send_insert(\"INSERT INTO t SETTINGS format_schema_source='string', "
        'format_schema=\'syntax = \\"proto3\\"; message M { uint64 a = 1; }\', "\n'
        "    \"format_schema_message_name='M'\", 'Protobuf')\n"
        "s.append(bytes([2, 8, 5])); s.finish()"
    )
    working = tmp_path / "working"
    working.mkdir()

    subprocess.run([sys.executable, "-c", program, str(tmp_path / "data")], cwd=working, check=True)

    assert [path.name for path in working.iterdir()] == ["__cache__"]


def test_the_engine_has_taken_each_limit_that_it_was_given(engine):
    # One that it does not know, or knows by another name, it passes over without a word.
    given = {
        "mark_cache_size": 64 * MEBIBYTE,
        "index_mark_cache_size": 32 * MEBIBYTE,
        "query_condition_cache_size": 32 * MEBIBYTE,
        "max_server_memory_usage": 2048 * MEBIBYTE,
        "memory_worker_purge_dirty_pages_threshold_ratio": 0.05,
    }

    found = engine.query(
        "SELECT name, value FROM system.server_settings WHERE has({names:Array(String)}, name)", {"names": list(given)}
    )

    assert {name: float(value) for name, value in zip(found["name"], found["value"], strict=True)} == given


def test_a_store_written_by_a_newer_release_is_refused(engine):
    tables.prepare(engine)
    engine.execute("INSERT INTO spanorigin.schema_version (version) VALUES (99)")

    with pytest.raises(StartRefused, match="newer release"):
        tables.prepare(engine)


def test_tables_are_prepared_again_and_again_without_losing_a_span(tmp_path_factory):
    # In a process of its own: this one's engine is on another folder.
    program = OPEN + (
        "from spanorigin_server.store import tables\n"
        "e = E(Path(sys.argv[1])); tables.prepare(e)\n"
        "e.execute(\"INSERT INTO spanorigin.spans (name) VALUES ('x')\"); tables.prepare(e)\n"
        "print(e.query('SELECT name FROM spanorigin.spans'), e.query('SELECT version FROM spanorigin.schema_version'))"
    )
    folder = str(tmp_path_factory.mktemp("again"))

    answer = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=True)

    assert answer.stdout == f"{{'name': ['x']}} {{'version': [{tables.SCHEMA_VERSION}]}}\n"


def test_a_closed_engine_says_so(tmp_path):
    program = OPEN + (
        "e = E(Path(sys.argv[1])); e.close()\ntry: e.query('SELECT 1')\nexcept Exception as error: print(error.slug)"
    )

    answer = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)

    assert answer.stdout == "store-closed\n"
