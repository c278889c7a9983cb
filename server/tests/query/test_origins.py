"""What places in the code cost, what changed there, and what calls what: over HTTP, from the real store."""

from __future__ import annotations

import pytest
from spanorigin_server.query import origins
from spanorigin_server.workers import Workers

from .api import Api, Client
from .conftest import NOON_NS, SECOND_NS, Store
from .samples import LOOPS, MS, visits

NOW_NS = NOON_NS + SECOND_NS
VISITS = 20


@pytest.fixture(scope="module")
def shop(store: Store, workers: Workers) -> Api:
    """Twenty visits, one a second, the four oldest failed; ten of version 2, twice as slow, in the quarter before."""
    store.engine.execute("TRUNCATE TABLE spanorigin.spans")
    store.put_many(visits(16) + visits(4, first=17, until_ns=NOON_NS - 16 * SECOND_NS, failed=True))
    old = visits(30, first=100, until_ns=NOON_NS - 1000 * SECOND_NS, factor=2, version="2", commit="b" * 40)
    store.put_many(old)
    return Api(Client(origins.routes(store.statistics, workers, now_ns=lambda: NOW_NS)))


def by_function(answer: dict) -> dict:
    return {origin["function"]: origin for origin in answer["origins"]}


def test_each_function_has_its_rate_errors_and_durations(shop: Api):
    found = by_function(shop.get("/api/v1/origins"))

    entry, loop = found["app.views.show"], found["app.stock.load"]
    assert (entry["path"], entry["line"], entry["count"], entry["errors"]) == ("app/views.py", 10, VISITS, 4)
    assert entry["error_rate"] == 4 / VISITS
    assert entry["rate"] == pytest.approx(VISITS / 900)
    assert (entry["p50_ns"], entry["p99_ns"], entry["total_ns"]) == (100 * MS, 100 * MS, VISITS * 100 * MS)
    assert (loop["count"], loop["total_ns"]) == (VISITS * LOOPS, VISITS * LOOPS * 10 * MS)
    assert entry["last_seen_ns"] == str(NOON_NS)
    assert set(found) == {"app.views.show", "app.stock.load", "app.lib.pay.charge", "bank.api.charge"}


@pytest.mark.parametrize("group", ["line", "function", "file"])
def test_a_place_says_how_many_of_its_spans_came_in(shop: Api, group: str):
    found = {origin["path"]: origin for origin in shop.get("/api/v1/origins", group=group)["origins"]}

    assert {path: origin["entries"] for path, origin in found.items()} == {
        "app/views.py": VISITS,
        "app/stock.py": 0,
        "app/lib/pay.py": 0,
        "bank/api.py": VISITS,
    }


@pytest.mark.parametrize(
    ("parameters", "paths"),
    [
        ({"path": "app/stock.py"}, ["app/stock.py"]),
        ({"directory": "app/lib"}, ["app/lib/pay.py"]),
        ({"directory": "app/lib/"}, ["app/lib/pay.py"]),
        ({"directory": "ap"}, []),
        ({"function": "app.stock.load"}, ["app/stock.py"]),
        ({"path": "app/stock.py", "line": 47}, ["app/stock.py"]),
        ({"path": "app/stock.py", "line": 46}, []),
        ({"type": "entry"}, ["app/views.py", "bank/api.py"]),
        ({"q": "service:bank"}, ["bank/api.py"]),
        ({"q": "@tenant:t1"}, ["app/views.py"]),
        ({"min_count": VISITS + 1}, ["app/stock.py"]),
        ({"from_": 0, "to": 1}, []),
    ],
    ids=str,
)
def test_places_can_be_narrowed_down(shop: Api, parameters: dict, paths: list):
    assert {origin["path"] for origin in shop.get("/api/v1/origins", **parameters)["origins"]} == set(paths)


@pytest.mark.parametrize(
    ("group", "places"),
    [
        ("line", {("app/views.py", 10), ("app/stock.py", 47), ("app/lib/pay.py", 88), ("bank/api.py", 5)}),
        ("file", {("app/views.py", None), ("app/stock.py", None), ("app/lib/pay.py", None), ("bank/api.py", None)}),
        ("directory", {("app", None), ("app/lib", None), ("bank", None)}),
        ("all", {(None, None)}),
    ],
)
def test_places_are_put_together_by_line_file_folder_or_all(shop: Api, group: str, places: set):
    answer = shop.get("/api/v1/origins", group=group)

    assert {(origin["path"], origin["line"]) for origin in answer["origins"]} == places
    assert sum(origin["count"] for origin in answer["origins"]) == VISITS * (LOOPS + 3)


def test_places_come_in_the_order_asked_for(shop: Api):
    def order(sort: str) -> list[str]:
        return [origin["path"] for origin in shop.get("/api/v1/origins", group="file", sort=sort)["origins"]]

    assert order("count")[0] == "app/stock.py"
    assert order("errors")[0] == "app/views.py"
    assert order("p95") == ["app/views.py", "app/lib/pay.py", "bank/api.py", "app/stock.py"]
    assert order("path") == sorted(order("count"))


def test_a_place_can_be_split_by_version(shop: Api):
    answer = shop.get("/api/v1/origins", path="app/views.py", per="version", from_=0)

    assert {(origin["split"], origin["count"]) for origin in answer["origins"]} == {("1", VISITS), ("2", 30)}


def test_a_trend_has_a_value_for_each_piece_and_adds_up(shop: Api):
    answer = shop.get("/api/v1/origins", path="app/views.py", buckets=30, from_=NOW_NS - 30 * SECOND_NS)

    (origin,) = answer["origins"]
    assert answer["step_ns"] == SECOND_NS
    assert origin["trend"]["counts"] == [0] * 10 + [1] * VISITS
    assert origin["trend"]["errors"] == [0] * 10 + [1] * 4 + [0] * 16


def test_a_trend_is_no_finer_than_seconds_and_covers_the_window(shop: Api):
    answer = shop.get("/api/v1/origins", path="app/views.py", buckets=240, from_=NOW_NS - 30 * SECOND_NS)

    assert answer["step_ns"] == SECOND_NS
    assert len(answer["origins"][0]["trend"]["counts"]) == 30


def test_self_time_leaves_out_children(shop: Api):
    answer = shop.get("/api/v1/origins", self="true")

    found = by_function(answer)
    assert answer["self_read_one_in"] == 1
    assert found["app.views.show"]["self_ns"] == VISITS * (100 - LOOPS * 10 - 20) * MS
    assert found["app.lib.pay.charge"]["self_ns"] == VISITS * 5 * MS
    assert found["app.stock.load"]["self_ns"] == found["app.stock.load"]["total_ns"]


def test_two_windows_are_compared_place_by_place(shop: Api):
    now = {"from_": NOON_NS - 60 * SECOND_NS, "to": NOW_NS}
    before = {"baseline_from": NOON_NS - 1100 * SECOND_NS, "baseline_to": NOON_NS - 900 * SECOND_NS}

    found = by_function(shop.get("/api/v1/origins/compare", **now, **before))

    entry = found["app.views.show"]
    assert (entry["now"]["count"], entry["before"]["count"]) == (VISITS, 30)
    assert entry["duration_factor"] == pytest.approx(0.5, rel=1e-3)
    assert entry["error_rate_difference"] == 0.2
    assert entry["change"] in ("faster", "failing")
    assert found["app.stock.load"]["change"] == "same"
    assert found["app.stock.load"]["score"] < 3


def test_two_versions_are_compared_in_one_window(shop: Api):
    found = by_function(
        shop.get("/api/v1/origins/compare", from_=0, where="version:2", baseline_where="version:1", path="app/views.py")
    )

    entry = found["app.views.show"]
    assert (entry["now"]["count"], entry["before"]["count"]) == (30, VISITS)
    assert entry["duration_factor"] == pytest.approx(2, rel=1e-3)


def test_a_place_on_one_side_only_is_new_or_gone(shop: Api):
    def change(where: str, baseline_where: str) -> str:
        found = shop.get(
            "/api/v1/origins/compare", path="app/views.py", where=where, baseline_where=baseline_where, from_=0
        )
        return found["origins"][0]["change"]

    assert change("version:1", "version:none") == "new"
    assert change("version:none", "version:1") == "gone"


def test_a_call_has_its_calling_line_and_the_request_it_ran_in(shop: Api):
    answer = shop.get("/api/v1/origins/callers", path="app/stock.py", line=47)

    found = {(caller["relation"], caller["path"], caller["line"]): caller for caller in answer["callers"]}
    assert answer["looked_at"] == VISITS * LOOPS
    assert found["frame", "app/views.py", 12]["share"] == 1
    assert found["request", "app/views.py", 10]["count"] == VISITS


def test_an_entry_has_the_line_of_the_other_service_that_called_it(shop: Api):
    answer = shop.get("/api/v1/origins/callers", path="bank/api.py")

    (caller,) = answer["callers"]
    assert (caller["relation"], caller["service"], caller["path"], caller["line"]) == (
        "remote", "shop", "app/lib/pay.py", 88
    )  # fmt: skip


def test_an_entry_has_the_calls_its_requests_made(shop: Api):
    answer = shop.get("/api/v1/origins/exits", path="app/views.py", type="entry")

    found = {exit_["function"]: exit_ for exit_ in answer["exits"]}
    assert set(found) == {"app.stock.load", "app.lib.pay.charge"}
    assert found["app.stock.load"]["per_request"] == LOOPS
    assert found["app.lib.pay.charge"]["share"] == 1


@pytest.mark.parametrize("address", ["/api/v1/origins/callers", "/api/v1/origins/exits"])
def test_a_place_that_nobody_ran_has_no_callers_and_no_exits(shop: Api, address: str):
    answer = shop.get(address, path="nowhere.py")

    assert answer["looked_at"] == 0
    assert answer[address.rsplit("/", 1)[1]] == []


@pytest.mark.parametrize(
    ("address", "parameters", "slug"),
    [
        ("/api/v1/origins", {"group": "module"}, "parameter-not-a-choice"),
        ("/api/v1/origins", {"sort": "name"}, "parameter-not-a-choice"),
        ("/api/v1/origins", {"per": "host"}, "parameter-not-a-choice"),
        ("/api/v1/origins", {"self": "yes"}, "parameter-not-a-choice"),
        ("/api/v1/origins", {"buckets": 241}, "parameter-not-a-number"),
        ("/api/v1/origins", {"line": "ten"}, "parameter-not-a-number"),
        ("/api/v1/origins", {"line": "१०"}, "parameter-not-a-number"),
        ("/api/v1/origins", {"path": "x" * 1001}, "parameter-too-long"),
        ("/api/v1/origins", {"path": "a\0b"}, "parameter-too-long"),
        ("/api/v1/origins", {"groups": "line"}, "parameter-unknown"),
        ("/api/v1/origins", {"from_": 5, "to": 5}, "time-range-empty"),
        ("/api/v1/origins/compare", {"baseline_from": 9, "baseline_to": 5}, "time-range-empty"),
        ("/api/v1/origins/compare", {"where": "(a"}, "search-unclosed"),
        ("/api/v1/origins/callers", {}, "parameter-missing"),
        ("/api/v1/origins/exits", {"line": 5}, "parameter-missing"),
    ],
    ids=str,
)
def test_a_bad_parameter_is_refused_with_its_slug(shop: Api, address: str, parameters: dict, slug: str):
    assert shop.refusal(address, 400, **parameters)["slug"] == slug
