"""A list may have any field as a column: each span then has its text, in the order that was asked for."""

from __future__ import annotations

import pytest
from spanorigin_server.query import endpoint
from spanorigin_server.workers import Workers

from .api import Client, check_shape
from .conftest import NOON_NS, SECOND_NS, Store


@pytest.fixture
def client(emptied: Store, workers: Workers) -> Client:
    emptied.put("old", start_ns=NOON_NS - 2, attributes={"http.route": "/old", "n": 5, "flag": True})
    emptied.put("new", start_ns=NOON_NS - 1, resource={"host.name": "h1"}, duration_ns=7)
    return Client(endpoint.routes(emptied.reader, workers, now_ns=lambda: NOON_NS + SECOND_NS))


@pytest.mark.parametrize("sort", ["newest", "slowest", "fastest"])
def test_columns_have_fields_attributes_and_nothing_where_there_is_none(client: Client, sort: str):
    asked = {"columns": "@http.route,service,host.name,@n,@flag", "sort": sort}

    answer = client.get("/api/v1/spans", asked)

    check_shape("/api/v1/spans", 200, answer.json())
    found = dict(zip([span["name"] for span in answer.json()["spans"]], answer.json()["columns"], strict=True))
    assert found == {"new": ["", "shop", "h1", "", ""], "old": ["/old", "shop", "", "5", "true"]}


def test_they_go_on_from_page_to_page_and_a_search_has_its_own_parameters(client: Client):
    asked = {"columns": "@http.route", "limit": "1", "q": "@n:5 OR host.name:h1"}
    first = client.get("/api/v1/spans", asked).json()

    second = client.get("/api/v1/spans", asked | {"cursor": first["cursor"]}).json()

    assert (first["columns"], second["columns"]) == ([[""]], [["/old"]])


def test_without_columns_the_answer_has_none(client: Client):
    assert "columns" not in client.get("/api/v1/spans").json()


@pytest.mark.parametrize(
    ("columns", "slug"),
    [("servce", "field-unknown"), ("@", "field-unknown"), (",".join(f"@a{n}" for n in range(9)), "parameter-too-long")],
    ids=["misspelt", "no name", "nine"],
)
def test_what_is_no_field_is_refused(client: Client, columns: str, slug: str):
    answer = client.get("/api/v1/spans", {"columns": columns})

    assert (answer.status_code, answer.json()["error"]["slug"]) == (400, slug)
