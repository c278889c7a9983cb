"""The address of a store is read whole or refused with what is wrong with it, and never tells its password."""

from __future__ import annotations

from pathlib import Path

import pytest
from spanorigin_server.records import StartRefused
from spanorigin_server.store.address import StoreAddress, store_address


def test_the_shortest_address_has_the_usual_values():
    assert store_address("clickhouse://db") == StoreAddress([("db", 8123)], False, "default", "")


def test_everything_can_be_said(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("p@ss\n")

    found = store_address(
        f"clickhouses://me%40here@a,b:9000,[::1]:1/traces?cluster=main-2&password_file={secret}&ca=/ca.pem&key=/k"
    )

    assert found.hosts == [("a", 8443), ("b", 9000), ("::1", 1)]
    assert (found.is_secure, found.user, found.password) == (True, "me@here", "p@ss")
    assert (found.database, found.cluster) == ("traces", "main-2")
    assert (found.ca, found.key, found.cert) == (Path("/ca.pem"), Path("/k"), None)
    assert found.told == "clickhouses://a:8443,b:9000,[::1]:1/traces, cluster main-2"


@pytest.mark.parametrize(("text", "table"), [("otel", "otel_traces"), ("o.t", "t")])
def test_a_collectors_table_is_named_with_its_database(text: str, table: str):
    found = store_address(f"clickhouse://db?collector={text}")

    assert found.collector == (text.partition(".")[0], table)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://db", "begins with neither"),
        ("clickhouse://", "names no host"),
        ("clickhouse://db:port", "no host"),
        ("clickhouse://db/a-b", "no name of letters"),
        ("clickhouse://db/x`; DROP TABLE y", "no name of letters"),
        ("clickhouse://db?cluster=a'b", "no name of letters"),
        ("clickhouse://db?collector=a.b.c", "names no table"),
        ("clickhouse://db?clustre=a", "has an option 'clustre'"),
        ("clickhouse://db?cluster", "bad query"),
        ("clickhouse://db?password_file=/nowhere/x", "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(text: str, why: str):
    with pytest.raises(StartRefused, match=why) as refusal:
        store_address(text)

    assert refusal.value.slug == "store-address"


@pytest.mark.parametrize(
    "text", ["clickhouse://u:hunter2@db/a-b", "clickhouse://u:hunter2@db?x=1", "clickhous://u:hunter2@"]
)
def test_a_refusal_does_not_repeat_the_password(text: str):
    with pytest.raises(StartRefused) as refusal:
        store_address(text)

    assert "hunter2" not in refusal.value.message
