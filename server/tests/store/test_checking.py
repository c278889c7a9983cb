"""`spanorigin check-store` says of a store what is well, what is not, and what to do, and leaves no span behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from spanorigin_server.command import main as server_main
from spanorigin_server.store.command import main
from spanorigin_tests.clickhouse_front import CLUSTER, Front, front


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(tmp_path_factory.mktemp("served")) as serving:
        yield serving


def test_a_store_that_is_fit_is_said_to_be(served: Front, capsys: pytest.CaptureFixture[str]):
    assert main([served.address]) == 0

    told = capsys.readouterr().out
    assert re.findall(r"^  (\S+) +(\w+(?: trip)?) ", told, re.MULTILINE) == [
        ("ok", "version"), ("ok", "rights"), ("ok", "schema"), ("ok", "round trip"), ("ok", "resending"),
        ("ok", "deletion"),
    ]  # fmt: skip
    assert told.endswith("It is fit.\n")
    assert served.engine.query("SELECT count() AS n FROM spanorigin.spans") == {"n": [0]}


def test_the_second_check_finds_the_tables_of_the_first(served: Front, capsys: pytest.CaptureFixture[str]):
    main([served.address])
    capsys.readouterr()

    assert main([served.address]) == 0
    assert "made just now" not in capsys.readouterr().out


def test_the_address_may_come_from_the_environment(
    served: Front, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SPANORIGIN_STORE", served.address)

    # As `spanorigin-server check-store`, where the agent is not installed.
    assert server_main(["check-store"]) == 0
    assert "It is fit" in capsys.readouterr().out


def test_a_cluster_that_the_server_does_not_know_is_told_with_those_it_knows(
    served: Front, capsys: pytest.CaptureFixture[str]
):
    assert main([f"{served.address}?cluster={CLUSTER}"]) == 1

    told = capsys.readouterr().out
    assert f"NO cluster     the server knows no cluster '{CLUSTER}'; in its remote_servers are: none" in told
    assert told.endswith("It is not fit. docs/clickhouse.md says what a store needs.\n")


def test_a_right_that_is_missing_is_told_as_the_grant_that_gives_it(served: Front, capsys: pytest.CaptureFixture[str]):
    served.refused_rights.append("CREATE FUNCTION ON *.*")
    try:
        assert main([served.address]) == 1
    finally:
        served.refused_rights.clear()

    assert "GRANT CREATE FUNCTION ON *.* TO default" in capsys.readouterr().out


def test_a_store_that_forgets_tokens_is_not_fit(served: Front, capsys: pytest.CaptureFixture[str]):
    main([served.address])
    served.engine.execute("ALTER TABLE spanorigin.spans MODIFY SETTING non_replicated_deduplication_window = 0")
    capsys.readouterr()
    try:
        assert main([served.address]) == 1
    finally:
        served.engine.execute("ALTER TABLE spanorigin.spans MODIFY SETTING non_replicated_deduplication_window = 1000")

    assert "NO resending" in capsys.readouterr().out
    assert served.engine.query("SELECT count() AS n FROM spanorigin.spans") == {"n": [0]}


@pytest.mark.parametrize("address", ["clickhouse://127.0.0.1:1", "http://x", ""])
def test_where_no_server_is_met_the_reason_is_told(
    capsys: pytest.CaptureFixture[str], address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("SPANORIGIN_STORE", raising=False)

    assert main([address] if address else []) == 2
    assert capsys.readouterr().err.startswith("spanorigin: ")
