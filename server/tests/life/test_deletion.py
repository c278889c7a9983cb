"""Spans that were deleted are in no answer any more, and after a while not on the disk either; others stay."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import pytest
from spanorigin_server.life.limits import Limits
from spanorigin_server.life.retention import Retention
from spanorigin_server.store.upkeep import Upkeep

from .whole import Whole


def delete(server: Whole, status: int = 200, **body: Any) -> dict[str, Any]:
    return server.ask("POST", "/api/v1/deletions", status, json=body)


def of_service(server: Whole, service: str) -> int:
    page = server.client.get("/api/v1/spans", params={"q": f"service:{service}", "limit": 1000})
    return len(page.json()["spans"])


def by_line(server: Whole, path: str) -> int:
    rows = server.client.get("/api/v1/origins", params={"path": path}).json()["origins"]
    return sum(row["count"] for row in rows)


def test_traces_that_were_deleted_are_in_no_answer_and_others_are(whole):
    gone, also_gone, kept = (whole.send("shop", 3) for _ in range(3))

    answer = delete(whole, trace_ids=[gone.hex(), also_gone.hex().upper()])

    assert answer == {"spans": 6, "is_rehearsal": False}
    assert (whole.count(gone), whole.count(also_gone), whole.count(kept)) == (0, 0, 3)
    assert whole.client.get(f"/api/v1/traces/{gone.hex()}").status_code == 404
    listed = whole.client.get("/api/v1/spans", params={"q": "service:shop", "limit": 1000}).json()["spans"]
    assert gone.hex() not in {span["trace_id"] for span in listed}
    assert delete(whole, trace_ids=[gone.hex()])["spans"] == 0


def test_a_service_that_was_deleted_is_gone_from_lists_and_from_counts(whole):
    whole.send("leaving", 7)
    whole.send("leaving", 5, given={"code.file.path": "/app/leave.py", "code.line.number": 3})
    whole.send("staying", 4)
    assert (of_service(whole, "leaving"), by_line(whole, "/app/leave.py")) == (12, 5)

    answer = delete(whole, service="leaving")

    assert answer["spans"] == 12
    assert of_service(whole, "leaving") == 0
    assert of_service(whole, "staying") == 4
    # By line, which is read from the projection.
    assert by_line(whole, "/app/leave.py") == 0


def test_of_a_service_what_began_later_stays(whole):
    now_ns = time.time_ns()
    old = {"start_time_unix_nano": now_ns - 10**12, "end_time_unix_nano": now_ns - 10**12 + 5}
    gone, kept = whole.send("aging", 2, **old), whole.send("aging", 3)

    answer = delete(whole, service="aging", before=str(now_ns - 10**11))

    assert answer["spans"] == 2
    assert (whole.count(gone), whole.count(kept)) == (0, 3)


def test_a_rehearsal_counts_and_deletes_nothing(whole):
    kept = whole.send("rehearsed", 6)

    answer = delete(whole, service="rehearsed", is_rehearsal=True)

    assert answer == {"spans": 6, "is_rehearsal": True}
    assert whole.count(kept) == 6


def test_what_was_deleted_leaves_the_disk_with_the_next_look(whole):
    secret = os.urandom(24).hex()
    whole.send("secretive", 200, given={"password": secret})
    upkeep = Upkeep(whole.engine)
    delete(whole, service="secretive")
    assert any(day.has_deleted for day in upkeep.days())

    Retention(upkeep, Limits).look()

    assert not any(day.has_deleted for day in upkeep.days())
    held = whole.engine.query("SELECT sum(rows) AS rows FROM system.parts WHERE table = 'spans' AND active")["rows"][0]
    assert held == whole.engine.query("SELECT count() AS spans FROM spanorigin.spans")["spans"][0]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"trace_ids": ["a" * 32], "service": "shop"},
        {"trace_ids": []},
        {"trace_ids": ["a" * 31]},
        {"trace_ids": ["g" * 32]},
        {"trace_ids": ["a" * 32] * 1001},
        {"trace_ids": ["a" * 32], "before": "1"},
        {"service": ""},
        {"service": "a\0b"},
        {"service": "shop", "before": "yesterday"},
        {"service": "shop", "before": "9" * 19},
        {"service": "shop", "all": True},
    ],
    ids=lambda body: "-".join(body) or "nothing",
)
def test_what_is_no_deletion_is_refused_and_deletes_nothing(whole, body):
    kept = whole.send("shop", 2)

    answer = delete(whole, 400, **body)

    assert answer["error"]["slug"] == "deletion-unreadable"
    assert whole.count(kept) == 2


def test_a_body_without_end_is_refused(whole):
    answer = whole.client.post("/api/v1/deletions", content=json.dumps({"service": "x" * 100_000}).encode())

    assert answer.status_code == 413
    assert answer.json()["error"]["slug"] == "deletion-unreadable"
