"""A trace's places come with what ran, and each service is told what it is compared with, or why with nothing."""

from __future__ import annotations

import pytest
from spanorigin_server.source import changed_endpoint
from spanorigin_server.source.changed import Changed
from spanorigin_server.source.preview import Previewer
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.workers import Workers

from .api import Api, Client
from .conftest import NOON_NS, SECOND_NS, Store
from .samples import visit

DAY_NS = 86_400 * SECOND_NS


@pytest.fixture
def api(emptied: Store, workers: Workers) -> Api:
    changed = Changed(Previewer(Repositories()))
    return Api(Client(changed_endpoint.routes(emptied.reader, changed, workers, now_ns=lambda: NOON_NS + DAY_NS)))


def services(api: Api, number: int) -> dict[str, dict]:
    answer = api.get(f"/api/v1/traces/{number:032x}/changed")
    return {each["service"]: each for each in answer["services"]}


def test_a_service_is_compared_with_the_commit_seen_before(api: Api, emptied: Store):
    emptied.put_many(visit(1, start_ns=NOON_NS - 2 * DAY_NS, version="1", commit="a" * 40))
    emptied.put_many(visit(2, start_ns=NOON_NS - DAY_NS, version="2", commit="b" * 40))
    emptied.put_many(visit(3, start_ns=NOON_NS, version="3", commit="c" * 40))

    found = services(api, 2)["shop"]

    assert (found["version"], found["base_version"], found["base_commit"]) == ("2", "1", "a" * 40)
    assert found["is_before"]
    assert found["missing"]["slug"] == "no-repository"


def test_the_first_commit_is_compared_with_the_next(api: Api, emptied: Store):
    emptied.put_many(visit(1, start_ns=NOON_NS - DAY_NS, version="1", commit="a" * 40))
    emptied.put_many(visit(2, start_ns=NOON_NS, version="2", commit="b" * 40))

    found = services(api, 1)["shop"]

    assert (found["base_version"], found["is_before"]) == ("2", False)


def test_what_was_seen_more_than_a_month_ago_is_no_version_to_compare_with(api: Api, emptied: Store):
    emptied.put_many(visit(1, start_ns=NOON_NS - 31 * DAY_NS, version="1", commit="a" * 40))
    emptied.put_many(visit(2, start_ns=NOON_NS, version="2", commit="b" * 40))

    found = services(api, 2)["shop"]

    assert found["missing"]["slug"] == "changes-without-another-version"


def test_a_service_without_a_commit_says_so_beside_one_with(api: Api, emptied: Store):
    emptied.put_many(visit(1, commit=""))

    found = services(api, 1)

    assert found["shop"]["missing"]["slug"] == "changes-without-commit"
    assert set(found) == {"shop", "bank"}


def test_a_trace_without_origins_has_no_services(api: Api, emptied: Store):
    emptied.put("bare", trace_id=f"{9:032x}")

    assert services(api, 9) == {}


def test_a_trace_that_is_not_there_is_refused(api: Api):
    assert api.refusal(f"/api/v1/traces/{5:032x}/changed", 404)["slug"] == "trace-not-found"
    assert api.refusal("/api/v1/traces/zz/changed", 400)["slug"] == "parameter-not-an-id"
