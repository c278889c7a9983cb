"""The audit log: every change has its line before it has its answer."""

from __future__ import annotations

import json
import stat
import threading

import pytest
from spanorigin_server.access import command
from spanorigin_server.access.audit import FILE_NAME, Audit, AuditNotWritten
from spanorigin_server.access.scopes import Right

from .conftest import ADDRESS, Shut

DRAFT = {"name": "audited", "address": "/explore"}


def newest(shut: Shut, limit: int = 1) -> list[dict]:
    answer = shut.client.get(f"/api/v1/audit?limit={limit}", headers=shut.bearer(Right.ADMIN))
    assert answer.status_code == 200
    return answer.json()["entries"]


def test_a_change_is_noted_with_who_what_from_where_and_its_answer(shut):
    _, secret = shut.tokens.add("editor", [Right.WRITE])
    headers = {"authorization": f"Bearer {secret}"}

    made = shut.client.post("/api/v1/views", json=DRAFT, headers=headers).json()
    shut.client.delete(f"/api/v1/views/{made['id']}", headers=headers)
    shut.client.delete(f"/api/v1/views/{made['id']}", headers=headers)

    entries = newest(shut, 3)
    assert [(entry["what"], entry["status"]) for entry in entries] == [
        (f"DELETE /api/v1/views/{made['id']}", 404),
        (f"DELETE /api/v1/views/{made['id']}", 204),
        ("POST /api/v1/views", 201),
    ]
    assert {(entry["who"], entry["kind"], entry["origin"]) for entry in entries} == {
        ("token editor", "token", "testclient")
    }
    assert secret not in (shut.folder / FILE_NAME).read_text()


def test_reading_and_sending_leave_no_line(shut):
    before = newest(shut, 1000)

    shut.client.get("/api/v1/health", headers=shut.bearer(Right.READ))
    shut.client.post(
        "/v1/traces", content=b"", headers={"content-type": "application/x-protobuf"} | shut.bearer(Right.INGEST)
    )

    assert newest(shut, 1000) == before


def test_signing_in_and_out_is_noted(shut):
    browser = shut.browser()
    browser.post("/sign-in", data={"token": "nonsense"}, headers={"origin": ADDRESS})
    browser.post("/sign-in", data={"token": shut.secret(Right.READ)}, headers={"origin": ADDRESS})
    browser.post("/sign-out", headers={"origin": ADDRESS})

    noted = [entry["what"] for entry in newest(shut, 3)]
    assert noted == ["sign-out", "sign-in", "sign-in with a token that is none"]


def test_without_a_log_nothing_is_changed(shut, monkeypatch):
    headers = shut.bearer(Right.WRITE, Right.READ)
    folder = shut.folder / "elsewhere"
    folder.write_text("a file where a folder should be")
    gate_audit = shut.gate.audit
    shut.gate.audit = Audit(folder)
    try:
        answer = shut.client.post("/api/v1/views", json=DRAFT | {"name": "unlogged"}, headers=headers)
    finally:
        shut.gate.audit = gate_audit

    assert (answer.status_code, answer.json()["error"]["slug"]) == (503, "audit-not-written")
    assert "unlogged" not in shut.client.get("/api/v1/views", headers=headers).text


def test_the_command_notes_what_it_does(tmp_path, capsys):
    command.main(["add", "ci", "--right", "ingest", "--data", str(tmp_path)])
    command.main(["revoke", "ci", "--data", str(tmp_path)])

    revoked, made = Audit(tmp_path).newest(10)
    assert made.what.startswith("token ci (")
    assert made.what.endswith("made: ingest")
    assert revoked.what.endswith("revoked")
    assert {made.kind, revoked.kind} == {"command"}
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_pages_are_turned_and_the_newest_kept(tmp_path):
    audit = Audit(tmp_path, file_bytes=1000, files_kept=3)

    for number in range(100):
        audit.add("ada", "person", "here", f"change {number}", 200)

    files = sorted(path.name for path in tmp_path.glob("audit*.jsonl"))
    assert len(files) == 3
    assert all((tmp_path / name).stat().st_size <= 1000 for name in files)
    kept = [entry.what for entry in audit.newest(1000)]
    assert kept == [f"change {number}" for number in range(99, 99 - len(kept), -1)]
    assert len(kept) > 10


def test_entries_are_asked_for_page_by_page(tmp_path):
    times = iter(range(1000, 2000))
    audit = Audit(tmp_path, now_ns=lambda: next(times))
    for number in range(10):
        audit.add("ada", "person", "here", str(number))

    first = audit.newest(4)
    second = audit.newest(4, int(first[-1].at_ns))

    assert [entry.what for entry in first + second] == list("98765432")


def test_lines_that_are_added_at_once_are_all_there_and_whole(tmp_path):
    def add(name: int) -> None:
        audit = Audit(tmp_path, file_bytes=2000, files_kept=100)
        for number in range(20):
            audit.add(str(name), "person", "here", str(number))

    adding = [threading.Thread(target=add, args=(name,)) for name in range(4)]
    for thread in adding:
        thread.start()
    for thread in adding:
        thread.join()

    lines = [line for file in tmp_path.glob("audit*.jsonl") for line in file.read_text().splitlines()]
    assert len(lines) == 80
    assert len({(json.loads(line)["who"], json.loads(line)["what"]) for line in lines}) == 80


def test_a_line_that_was_cut_off_hides_no_other(tmp_path):
    audit = Audit(tmp_path)
    audit.add("ada", "person", "here", "first")
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write('{"at_ns": "1\n')
    audit.add("ada", "person", "here", "second")

    assert [entry.what for entry in audit.newest(10)] == ["second", "first"]


def test_a_failure_to_write_is_counted_and_told(tmp_path, capsys):
    folder = tmp_path / "file"
    folder.write_text("")
    audit = Audit(folder)

    audit.add("ada", "person", "here", "a change")

    assert audit.failures == 1
    assert "a change" in capsys.readouterr().err
    with pytest.raises(AuditNotWritten, match="cannot be written"):
        audit.check()
