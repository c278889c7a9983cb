"""docs/search.md tells the truth: its examples run, and every slug has its heading in docs/messages.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from spanorigin_server.query.plan import planned
from spanorigin_server.query.scanner import Misread
from spanorigin_server.query.syntax import parsed
from spanorigin_server.store.reader import Condition

from .conftest import NOON_NS, SECOND_NS, Store

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/search.md").read_text()
SOURCES = ROOT / "server/src/spanorigin_server"

# Everything the examples of the page are about, on one span; and one that none of them is about.
DESCRIBED = {
    "service": "web",
    "kind": "server",
    "status": "error",
    "message": "connection reset, timeout",
    "duration_ns": 2 * SECOND_NS,
    "trace_id": "5b8a" + "0" * 28,
    "attributes": {
        "code.file.path": "/srv/shop/app/views.py",
        "code.line.number": 42,
        "code.function.name": "app.views.Cart.pay",
        "spanorigin.type": "entry",
        "http.route": "/pay",
        "http.request.method": "POST",
        "http.status_code": 499,
        "cart.total": 100.0,
        "cart": {"owner": {"name": "ada"}},
        "note": "5 * 3?",
        "when": "timeout",
        "user.first name": "ada",
    },
    "resource": {
        "spanorigin.source.root": "/srv/shop",
        "deployment.environment.name": "prod",
        "host.name": "h1",
        "sttus": "ok",
        "vcs.ref.head.revision": "4f2c91a" + "0" * 33,
    },
}
OTHER = {"service": "jobs", "kind": "internal", "status": "ok", "name": "nothing of it"}


def examples() -> list[str]:
    """The code in the last or first column of each table: what a reader would try."""
    found = []
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("| ") else []
        if len(cells) == 2:
            found += re.findall(r"^`([^`]+)`", cells[0])
        elif len(cells) == 3:
            found += re.findall(r"`([^`]+)`", cells[2])
    return found


def condition(text: str) -> Condition:
    tree = parsed(text)
    assert not isinstance(tree, Misread), tree
    found = planned(tree)
    assert not isinstance(found, Misread), found
    return found


@pytest.fixture(scope="module")
def described(store: Store) -> str:
    store.engine.execute("TRUNCATE TABLE spanorigin.spans")
    store.put(**OTHER)
    return store.put(**{"name": "checkout", **DESCRIBED})


def test_the_page_has_examples():
    assert len(examples()) > 30
    assert "origin:app/views.py:42" in examples()


@pytest.mark.parametrize("text", examples())
def test_an_example_of_the_page_finds_the_span_it_is_about(store: Store, described: str, text: str):
    rows = store.reader.newest(condition(text), NOON_NS - 1, NOON_NS + 1, 10).rows

    found = {row["span_id"] for row in rows}
    if text == "NOT (service:web OR service:pay) kind:server":
        assert found == set()
    elif text == "-@cart.total:99.5":
        assert len(found) == 2
    else:
        assert found == {described}


@pytest.mark.parametrize(
    "text",
    ["has:origin", "@_dd.code_origin.type:*", "@spanorigin.type:*", "@http.response.status_code:499", "\\sttus:ok"],
)
def test_what_the_page_says_in_words_holds(store: Store, described: str, text: str):
    assert [row["span_id"] for row in store.reader.newest(condition(text), NOON_NS - 1, NOON_NS + 1, 9).rows] == [
        described
    ]


def test_every_slug_has_its_heading():
    rooms = [
        *SOURCES.glob("query/*.py"),
        *SOURCES.glob("source/*.py"),
        *SOURCES.glob("*.py"),
        SOURCES / "store/reader.py",
    ]
    text = "".join(
        path.read_text() for path in rooms if path.name in ("answers.py", "workers.py") or path.parent != SOURCES
    )
    slugs = set(re.findall(r'slug="([a-z-]+)"', text))
    slugs |= set(re.findall(r'(?:Misread|Reason|fail)\(\s*"([a-z]+-[a-z-]+)"', text))

    headings = set(re.findall(r"^### (.+)$", (ROOT / "docs/messages.md").read_text(), re.MULTILINE))

    assert len(slugs) > 35
    assert slugs <= headings, slugs - headings
