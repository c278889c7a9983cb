"""docs/api.md has every route of the contract, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from spanorigin_tests.shapes import DOCUMENT

PAGE = (Path(__file__).parents[3] / "docs/api.md").read_text()


def named(path: str) -> str:
    """A path as the page writes it: capitals, or nothing, in the places of its parameters."""
    return re.sub(
        r"/\{(\w+)\}",
        lambda found: f"(?:/{found[1].upper()}|/ID)?",
        re.escape(path).replace("\\{", "{").replace("\\}", "}"),
    )


def test_every_route_of_the_contract_is_on_the_page():
    missing = [path for path in DOCUMENT["paths"] if not re.search(rf"{named(path)}(?![\w/-])", PAGE)]

    assert len(DOCUMENT["paths"]) > 40
    assert missing == []


def test_every_route_on_the_page_is_in_the_contract():
    asked = set(re.findall(r"/api/v1/[\w/-]*\w", PAGE)) - {"/api/v1/openapi"}
    templates = [re.sub(r"\{\w+\}", r"\\w+", path) for path in DOCUMENT["paths"]]

    assert [path for path in asked if not any(re.fullmatch(template, path) for template in templates)] == []
