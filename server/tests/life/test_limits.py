"""How long spans are kept is chosen on a page, unless an option of the start has said it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from spanorigin_server.life.limits import FILE_NAME, KeptLimits, Limits, routes
from spanorigin_server.records import StoreFailed
from spanorigin_server.store.upkeep import Day
from spanorigin_server.workers import Workers
from starlette.applications import Starlette
from starlette.testclient import TestClient

PATH = "/api/v1/retention"
GIBIBYTE = 1024**3


class OneDay:
    """Stands for the store: a day that is held, of spans that are this server's own."""

    def check_is_ours(self) -> None: ...

    def days(self) -> list[Day]:
        return [Day("20261121", 1_795_348_800, 7, 2048, has_deleted=False)]


def asked(limits: KeptLimits, method: str = "GET", body: Any = None) -> Any:
    workers = Workers()
    try:
        app = Starlette(routes=routes(limits, OneDay(), workers))  # type: ignore[arg-type]
        return TestClient(app).request(method, PATH, json=body)
    finally:
        workers.close()


def test_nothing_is_limited_until_somebody_chooses(tmp_path: Path):
    answer = asked(KeptLimits(tmp_path, Limits()))

    assert answer.json() == {
        "keep_days": None,
        "keep_gb": None,
        "fixed": [],
        "days": [{"day": "20261121", "spans": 7, "bytes": 2048}],
    }


def test_what_was_chosen_holds_at_once_and_after_a_restart(tmp_path: Path):
    limits = KeptLimits(tmp_path, Limits())

    answer = asked(limits, "PUT", {"keep_days": 30, "keep_gb": None})

    assert (answer.status_code, answer.json()["keep_days"]) == (200, 30)
    assert limits.now() == Limits(days=30)
    assert KeptLimits(tmp_path, Limits()).now() == Limits(days=30)


def test_an_option_of_the_start_wins_and_is_said_to_be_fixed(tmp_path: Path):
    asked(KeptLimits(tmp_path, Limits()), "PUT", {"keep_days": 30, "keep_gb": 5})

    limits = KeptLimits(tmp_path, Limits(bytes=9 * GIBIBYTE))

    assert limits.now() == Limits(30, 9 * GIBIBYTE)
    assert asked(limits).json()["fixed"] == ["keep_gb"]
    refused = asked(limits, "PUT", {"keep_days": 7, "keep_gb": 5})
    assert (refused.status_code, refused.json()["error"]["slug"]) == (409, "retention-fixed")
    assert "--keep-gb" in refused.json()["error"]["message"]


def test_the_other_limit_is_free_and_what_was_chosen_for_the_fixed_one_is_not_lost(tmp_path: Path):
    asked(KeptLimits(tmp_path, Limits()), "PUT", {"keep_days": None, "keep_gb": 5})

    answer = asked(KeptLimits(tmp_path, Limits(bytes=9 * GIBIBYTE)), "PUT", {"keep_days": 7, "keep_gb": 9})

    assert answer.status_code == 200
    assert KeptLimits(tmp_path, Limits()).now() == Limits(7, 5 * GIBIBYTE)


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"keep_days": 0, "keep_gb": None}, "retention-out-of-range"),
        ({"keep_days": 40_000, "keep_gb": None}, "retention-out-of-range"),
        ({"keep_days": None, "keep_gb": -1}, "retention-out-of-range"),
        ({"keep_days": "30"}, "retention-unreadable"),
        ({"keep_day": 30}, "retention-unreadable"),
        ([], "retention-unreadable"),
    ],
    ids=["none", "too many", "negative", "text", "misspelt", "a list"],
)
def test_what_is_no_limit_is_refused_and_changes_nothing(tmp_path: Path, body: Any, slug: str):
    limits = KeptLimits(tmp_path, Limits())

    answer = asked(limits, "PUT", body)

    assert (answer.status_code, answer.json()["error"]["slug"]) == (400, slug)
    assert not (tmp_path / FILE_NAME).exists()


def test_a_damaged_file_removes_nothing_on_a_guess(tmp_path: Path):
    (tmp_path / FILE_NAME).write_text('{"keep_days": 3')

    with pytest.raises(StoreFailed, match=FILE_NAME):
        KeptLimits(tmp_path, Limits()).now()
