"""Every page is held against axe's rules in both themes: names, roles, focus order, contrast. None may be broken."""

import re

import pytest
from playwright.sync_api import Page, expect

from .browsing import new_tab
from .expected import PROJECT
from .waiting import expect_complete

pytestmark = pytest.mark.browser

AXE = PROJECT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Rows are 22 px high by design, and everything in them is reached by keys: decision 0207.
LEFT_OUT = {"target-size": {"enabled": False}}

# What a page shows when it has all it asked for.
EXPLORER = {
    "spans": ("/explore?window=1h", "span-row"),
    "origins": ("/explore?window=1h&view=origins", "origin-row"),
    "top": ("/explore?window=1h&view=top", "top-row"),
    "nothing found": ("/explore?window=1h&q=service:nobody", "empty"),
    "refused": ("/explore?window=1h&q=service:", "error-note"),
}
TRACE = {
    "waterfall": ("?view=waterfall", "span-row"),
    "flame": ("?view=flame", "flame"),
    "list": ("?view=list", "list-row"),
    "code path": ("?view=code", "step-row"),
    "errors only": ("?only=errors", "span-row"),
}
TABS = ("Overview", "Attributes", "Events", "Stack", "Links", "Raw")
OTHERS = {
    "code": ("/code?window=1h", None),
    "settings": ("/settings", None),
    "findings": ("/findings?window=1h", None),
    "lost": ("/nowhere", "empty"),
    "no such trace": (f"/trace/{'0' * 31}1", "not-found"),
}


def complaints(page: Page) -> list[str]:
    """What axe finds wrong on the page as it is, in each theme."""
    page.evaluate(AXE.read_text(encoding="utf-8") + ";true")
    found = []
    for theme in ("dark", "light"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        violations = page.evaluate(
            "([runOnly, rules]) => axe.run(document, { runOnly, rules }).then(({ violations }) => violations)",
            [RULES, LEFT_OUT],
        )
        for violation in violations:
            for node in violation["nodes"]:
                summary = " ".join(node["failureSummary"].split())
                found.append(f"{theme}: {violation['id']} at {node['target']}: {summary} {node['html'][:160]}")
    return found


def shown(page: Page, test_id: str | None) -> Page:
    if test_id:
        expect(page.get_by_test_id(test_id).first).to_be_visible()
    return expect_complete(page)


@pytest.fixture
def failing(demo, traces):
    """A trace with an error, an event, exits and entries."""
    spans = demo.server.search("status:error has:origin kind:client")
    assert spans
    return spans[0]


@pytest.mark.parametrize("name", EXPLORER)
def test_the_explorer(tab, name):
    address, test_id = EXPLORER[name]

    page = shown(tab.open(address), test_id)
    if name == "refused":
        tab.witness.excuse("400")

    assert complaints(page) == []


@pytest.mark.parametrize("name", TRACE)
def test_a_trace(tab, failing, name):
    look, test_id = TRACE[name]

    page = shown(tab.open(f"/trace/{failing['trace_id']}{look}&span={failing['span_id']}"), test_id)

    assert complaints(page) == []


def test_all_parts_of_a_spans_panel(tab, failing):
    page = shown(tab.open(f"/trace/{failing['trace_id']}?span={failing['span_id']}"), "origin-section")
    wrong = {}
    for part in TABS:
        page.get_by_role("tab", name=part).click()
        expect(page.get_by_role("tab", name=part)).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("tabpanel").locator(".panel-skel")).to_have_count(0)
        wrong[part] = complaints(page)

    assert wrong == {part: [] for part in TABS}


def test_what_floats(tab, failing):
    page = shown(tab.open(f"/trace/{failing['trace_id']}?span={failing['span_id']}"), "origin-section")
    page.get_by_test_id("outside-menu").click()
    expect(page.get_by_test_id("editor-vscode")).to_be_visible()
    assert complaints(page) == []

    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert complaints(page) == []


@pytest.mark.parametrize("name", OTHERS)
def test_other_pages(tab, name):
    address, test_id = OTHERS[name]

    page = shown(tab.open(address), test_id)
    if name == "no such trace":
        tab.witness.excuse("404")

    assert complaints(page) == []


def test_the_page_of_a_file(tab, failing):
    page = shown(tab.open(f"/trace/{failing['trace_id']}?span={failing['span_id']}"), "origin-section")
    page.get_by_test_id("open-file").click()
    expect(page.get_by_test_id("counted-line").first).to_be_visible()

    assert complaints(page) == []


def test_a_function_over_time(tab, failing):
    page = shown(tab.open(f"/trace/{failing['trace_id']}?span={failing['span_id']}"), "origin-section")
    page.get_by_test_id("origin-link").click()
    expect(page).to_have_url(re.compile("/origin/"))

    assert complaints(shown(page, None)) == []


def test_the_first_page_of_all(browser, empty_server):
    with new_tab(browser, empty_server.address) as tab:
        assert complaints(shown(tab.open("/"), None)) == []
