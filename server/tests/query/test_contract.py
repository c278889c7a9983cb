"""Whatever parameters a reader sends, every route answers in the contract's shapes: right, or refused with a reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spanorigin_server.query import deploys, endpoint, explain, export, findings, groups, origins, views
from spanorigin_server.query.live import Live
from spanorigin_server.query.views import Views
from spanorigin_server.workers import Workers

from .api import DOCUMENT, Client, check_shape
from .conftest import NOON_NS, SECOND_NS, Store
from .samples import visits

NOW_NS = NOON_NS + SECOND_NS
# Others' rooms: server/tests/source and server/tests/life.
_ELSEWHERE = (
    "/api/v1/health",
    "/api/v1/source",
    "/api/v1/traces/{trace_id}/changed",
    "/api/v1/code",
    "/api/v1/code/commits",
    "/api/v1/code/names",
    "/api/v1/code/diff",
    "/api/v1/code/file",
    "/api/v1/code/tree",
    "/api/v1/path-rules",
    "/api/v1/path-rules/{rule_id}",
    "/api/v1/repositories",
    "/api/v1/repositories/{repository_id}",
    "/api/v1/repositories/{repository_id}/refresh",
    "/api/v1/deletions",
    "/api/v1/backup",
    "/api/v1/archive",
    "/api/v1/audit",
    "/api/v1/retention",
    "/api/v1/session",
    "/api/v1/status",
    "/api/v1/tokens",
    "/api/v1/tokens/{token_id}",
)
SEARCHES = ["", "service:shop", "fn:*load status:error", "@size:>3", "-has:origin", "*:t1", "refused", "(a", "sttus:ok"]


def routes(store: Store, workers: Workers, folder: Path) -> list:
    def now_ns() -> int:
        return NOW_NS

    return [
        *export.routes(store.reader, workers, now_ns),
        *endpoint.routes(store.reader, workers, now_ns),
        *(
            route
            for room in (origins, findings, groups, deploys, explain)
            for route in room.routes(store.statistics, workers, now_ns)
        ),
        *Live(store.reader, store.commits, workers).routes(),
        *views.routes(Views(folder / "views.json"), workers),
    ]


@pytest.fixture(scope="module")
def client(store: Store, workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> Client:
    store.engine.execute("TRUNCATE TABLE spanorigin.spans")
    store.put_many(visits(25) + visits(25, first=50, failed=True, version="2"))
    store.put_many(visits(2, first=90, until_ns=NOON_NS - 120 * SECOND_NS, version="0"))
    return Client(routes(store, workers, tmp_path_factory.mktemp("views")))


def resolved(value: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        found: Any = DOCUMENT
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def questions() -> list[tuple[str, list[dict[str, Any]]]]:
    """Each GET of the contract that ends by itself, with its query parameters."""
    return [
        (path, [resolved(each) for each in methods["get"].get("parameters", [])])
        for path, methods in DOCUMENT["paths"].items()
        if "get" in methods and "{" not in path and path not in (*_ELSEWHERE, "/api/v1/live")
    ]


def values(parameter: dict[str, Any]) -> st.SearchStrategy[str]:
    """Mostly what the contract allows, sometimes anything at all."""
    schema = resolved(parameter["schema"])
    anything = st.text(max_size=8)
    if parameter["name"] in ("q", "selection", "where", "baseline_where"):
        return st.sampled_from(SEARCHES) | anything
    if parameter["name"] in ("from", "baseline_from", "selection_from"):
        return st.sampled_from(["0", str(NOON_NS - 3600 * SECOND_NS), str(NOON_NS)]) | anything
    if parameter["name"] in ("to", "baseline_to", "selection_to"):
        return st.sampled_from([str(NOW_NS), str(2**63 - 1), str(NOON_NS)]) | anything
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | anything
    if schema["type"] == "integer":
        low, high = schema["minimum"], schema["maximum"]
        return st.integers(low, min(high, low + 300)).map(str) | st.sampled_from([str(high), str(high + 1), "-1", "x"])
    known = ["service", "fn,line", "@size", "host.name", "app/views.py", "app", "app.views.show", "@tenant,status"]
    return st.sampled_from(known) | anything


@st.composite
def asked(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    path, parameters = draw(st.sampled_from(questions()))
    given_ = {
        parameter["name"]: draw(values(parameter))
        for parameter in parameters
        if parameter.get("required") or draw(st.booleans())
    }
    return path, given_


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(asked())
def test_any_parameters_are_answered_or_refused_and_never_fail(client: Client, question: tuple[str, dict[str, str]]):
    path, parameters = question

    answer = client.get(f"{path}?{urlencode(parameters, errors='replace')}")

    assert answer.status_code in (200, 400), answer.text
    if answer.headers["content-type"] == "application/json":
        check_shape(path, answer.status_code, answer.json())


def examples() -> list[str]:
    """What docs/api.md asks."""
    page = (Path(__file__).parents[3] / "docs/api.md").read_text()
    return re.findall(r"^\| `(/api/[^`]+)` \|", page, re.MULTILINE)


@pytest.mark.parametrize("address", examples())
def test_an_example_of_the_page_is_answered_and_finds_something(client: Client, address: str):
    answer = client.get(address)

    assert answer.status_code == 200, answer.text
    if answer.headers["content-type"] == "application/json":
        check_shape(address.split("?")[0], 200, answer.json())
        lists = [value for name, value in answer.json().items() if isinstance(value, list) and name != "views"]
        assert "views" in answer.json() or any(lists), answer.text
    else:
        assert len(answer.text.splitlines()) > 1


@pytest.mark.parametrize(("path", "parameters"), questions(), ids=[path for path, _ in questions()])
def test_a_parameter_that_the_contract_does_not_know_is_refused(client: Client, path: str, parameters: list):
    answer = client.get(path, {"nonsense": "1"})

    assert (answer.status_code, answer.json()["error"]["slug"]) == (400, "parameter-unknown")
    for parameter in parameters:
        assert parameter["name"] in answer.json()["error"]["message"]


def test_every_route_of_these_rooms_is_in_the_contract_and_the_other_way_round(
    store: Store, workers: Workers, tmp_path: Path
):
    served = {
        (route.path, method.lower())
        for route in routes(store, workers, tmp_path)
        for method in route.methods - {"HEAD"}
    }

    promised = {
        (path, method)
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
        if method != "parameters" and path not in _ELSEWHERE
    }
    assert served == {pair for pair in promised if pair[0] in {path for path, _ in served}}
    assert {path for path, _ in promised} - {path for path, _ in served} == set()
