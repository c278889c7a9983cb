"""Where to look: calls that repeat, slow lines, failing lines, and what changed for the worse."""

from __future__ import annotations

import pytest
from spanorigin_server.query import explain, findings
from spanorigin_server.workers import Workers

from .api import Api, Client
from .conftest import NOON_NS, SECOND_NS, Store
from .samples import LOOPS, MS, visits

NOW_NS = NOON_NS + SECOND_NS
VISITS = 30


@pytest.fixture(scope="module")
def shop(store: Store, workers: Workers) -> Api:
    """Thirty visits of now, the ten oldest failed and of tenant-like version 2; thirty of before, half as slow."""
    store.engine.execute("TRUNCATE TABLE spanorigin.spans")
    store.put_many(visits(20, factor=4) + visits(10, first=50, factor=4, failed=True, version="2"))
    store.put_many(visits(30, first=100, until_ns=NOON_NS - 1000 * SECOND_NS))
    routes = [
        *findings.routes(store.statistics, workers, now_ns=lambda: NOW_NS),
        *explain.routes(store.statistics, workers, now_ns=lambda: NOW_NS),
    ]
    return Api(Client(routes))


def test_a_line_that_calls_in_a_loop_is_found_with_what_it_wastes(shop: Api):
    (finding,) = shop.get("/api/v1/findings/repeats")["findings"]

    assert (finding["path"], finding["line"], finding["function"]) == ("app/stock.py", 47, "app.stock.load")
    assert (finding["traces"], finding["parents"], finding["calls"]) == (VISITS, VISITS, VISITS * LOOPS)
    assert (finding["calls_per_parent"], finding["calls_per_parent_most"]) == (LOOPS, LOOPS)
    assert finding["total_ns"] == VISITS * LOOPS * 10 * MS
    assert finding["wasted_ns"] == VISITS * (LOOPS - 1) * 10 * MS
    assert finding["parent"] == {"name": "GET /show", "path": "app/views.py", "line": 10, "function": "app.views.show"}
    assert finding["share_of_parent"] == pytest.approx(60 / 400)
    assert finding["worst_trace"] in {f"{number:032x}" for number in range(1, 60)}


def test_from_how_many_calls_on_is_the_readers_to_say(shop: Api):
    assert shop.get("/api/v1/findings/repeats", at_least=LOOPS)["findings"]
    assert not shop.get("/api/v1/findings/repeats", at_least=LOOPS + 1)["findings"]


def test_slow_lines_come_slowest_first_and_rare_ones_not_at_all(shop: Api):
    paths = [finding["path"] for finding in shop.get("/api/v1/findings/slow")["findings"]]

    assert paths == ["app/views.py", "app/lib/pay.py", "bank/api.py", "app/stock.py"]
    assert len(shop.get("/api/v1/findings/slow", min_count=VISITS + 1)["findings"]) == 1


def test_a_failing_line_comes_with_what_it_said_and_the_newest_failure(shop: Api):
    (finding,) = shop.get("/api/v1/findings/errors")["findings"]

    assert (finding["path"], finding["line"], finding["errors"]) == ("app/views.py", 10, 10)
    assert finding["messages"] == ["card refused"]
    assert finding["newest_ns"] == str(NOON_NS)
    assert finding["newest_trace"] == f"{50:032x}"


def test_a_line_that_became_slower_or_fails_is_a_regression_and_others_are_not(shop: Api):
    before = {"baseline_from": NOON_NS - 1100 * SECOND_NS, "baseline_to": NOON_NS - 900 * SECOND_NS}

    worse = shop.get("/api/v1/findings/regressions", **before)["findings"]

    assert [(finding["path"], finding["change"]) for finding in worse] == [("app/views.py", "failing")]
    healthy = shop.get("/api/v1/findings/regressions", where="-status:error", **before)["findings"]
    assert [(finding["path"], finding["change"]) for finding in healthy] == [("app/views.py", "slower")]
    assert healthy[0]["duration_factor"] == pytest.approx(4, rel=1e-3)


def test_without_a_baseline_the_window_before_is_compared_with(shop: Api):
    answer = shop.get("/api/v1/findings/regressions", from_=NOW_NS - 900 * SECOND_NS, to=NOW_NS)

    assert answer["before"]["end_ns"] == answer["now"]["start_ns"]
    assert [finding["change"] for finding in answer["findings"]] == ["failing"]


def test_what_sets_failures_apart_is_named_with_its_shares(shop: Api):
    answer = shop.get("/api/v1/explain", q="fn:app.views.show", selection="status:error")

    assert (answer["selected"], answer["others"]) == (10, 20)
    found = {field["field"]: field for field in answer["fields"]}
    assert found["version"]["values"] == [{"value": "2", "share": 1, "share_of_others": 0, "score": 1}]
    assert "@tenant" not in found
    assert "service.version" not in found
    assert "service" not in found
    scores = [field["score"] for field in answer["fields"]]
    assert scores == sorted(scores, reverse=True)


def test_a_sample_explains_as_all_spans_do(shop: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(explain, "_SAMPLE", 4)

    answer = shop.get("/api/v1/explain", q="fn:app.views.show", selection="status:error")

    assert (answer["selected"], answer["others"]) == (10, 20)
    assert {field["field"]: field["score"] for field in answer["fields"]}.get("version", 1) > 0.5


def test_a_selection_may_be_a_stretch_of_time_alone_or_within_one(shop: Api):
    hour = {"q": "fn:app.views.show", "from_": NOW_NS - 3600 * SECOND_NS, "to": NOW_NS}
    stretch = {"selection_from": NOW_NS - 900 * SECOND_NS, "selection_to": NOW_NS}

    now = shop.get("/api/v1/explain", **hour, **stretch)
    failed = shop.get("/api/v1/explain", **hour, **stretch, selection="status:error")

    assert (now["selected"], now["others"]) == (VISITS, VISITS)
    assert (failed["selected"], failed["others"]) == (10, 2 * VISITS - 10)


def test_a_selection_of_none_or_of_all_explains_nothing(shop: Api):
    assert shop.get("/api/v1/explain", selection="service:none")["fields"] == []
    assert shop.get("/api/v1/explain", selection="kind:*")["fields"] == []


def test_a_search_is_explained_as_it_was_understood(shop: Api):
    answer = shop.get("/api/v1/query", q="service:web OR -duration:>1s")

    assert answer["printed"] == "service:web OR -duration:{1000000000 TO *]"
    assert answer["tree"]["kind"] == "or"
    match, negation = answer["tree"]["parts"]
    assert match == {"kind": "match", "key": "service", "value": "web", "relation": "is", "offset": 0}
    assert negation["parts"][0]["relation"] == "range"
    assert "spans.service = {p0:String}" in answer["sql"]
    assert answer["parameters"][0] == {"name": "p0", "value": "web"}


@pytest.mark.parametrize(
    ("address", "parameters", "slug"),
    [
        ("/api/v1/findings/repeats", {"at_least": 1}, "parameter-not-a-number"),
        ("/api/v1/findings/slow", {"limit": 0}, "parameter-not-a-number"),
        ("/api/v1/findings/errors", {"q": "sttus:ok"}, "search-key"),
        ("/api/v1/findings/regressions", {"baseline_where": "(a"}, "search-unclosed"),
        ("/api/v1/explain", {}, "parameter-missing"),
        ("/api/v1/explain", {"selection": " "}, "parameter-missing"),
        ("/api/v1/explain", {"selection": "(a"}, "search-unclosed"),
        ("/api/v1/query", {"q": "(a"}, "search-unclosed"),
        ("/api/v1/query", {"from": 5}, "parameter-unknown"),
    ],
    ids=str,
)
def test_a_bad_parameter_is_refused_with_its_slug(shop: Api, address: str, parameters: dict, slug: str):
    assert shop.refusal(address, 400, **parameters)["slug"] == slug
