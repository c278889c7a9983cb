"""A search's spans as a file: every one, in order, in a form that other programs read."""

from __future__ import annotations

import csv
import io
import json

import pytest
from spanorigin_server.query import endpoint, export
from spanorigin_server.workers import Workers

from .api import Api, Client
from .conftest import NOON_NS, SECOND_NS, Store
from .samples import visits

NOW_NS = NOON_NS + SECOND_NS
SPANS = 1350


@pytest.fixture(scope="module")
def shop(store: Store, workers: Workers) -> Api:
    store.engine.execute("TRUNCATE TABLE spanorigin.spans")
    store.put_many(visits(SPANS // 9))
    routes = [
        *export.routes(store.reader, workers, now_ns=lambda: NOW_NS),
        *endpoint.routes(store.reader, workers, now_ns=lambda: NOW_NS),
    ]
    return Api(Client(routes))


def test_every_span_is_exported_once_and_in_the_shape_of_the_list(shop: Api):
    answer = shop.client.get("/api/v1/spans/export")

    spans = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["content-disposition"] == 'attachment; filename="spans-2026-03-01T1200Z.jsonl"'
    assert len({span["span_id"] for span in spans}) == len(spans) == SPANS
    assert spans[:1000] == shop.get("/api/v1/spans", limit=1000)["spans"]


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("", "spans-2026-03-01T1200Z.csv"),
        ("service:shop  status:error", "spans-service-shop-status-error-2026-03-01T1200Z.csv"),
        ("file:app/stock.py", "spans-file-app-stock.py-2026-03-01T1200Z.csv"),
        ("trace_id:" + "0" * 31 + "1", "trace-" + "0" * 31 + "1.csv"),
        ("trace_id:" + "0" * 31 + "1 kind:server", "spans-trace_id-" + "0" * 31 + "1-kind-server-2026-03-01T1200Z.csv"),
        ('"../..\r\nx: \\"; é 日本"', "spans-x-2026-03-01T1200Z.csv"),
        ("x" * 300, "spans-" + "x" * 60 + "-2026-03-01T1200Z.csv"),
    ],
    ids=["all", "words", "file", "trace", "part-of-a-trace", "hostile", "long"],
)
def test_a_file_is_called_by_what_was_asked_for(shop: Api, search: str, name: str):
    answer = shop.client.get("/api/v1/spans/export", {"as": "csv", "limit": "1", "q": search})

    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_a_spreadsheet_gets_a_line_a_span_under_one_heading(shop: Api):
    answer = shop.client.get("/api/v1/spans/export", {"as": "csv", "limit": "2000", "q": "kind:server service:shop"})

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == SPANS // 9
    assert {(row["origin_path"], row["origin_line"], row["origin_type"]) for row in rows} == {
        ("app/views.py", "10", "entry")
    }
    assert rows[0]["start_ns"] == str(NOON_NS)


def test_no_cell_is_a_formula(emptied: Store, workers: Workers):
    emptied.put("=cmd|' /C calc'!A0", service="@shop")
    api = Api(Client(export.routes(emptied.reader, workers, now_ns=lambda: NOW_NS)))

    (row,) = csv.DictReader(io.StringIO(api.client.get("/api/v1/spans/export", {"as": "csv"}).text))

    assert row["name"] == "'=cmd|' /C calc'!A0"
    assert row["service"] == "'@shop"
    emptied.put_many(visits(SPANS // 9))


@pytest.mark.parametrize("limit", [1, 999, 1000, 1001])
def test_an_export_ends_at_its_limit(shop: Api, limit: int):
    answer = shop.client.get("/api/v1/spans/export", {"limit": str(limit)})

    assert len(answer.text.splitlines()) == limit


@pytest.mark.parametrize(
    ("parameters", "slug"),
    [
        ({"as": "xml"}, "parameter-not-a-choice"),
        ({"limit": "1000001"}, "parameter-not-a-number"),
        ({"q": "(a"}, "search-unclosed"),
        ({"format": "csv"}, "parameter-unknown"),
    ],
)
def test_a_bad_parameter_is_refused_before_the_file_begins(shop: Api, parameters: dict, slug: str):
    answer = shop.client.get("/api/v1/spans/export", parameters)

    assert (answer.status_code, answer.json()["error"]["slug"]) == (400, slug)


def test_the_slowest_spans_come_longest_first_on_one_page(shop: Api):
    page = shop.get("/api/v1/spans", sort="slowest", limit=3)

    assert [(span["name"], span["duration_ns"]) for span in page["spans"]] == [("GET /show", 10**8)] * 3
    assert page["cursor"] is None
    assert shop.refusal("/api/v1/spans", 400, sort="slowest", cursor="x")["slug"] == "cursor-without-order"


def test_the_fastest_spans_come_shortest_first_on_one_page(shop: Api):
    page = shop.get("/api/v1/spans", sort="fastest", q="service:shop", limit=2)

    assert [(span["name"], span["duration_ns"]) for span in page["spans"]] == [("SELECT", 10**7)] * 2
    assert shop.refusal("/api/v1/spans", 400, sort="fastest", cursor="x")["slug"] == "cursor-without-order"
