"""Top lists, series, facets, fields, values and the heat map: every span counted once, in the right place."""

from __future__ import annotations

import pytest
from spanorigin_server.query import groups
from spanorigin_server.query.dimensions import CURATED
from spanorigin_server.workers import Workers

from .api import Api, Client
from .conftest import NOON_NS, SECOND_NS, Store
from .samples import LOOPS, MS, visits

NOW_NS = NOON_NS + SECOND_NS
VISITS = 20
SPANS = VISITS * (LOOPS + 3)


@pytest.fixture(scope="module")
def shop(store: Store, workers: Workers) -> Api:
    store.engine.execute("TRUNCATE TABLE spanorigin.spans")
    store.put_many(visits(16) + visits(4, first=17, until_ns=NOON_NS - 16 * SECOND_NS, failed=True))
    return Api(Client(groups.routes(store.statistics, workers, now_ns=lambda: NOW_NS)))


def test_all_spans_together_are_one_group(shop: Api):
    (group,) = shop.get("/api/v1/aggregate")["groups"]

    assert (group["values"], group["count"], group["errors"]) == ([], SPANS, 4)


def test_groups_by_two_fields_come_largest_first(shop: Api):
    answer = shop.get("/api/v1/aggregate", by="service,kind")

    assert answer["by"] == ["service", "kind"]
    assert [(group["values"], group["count"]) for group in answer["groups"]] == [
        (["shop", "client"], VISITS * (LOOPS + 1)),
        (["bank", "server"], VISITS),
        (["shop", "server"], VISITS),
    ]


@pytest.mark.parametrize(
    ("field", "counts"),
    [
        ("@tenant", {"t0": 10, "t1": 10, "": SPANS - VISITS}),
        ("@size", {"": SPANS - VISITS, "7": 1}),
        ("version", {"1": SPANS - VISITS, "": VISITS}),
        ("service.version", {"1": SPANS - VISITS, "": VISITS}),
        ("line", {"app/stock.py:47": VISITS * LOOPS, "app/views.py:10": VISITS}),
        ("@http.route", {"/show": VISITS}),
    ],
)
def test_spans_are_grouped_by_attributes_of_any_type(shop: Api, field: str, counts: dict):
    answer = shop.get("/api/v1/aggregate", by=field, limit=100)

    found = {group["values"][0]: group["count"] for group in answer["groups"]}
    assert {value: found[value] for value in counts} == counts
    assert sum(found.values()) == SPANS


def test_a_series_has_every_measure_of_every_piece_of_each_group(shop: Api):
    answer = shop.get("/api/v1/aggregate", by="fn", q="kind:server", buckets=10, from_=NOW_NS - 20 * SECOND_NS)

    assert answer["step_ns"] == 2 * SECOND_NS
    series = {group["values"][0]: group["series"] for group in answer["groups"]}
    assert series["app.views.show"]["counts"] == [2] * 10
    assert series["app.views.show"]["errors"] == [2, 2, 0, 0, 0, 0, 0, 0, 0, 0]
    assert series["bank.api.charge"]["p95_ns"] == [15 * MS] * 10


def test_a_series_by_two_fields_mixes_no_groups(shop: Api):
    answer = shop.get("/api/v1/aggregate", by="service,kind", buckets=4, limit=2)

    for group in answer["groups"]:
        assert sum(group["series"]["counts"]) == group["count"]


def test_a_window_without_spans_has_no_groups(shop: Api):
    assert shop.get("/api/v1/aggregate", by="service", from_=0, to=SECOND_NS, buckets=5)["groups"] == []


def test_facets_come_curated_first_and_all_in_one(shop: Api):
    answer = shop.get("/api/v1/facets")

    assert [facet["field"] for facet in answer["facets"]] == list(CURATED)
    values = {facet["field"]: facet["values"] for facet in answer["facets"]}
    assert values["service"] == [
        {"value": "shop", "count": SPANS - VISITS, "errors": 4},
        {"value": "bank", "count": VISITS, "errors": 0},
    ]
    assert values["status"] == [
        {"value": "unset", "count": SPANS - 4, "errors": 0},
        {"value": "error", "count": 4, "errors": 4},
    ]
    assert {value["value"]: value["count"] for value in values["origin"]} == {
        "exit": VISITS * (LOOPS + 1),
        "entry": 2 * VISITS,
    }


def test_facets_of_attributes_and_fields_come_in_the_order_asked_for(shop: Api):
    answer = shop.get("/api/v1/facets", fields="@tenant,service,telemetry.sdk.language,@size", limit=3)

    tenant, service, language, size = answer["facets"]
    assert [value["value"] for value in tenant["values"]] == ["t0", "t1"]
    assert service["field"] == "service"
    assert (language["values"], language["has_more"]) == ([], False)
    assert (len(size["values"]), size["has_more"]) == (3, True)


def test_a_field_under_two_words_is_one_facet(shop: Api):
    facets = shop.get("/api/v1/facets", fields="fn,function,@code.function.name,kind")["facets"]

    assert [facet["field"] for facet in facets] == ["fn", "kind"]


def test_facets_keep_to_the_search(shop: Api):
    (facet,) = shop.get("/api/v1/facets", fields="fn", q="status:error")["facets"]

    assert facet["values"] == [{"value": "app.views.show", "count": 4, "errors": 4}]


def test_fields_are_those_of_every_span_and_the_attributes_that_came(shop: Api):
    found = {field["name"]: field for field in shop.get("/api/v1/fields")["fields"]}

    assert set(CURATED) <= set(found)
    assert (found["@tenant"]["kind"], found["@size"]["kind"]) == ("text", "number")
    assert found["service.name"]["kind"] == "resource"
    assert 0 < found["@tenant"]["share"] <= 1


@pytest.mark.parametrize(
    ("prefix", "names"),
    [("@ten", {"@tenant"}), ("ser", {"service", "service.name", "service.version"}), ("@", None), ("zzz", set())],
)
def test_fields_are_completed_from_their_beginning(shop: Api, prefix: str, names: set | None):
    found = {field["name"] for field in shop.get("/api/v1/fields", prefix=prefix)["fields"]}

    assert all(name.startswith(prefix) for name in found)
    assert names is None or found == names


def test_values_are_completed_from_their_beginning(shop: Api):
    answer = shop.get("/api/v1/fields/values", field="fn", prefix="app.")

    assert answer["field"] == "fn"
    assert [value["value"] for value in answer["values"]] == ["app.stock.load", "app.lib.pay.charge", "app.views.show"]


def test_every_span_is_in_one_cell_of_the_heat_map_and_in_the_right_row(shop: Api):
    answer = shop.get("/api/v1/heatmap", columns=30, from_=NOW_NS - 30 * SECOND_NS, q="fn:app.views.show")

    cells, rows = answer["cells"], answer["row_starts_ns"]
    assert answer["columns"] == 30
    assert sum(cells["count"]) == VISITS
    assert sum(cells["errors"]) == 4
    assert cells["column"] == list(range(10, 30))
    for row in cells["row"]:
        assert rows[row] <= 100 * MS < rows[row + 1]


def test_a_heat_map_without_spans_is_empty(shop: Api):
    answer = shop.get("/api/v1/heatmap", from_=0, to=SECOND_NS)

    assert (answer["row_starts_ns"], answer["cells"]["count"]) == ([], [])


@pytest.mark.parametrize(
    ("address", "parameters", "slug"),
    [
        ("/api/v1/aggregate", {"by": "a,b,c,d,e"}, "parameter-too-long"),
        ("/api/v1/aggregate", {"by": "servic"}, "field-unknown"),
        ("/api/v1/aggregate", {"by": "@"}, "field-unknown"),
        ("/api/v1/aggregate", {"sort": "path"}, "parameter-not-a-choice"),
        ("/api/v1/aggregate", {"buckets": 10, "limit": 51}, "parameter-not-a-number"),
        ("/api/v1/facets", {"fields": ",".join(f"@a{n}" for n in range(21))}, "parameter-too-long"),
        ("/api/v1/facets", {"fields": "x" * 201}, "field-unknown"),
        ("/api/v1/fields", {"prefix": "x" * 201}, "parameter-too-long"),
        ("/api/v1/fields/values", {}, "parameter-missing"),
        ("/api/v1/fields/values", {"field": ""}, "field-unknown"),
        ("/api/v1/heatmap", {"columns": 0}, "parameter-not-a-number"),
        ("/api/v1/heatmap", {"rows_per_doubling": 9}, "parameter-not-a-number"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_bad_parameter_is_refused_with_its_slug(shop: Api, address: str, parameters: dict, slug: str):
    assert shop.refusal(address, 400, **parameters)["slug"] == slug


def test_an_unknown_field_is_refused_with_the_one_that_was_meant(shop: Api):
    assert shop.refusal("/api/v1/aggregate", 400, by="servce")["hint"] == "service"
