"""A backup that was made while spans came in is restored to what the server kept at one moment, in every column."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from spanorigin_server.life import command
from spanorigin_server.store.migrations import SCHEMA_VERSION
from spanorigin_tests.otlp import request_of, span_of
from spanorigin_tests.processes import ServerProcess, run

THIS_SCHEMA = b'"schema": %d' % SCHEMA_VERSION
# One engine a process: a folder is looked into by a process of its own.
_ROWS = """
import sys, msgspec
from pathlib import Path
from spanorigin_server.store.engine import EmbeddedEngine
engine = EmbeddedEngine(Path(sys.argv[1]))
columns = engine.query("SELECT name FROM system.columns WHERE table = 'spans' AND database = 'spanorigin'")["name"]
texts = ", ".join(f"toString({name})" if name != "trace_id" else "lower(hex(trace_id))" for name in columns)
rows = engine.query(f"SELECT concatWithSeparator('|', {texts}) AS row, toUnixTimestamp64Nano(received_ts) AS request "
    "FROM spanorigin.spans ORDER BY request, row")
sys.stdout.buffer.write(msgspec.json.encode(rows))
engine.close()
"""


def rows_of(folder: Path) -> dict[int, list[str]]:
    """Every stored row as text, by the request it came with."""
    output = subprocess.run([sys.executable, "-c", _ROWS, str(folder)], capture_output=True, check=True).stdout
    columns = json.loads(output)
    found: dict[int, list[str]] = {}
    for name, row in zip(columns.get("request", ()), columns.get("row", ()), strict=True):
        found.setdefault(name, []).append(row)
    return found


def many_shapes(number: int) -> bytes:
    """A request whose spans lie on two days, one with everything that a span may have."""
    day_ago_ns = time.time_ns() - 86_400 * 10**9
    full = span_of(
        f"full {number}",
        given={
            "text": "ä|\t\n",
            "whole": number,
            "number": 0.1,
            "truth": True,
            "list": [1, "b", [2.5]],
            "raw": b"\0\xff",
        },
        trace_state="a=b",
    )
    full.events.add(name="raised", time_unix_nano=time.time_ns()).attributes.extend(full.attributes)
    full.links.add(trace_id=os.urandom(16), span_id=os.urandom(8)).attributes.extend(full.attributes)
    full.status.code, full.status.message = 2, "it failed"
    placed = span_of("placed", given={"code.file.path": "/app/orders.py", "code.line.number": number % 7 + 1})
    old = span_of("old", start_time_unix_nano=day_ago_ns, end_time_unix_nano=day_ago_ns + number)
    resource = {"service.name": f"shop-{number % 3}", "host.name": "ä", "process.pid": number}
    return request_of(full, placed, old, resource=resource).SerializeToString()


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, Any]:
    """A server that takes requests while a backup is made; what it answered before and after that; and it, restored."""
    folder = tmp_path_factory.mktemp("backup")
    file = folder / "spans.tar"
    with ServerProcess(folder / "data") as server:
        for number in range(6):
            assert server.post(many_shapes(number)) == 200
        body = json.dumps({"service": "shop-2"}).encode()
        assert server.request("POST", "/api/v1/deletions", body, content_type="application/json")[0] == 200
        view = json.dumps({"name": "mine", "address": "/explore?q=status:error"}).encode()
        assert server.request("POST", "/api/v1/views", view, content_type="application/json")[0] == 201
        rule = json.dumps({"from": "/srv", "repository": "shop"}).encode()
        assert server.request("POST", "/api/v1/path-rules", rule, content_type="application/json")[0] == 201
        stopping = threading.Event()

        def send() -> None:
            number = 10
            while not stopping.is_set():
                assert server.post(many_shapes(number)) == 200
                number += 1

        senders = [threading.Thread(target=send) for _ in range(3)]
        for sender in senders:
            sender.start()
        time.sleep(0.7)
        began_ns = time.time_ns()
        code = command.backup([str(file), "--server", server.address])
        ended_ns = time.time_ns()
        time.sleep(0.3)
        stopping.set()
        for sender in senders:
            sender.join()
        shadows = list((folder / "data" / "shadow").glob("spanorigin*"))
        server.stop()
    restoring = run("restore", str(file), "--data", str(folder / "restored"))
    return {
        "folder": folder, "file": file, "code": code, "began_ns": began_ns, "ended_ns": ended_ns,
        "shadows": shadows, "restoring": restoring,
    }  # fmt: skip


def test_a_restored_backup_is_what_the_server_kept_at_one_moment(made):
    source, restored = rows_of(made["folder"] / "data"), rows_of(made["folder"] / "restored")

    assert made["code"] == 0
    assert made["restoring"].returncode == 0, made["restoring"].stderr
    # Each request whole, in every column, or not at all.
    assert all(rows == source[name] for name, rows in restored.items())
    # Nothing missing that came a second before, and nothing there that came after.
    assert {name for name in source if name < made["began_ns"] - 10**9} <= set(restored)
    assert all(name < made["ended_ns"] for name in restored)
    assert 0 < len(restored) < len(source)
    assert f"{sum(map(len, restored.values())):,} spans are restored" in made["restoring"].stdout


def test_a_restored_server_serves_and_has_the_saved_views_and_path_rules(made):
    with ServerProcess(made["folder"] / "restored") as server:
        health = server.get("/api/v1/health")
        views = server.get("/api/v1/views")["views"]
        rules = server.get("/api/v1/path-rules")["rules"]
        assert server.post(many_shapes(1)) == 200
        after = server.get("/api/v1/health")
        server.stop()

    assert health["spans"] > 0
    assert [view["name"] for view in views] == ["mine"]
    assert [(rule["from"], rule["repository"]) for rule in rules] == [("/srv", "shop")]
    assert after["spans"] == health["spans"] + 3


def test_nothing_of_a_backup_is_left_in_the_data_folder(made):
    assert made["shadows"] == []
    assert sorted(path.name for path in made["folder"].iterdir()) == ["data", "restored", "spans.tar"]


def test_a_backup_is_not_written_over_a_file(made, tmp_path, capsys):
    file = tmp_path / "precious"
    file.write_text("precious")
    with ServerProcess(tmp_path / "data") as server:
        code = command.backup([str(file), "--server", server.address])

    assert code == 2
    assert "[file-not-written]" in capsys.readouterr().err
    assert file.read_text() == "precious"


def test_spans_are_not_mixed_with_others(made):
    refused = run("restore", str(made["file"]), "--data", str(made["folder"] / "restored"))

    assert refused.returncode == 2
    assert "[restore-not-empty]" in refused.stderr


def rewritten(file: Path, target: Path, change: Any) -> Path:
    """A copy of a tar file; `change` answers with what to put for a member: its name and content."""
    with tarfile.open(file) as source, tarfile.open(target, "w") as written:
        for member in source:
            name, content = change(member.name, source.extractfile(member).read())
            copied = tarfile.TarInfo(name)
            copied.size = len(content)
            written.addfile(copied, io.BytesIO(content))
    return target


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("damage", "slug"),
    [
        (lambda file, to: to.write_bytes(file.read_bytes()[: file.stat().st_size // 2]), "backup-not-a-backup"),
        (lambda file, to: to.write_bytes(b"hello"), "backup-not-a-backup"),
        (lambda file, to: to.write_bytes(b""), "backup-not-a-backup"),
        (
            lambda file, to: rewritten(file, to, lambda name, content: (name.replace("spans/", "../spans/"), content)),
            "restore-not-whole",
        ),
        (
            lambda file, to: rewritten(
                file, to, lambda name, content: (name.replace("columns.txt", "../../columns.txt"), content)
            ),
            "backup-not-a-backup",
        ),
        (
            lambda file, to: rewritten(
                file, to, lambda name, content: (name, content.replace(THIS_SCHEMA, b'"schema": 99'))
            ),
            "backup-of-another-schema",
        ),
        (
            lambda file, to: rewritten(
                file, to, lambda name, content: (name, flipped(content) if name.endswith("data.bin") else content)
            ),
            "restore-not-whole",
        ),
    ],
    ids=["cut", "text", "nothing", "no-parts", "leads-out", "schema", "flipped"],
)
def test_what_is_not_a_whole_backup_is_refused_and_leaves_an_empty_store(made, tmp_path, damage, slug):
    damaged = tmp_path / "damaged.tar"
    damage(made["file"], damaged)

    refused = run("restore", str(damaged), "--data", str(tmp_path / "data"))

    assert refused.returncode == 2
    assert f"[{slug}]" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert rows_of(tmp_path / "data") == {} if (tmp_path / "data" / "metadata").exists() else True
    assert sorted(path.name for path in tmp_path.iterdir()) in (["damaged.tar"], ["damaged.tar", "data"])
