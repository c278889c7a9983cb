"""When versions came: marks for those that replaced another in the window, told of the services that a search finds."""

from __future__ import annotations

import pytest
from spanorigin_server.query import deploys
from spanorigin_server.workers import Workers

from .api import Api, Client
from .conftest import NOON_NS, SECOND_NS, Store

NOW_NS = NOON_NS + SECOND_NS
HOUR_S = 3600
OLD, NEW = "a" * 40, "b" * 40


def ran(service: str, version: str, *, from_s: int, to_s: int, commit: str = "", **more: object) -> list[dict]:
    """A span every ten seconds, `from_s` to `to_s` before noon."""
    resource = {key: value for key, value in (("service.version", version), ("vcs.ref.head.revision", commit)) if value}
    return [
        {"service": service, "resource": resource, "start_ns": NOON_NS - age * SECOND_NS, **more}
        for age in range(to_s, from_s + 1, 10)
    ]


@pytest.fixture(scope="module")
def server(store: Store, workers: Workers) -> Api:
    store.engine.execute("TRUNCATE TABLE spanorigin.spans")
    store.put_many(
        [
            *ran("web", "1", from_s=3000, to_s=1210),
            *ran("web", "2", from_s=1200, to_s=0),
            # Failing spans of the new version come later than it does.
            *ran("web", "2", from_s=600, to_s=600, status="error"),
            *ran("orders", "", commit=OLD, from_s=2000, to_s=310),
            *ran("orders", "", commit=NEW, from_s=300, to_s=0),
            *ran("bank", "7", from_s=3000, to_s=0),
            # Side by side all the time; seen ten seconds apart.
            *ran("mail", "3", from_s=3000, to_s=0),
            *ran("mail", "4", from_s=2990, to_s=0),
            *ran("jobs", "", from_s=3000, to_s=0),
        ]
    )
    return Api(Client(deploys.routes(store.statistics, workers, now_ns=lambda: NOW_NS)))


def told(server: Api, **question: object) -> list[tuple[str, str, str, int]]:
    answer = server.get("/api/v1/deploys", **{"from_": NOW_NS - HOUR_S * SECOND_NS, **question})
    return [
        (
            deploy["service"],
            deploy["version"] or deploy["commit"],
            deploy["version_before"] or deploy["commit_before"],
            (NOON_NS - int(deploy["at_ns"])) // SECOND_NS,
        )
        for deploy in answer["deploys"]
    ]


def test_a_version_that_followed_another_is_told_with_the_time_of_its_first_span(server: Api):
    assert told(server) == [("orders", NEW, OLD, 300), ("web", "2", "1", 1200)]


def test_only_services_that_the_search_finds_are_told_of(server: Api):
    assert told(server, q="service:(orders OR bank)") == [("orders", NEW, OLD, 300)]
    assert told(server, q="service:nobody") == []


def test_a_deploy_is_when_the_version_came_not_when_the_search_first_finds_it(server: Api):
    assert told(server, q="status:error") == [("web", "2", "1", 1200)]


def test_a_version_that_was_there_before_the_window_is_no_deploy_in_it(server: Api):
    assert told(server, from_=NOW_NS - 250 * SECOND_NS) == []


def test_more_than_were_asked_for_are_said_to_be_more(server: Api):
    answer = server.get("/api/v1/deploys", from_=NOW_NS - HOUR_S * SECOND_NS, limit=1)

    assert ([deploy["service"] for deploy in answer["deploys"]], answer["has_more"]) == (["orders"], True)
