"""Spans that are exported and imported again are the same in every column; files of others are taken as they are."""

from __future__ import annotations

import gzip
import io
import json
import os
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from spanorigin_server.ingest.body import zstd
from spanorigin_server.life import command, importing
from spanorigin_server.life.asking import Asking, Unanswered
from spanorigin_server.life.importing import NotOtlp, entries_of, sent
from spanorigin_tests.otlp import request_of, span_of
from spanorigin_tests.processes import ServerProcess

from .test_backup import many_shapes, rows_of

DAY_NS = 86_400 * 10**9


def without_receipt(rows: dict[int, list[str]]) -> list[str]:
    """Rows without when they were received, which is their last column."""
    return sorted(row.rpartition("|")[0] for of_request in rows.values() for row in of_request)


def odd_spans() -> bytes:
    """What has a form of its own in JSON or in the store."""
    bare = span_of("", trace_state="", kind=0)
    bare.end_time_unix_nano = bare.start_time_unix_nano
    floats = span_of("floats", given={"nan": float("nan"), "inf": float("inf"), "minus": -float("inf"), "tiny": 5e-324})
    large = span_of("large", given={"low": -(2**63), "high": 2**63 - 1, "line": "a\nb\u2028c"})
    dropped = span_of("dropped", dropped_attributes_count=3, dropped_events_count=4, dropped_links_count=5, flags=257)
    nested = span_of("nested", given={"map": {"a": [1, None, {"b": False}], "c": 1.5}, "empty": [], "none": {}})
    nested.parent_span_id = os.urandom(8)
    request = request_of(bare, floats, large, dropped, nested)
    request.resource_spans[0].resource.Clear()
    scope = request.resource_spans[0].scope_spans[0].scope
    scope.name, scope.version = "lib", "1.2"
    scope.attributes.extend(large.attributes)
    return request.SerializeToString()


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> dict[str, Any]:
    """A server's spans in all three forms, and what it kept."""
    folder = tmp_path_factory.mktemp("exported")
    with ServerProcess(folder / "data") as server:
        for number in range(40):
            assert server.post(many_shapes(number)) == 200
        assert server.post(odd_spans()) == 200
        codes = [
            command.main(["export", str(folder / name), "--server", server.address])
            for name in ("all.jsonl", "all.otlp", "all.parquet")
        ]
        some = ["export", str(folder / "some.jsonl"), "--server", server.address, "--query", "service:shop-1"]
        codes.append(command.main([*some, "--from", str(time.time_ns() - DAY_NS // 2)]))
        codes.append(
            command.main(["export", str(folder / "none.otlp"), "--server", server.address, "--query", "service:x"])
        )
        left = list((folder / "data").rglob("*.parquet"))
        server.stop()
    return {"folder": folder, "codes": codes, "rows": without_receipt(rows_of(folder / "data")), "left": left}


@pytest.mark.parametrize("name", ["all.jsonl", "all.otlp"])
def test_what_is_exported_and_imported_is_the_same_in_every_column(exported, tmp_path, name):
    with ServerProcess(tmp_path / "data") as server:
        code = command.main(["import", str(exported["folder"] / name), "--server", server.address])
        server.stop()

    assert exported["codes"] == [0, 0, 0, 0, 0]
    assert code == 0
    assert len(exported["rows"]) == 125
    assert without_receipt(rows_of(tmp_path / "data")) == exported["rows"]


def test_an_export_has_the_spans_that_were_asked_for_and_no_others(exported):
    requests = [json.loads(line) for line in (exported["folder"] / "some.jsonl").read_text().splitlines()]
    resources = [resource for request in requests for resource in request["resourceSpans"]]
    services = {
        attribute["value"]["stringValue"]
        for resource in resources
        for attribute in resource["resource"]["attributes"]
        if attribute["key"] == "service.name"
    }
    names = {span["name"] for resource in resources for scope in resource["scopeSpans"] for span in scope["spans"]}

    assert services == {"shop-1"}
    assert "old" not in names
    assert len(names) == 14  # 13 of `full …`, and `placed`
    assert (exported["folder"] / "none.otlp").read_bytes() == b""


def test_parquet_has_every_span_with_its_columns(exported):
    table = pyarrow.parquet.read_table(exported["folder"] / "all.parquet")
    placed = table.filter(pyarrow.compute.equal(table["name"], "placed")).to_pylist()

    assert table.num_rows == 125
    assert {"trace_id", "start_ns", "duration_ns", "origin_path", "origin_line", "attrs_str", "resource"} <= set(
        table.column_names
    )
    assert {row["origin_path"] for row in placed} == {"/app/orders.py"}
    assert {row["origin_line"] for row in placed} == set(range(1, 8))
    assert all(len(row["trace_id"]) == 32 and row["kind"] == "server" for row in placed)
    assert exported["left"] == []


def test_a_search_that_cannot_be_read_is_refused_and_leaves_no_file(exported, tmp_path, capsys):
    with ServerProcess(tmp_path / "data") as server:
        asked = ["export", str(tmp_path / "out.jsonl"), "--server", server.address, "--query", "(a"]
        code = command.main(asked)

    assert code == 2
    assert "spanorigin: " in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()


class Recorder(Asking):
    """Takes what is sent; before each, the failures it was told to have."""

    def __init__(self, *failures: int) -> None:
        super().__init__("http://localhost:1")
        self.taken: list[tuple[bytes, str]] = []
        self.failures = list(failures)

    def ask(self, method, path, body=None, headers=None) -> Any:
        if self.failures and (status := self.failures.pop(0)):
            raise Unanswered("No.", slug="server-refused", status=status, retry_after_s=7)
        self.taken.append((body, headers["content-type"]))
        return io.BytesIO(b"{}" if "json" in headers["content-type"] else b"")


def bodies(count: int) -> list[bytes]:
    return [request_of(span_of(f"n{number}")).SerializeToString() for number in range(count)]


def framed(*contents: bytes) -> bytes:
    return b"".join(len(content).to_bytes(4, "big") + content for content in contents)


SPAN = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331"}
LINE = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [SPAN]}]}]}).encode()
BODIES = bodies(3)


@pytest.mark.parametrize(
    ("content", "expected", "content_type"),
    [
        (LINE + b"\n" + LINE + b"\n", [LINE + b"\n", LINE + b"\n"], "json"),
        (b"\n" + LINE + b"\n\n" + LINE, [LINE + b"\n", LINE], "json"),
        (gzip.compress(LINE + b"\n"), [LINE + b"\n"], "json"),
        (zstd.compress(LINE + b"\n"), [LINE + b"\n"], "json"),
        (json.dumps(json.loads(LINE), indent=2).encode(), [json.dumps(json.loads(LINE), indent=2).encode()], "json"),
        (framed(*BODIES), BODIES, "protobuf"),
        (gzip.compress(framed(*BODIES)), BODIES, "protobuf"),
        # As the Collector's file exporter has it with `compression: zstd`: every message by itself.
        (framed(*(zstd.compress(body) for body in BODIES)), BODIES, "protobuf"),
        (framed(zstd.compress(LINE), zstd.compress(LINE)), [LINE, LINE], "json"),
        (BODIES[0], BODIES[:1], "protobuf"),
        (b"", [], ""),
        (b"\n\n", [], ""),
    ],
    ids=["lines", "blank-lines", "gzip", "zstd", "laid-out", "frames", "gzip-frames", "zstd-each", "zstd-json", "one",
         "nothing", "blank"],
)  # fmt: skip
def test_files_of_every_form_are_read(tmp_path, content, expected, content_type):
    file = tmp_path / "file"
    file.write_bytes(content)
    server = Recorder()

    done = sent(server, entries_of(file))

    assert [body for body, _ in server.taken] == expected
    assert all(content_type in given for _, given in server.taken)
    assert (done.entries, done.spans) == (len(expected), len(expected))


def test_entries_about_logs_are_passed_over_and_entries_before_the_start_too(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(LINE + b"\n" + b'{"resourceLogs":[]}\n' + LINE + b"\n")
    server = Recorder()

    done = sent(server, entries_of(file), start=2)

    assert (done.entries, done.spans, done.others) == (1, 1, 1)


@pytest.mark.parametrize(
    "content",
    [b"{]", b"hello", LINE + b"\n{", framed(*BODIES)[:-3], framed(BODIES[0], b"\xff\xff"), b'{"a":1}', b"\x1f\x8bno",
     b'{"resourceSpans":1}', zstd.compress(LINE)[:-3], gzip.compress(LINE)[:10] + b"\xff" * 40],
    ids=["brackets", "text", "half", "cut", "no-message", "other", "no-gzip", "number", "cut-zstd", "broken-gzip"],
)  # fmt: skip
def test_what_is_not_otlp_is_refused_in_words(tmp_path, content):
    file = tmp_path / "file"
    file.write_bytes(content)

    with pytest.raises(NotOtlp) as refusal:
        sent(Recorder(), entries_of(file))

    assert refusal.value.slug == "file-not-otlp"


@pytest.mark.parametrize(
    "packed",
    [lambda plain: gzip.compress(plain, 1), zstd.compress, lambda plain: framed(zstd.compress(plain))],
    ids=["gzip", "zstd", "zstd-message"],
)
@pytest.mark.parametrize("begin", [b"\n", b"{"], ids=["protobuf", "json"])
def test_an_entry_that_would_not_fit_into_memory_is_refused_before_it_has_grown(tmp_path, monkeypatch, packed, begin):
    monkeypatch.setattr(importing, "_MESSAGE_MOST", 4 * 1024 * 1024)
    file = tmp_path / "file"
    file.write_bytes(packed(begin + bytes(40 * 1024 * 1024)))

    tracemalloc.start()
    with pytest.raises(NotOtlp, match="entry 1 has more than 4 MB"):
        sent(Recorder(), entries_of(file))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    # What came and what it is unpacked into; on some ways the pieces of it besides.
    assert most < 14 * 1024 * 1024


def test_a_server_that_is_busy_is_asked_again_when_it_says(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(framed(*BODIES))
    server, waited = Recorder(0, 429, 503), []

    done = sent(server, entries_of(file), wait=waited.append)

    assert (done.spans, waited) == (3, [7, 7])
    assert [body for body, _ in server.taken] == BODIES


def test_a_server_that_refuses_ends_it_with_the_place_to_go_on(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(framed(*BODIES))

    with pytest.raises(Unanswered, match=r"Entry 2 was not stored: No. 1 spans .* --start 2"):
        sent(Recorder(0, 400), entries_of(file))


def test_deleting_asks_first_and_is_done_with_yes(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with ServerProcess(tmp_path / "data") as server:
        assert (
            server.post(request_of(span_of(), span_of(), resource={"service.name": "gone"}).SerializeToString()) == 200
        )
        asked = command.main(["delete", "--service", "gone", "--server", server.address])
        after_asking = server.get("/api/v1/health")["spans"]
        done = command.main(["delete", "--service", "gone", "--yes", "--server", server.address])
        after = server.get("/api/v1/health")["spans"]
    told = capsys.readouterr()

    assert (asked, after_asking) == (2, 2)
    assert "That would delete 2 spans. Give --yes to do it. [delete-what]" in told.err
    assert (done, after) == (0, 0)
    assert "2 spans are deleted." in told.out


@pytest.mark.parametrize(
    "options", [[], ["--trace", "a", "--service", "b"], ["--trace", "a", "--before", "2026-01-01"]]
)
def test_deleting_wants_to_know_what(options, capsys):
    assert command.main(["delete", *options]) == 2
    assert "[delete-what]" in capsys.readouterr().err


def test_nobody_at_the_address_is_told(tmp_path: Path, capsys):
    code = command.main(["export", str(tmp_path / "x.jsonl"), "--server", "http://127.0.0.1:9"])

    assert code == 2
    assert "[server-not-reachable]" in capsys.readouterr().err
