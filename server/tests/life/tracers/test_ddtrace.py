"""ddtrace for Python, unmodified: its spans and its code origins come out of our API."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import HERE, Traced, line_of

SHOP = HERE / "shop.py"
PYTHON = Path(os.environ["TRACER_PYTHON"])
ROUTE = "GET /items/<int:number>"


@pytest.fixture(scope="module")
def shop(traced) -> Traced:
    command = [PYTHON.with_name("ddtrace-run"), PYTHON, SHOP]
    # On by default in later releases.
    origins = {"DD_CODE_ORIGIN_FOR_SPANS_ENABLED": "true"}
    return traced(command, 20, DD_SERVICE="shop", DD_ENV="test", DD_VERSION="1.2", **origins)


def test_the_tracer_has_nothing_to_complain_of(shop: Traced):
    assert shop.terminal == ""


def test_each_request_is_a_trace_with_its_status(shop: Traced):
    requests = shop.named("flask.request", ROUTE)

    assert [(span["kind"], span["http_status"], span["status"]) for span in requests] == [
        ("server", 200, "unset"),
        ("server", 200, "unset"),
        ("server", 500, "error"),
    ]
    assert {span["service"] for span in requests} == {"shop"}
    assert len({span["trace_id"] for span in requests}) == 3
    # 128 bits of trace id, of which the upper half came apart.
    assert all(span["trace_id"][:16] != "0" * 16 for span in requests)


def test_the_handlers_are_entries(shop: Traced):
    origins = [span["origin"] for span in shop.named("flask.request", ROUTE)]

    # ddtrace gives the line of the first decorator.
    place = {"type": "entry", "file": str(SHOP), "line": line_of(SHOP, '@app.get("/items'), "function": "__main__.item"}
    assert [{key: origin[key] for key in place} for origin in origins] == [place] * 3


def test_the_queries_of_the_release_that_has_exits_name_their_code(shop: Traced):
    queries = shop.named("sqlite.query", "SELECT ?")

    assert [query["kind"] for query in queries] == ["client", "client"]
    if os.environ["TRACER_HAS_EXITS"] == "false":
        assert [query["origin"] for query in queries] == [None, None]
        return
    # ddtrace gives the first line of the function that calls.
    assert [(query["origin"]["type"], query["origin"]["line"]) for query in queries] == [
        ("exit", line_of(SHOP, "def price_of"))
    ] * 2
    chains = [[frame["function"] for frame in query["origin"]["frames"]] for query in queries]
    assert all(chain[:2] == ["__main__.price_of", "__main__.item"] for chain in chains)
