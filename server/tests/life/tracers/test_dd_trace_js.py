"""dd-trace for Node, unmodified: its spans and its code origins come out of our API."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import HERE, Traced, line_of

MODULES = Path(os.environ["TRACER_NODE_MODULES"])
SHOP = HERE / "node" / "shop.js"


@pytest.fixture(scope="module")
def shop(traced) -> Traced:
    return traced(
        ["node", "-r", MODULES / "dd-trace" / "init", SHOP],
        20,
        DD_SERVICE="shop",
        DD_VERSION="3",
        # Off by default in this release.
        DD_CODE_ORIGIN_FOR_SPANS_EXPERIMENTAL_EXIT_SPANS_ENABLED="true",
    )


def test_the_tracer_has_nothing_to_complain_of(shop: Traced):
    assert shop.terminal == ""


def test_each_request_has_its_status(shop: Traced):
    requests = shop.named("express.request", "GET /items/:number")

    assert [(span["kind"], span["http_status"]) for span in requests] == [
        ("server", 200),
        ("server", 200),
        ("server", 500),
    ]


def test_the_places_where_routes_are_registered_are_entries(shop: Traced):
    origins = [span["origin"] for span in shop.named("express.request", "GET /price")]

    place = {"type": "entry", "file": str(SHOP), "line": line_of(SHOP, "app.get('/price'")}
    assert [{key: origin[key] for key in place} for origin in origins] == [place] * 3


def test_calls_name_the_line_that_made_them(shop: Traced):
    calls = [span for span in shop.named("http.request") if span["resource"].endswith("/price")]

    assert len(calls) == 3
    for call in calls:
        assert (call["kind"], call["origin"]["type"]) == ("client", "exit")
        assert (call["origin"]["file"], call["origin"]["line"]) == (str(SHOP), line_of(SHOP, "http.get({"))
        assert len(call["origin"]["frames"]) >= 2
