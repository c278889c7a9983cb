"""Whatever a span, a repository or its source says is text on every page: nothing of it runs, loads or styles."""

import pytest
from playwright.sync_api import expect

from .browsing import new_tab
from .test_versions import carts, carts_server  # noqa: F401  # the same server, started once for each module
from .versions import HOSTILE, HOSTILE_FILE
from .waiting import expect_complete

pytestmark = pytest.mark.browser


@pytest.fixture
def pages(carts):  # noqa: F811
    """Every page, at the worst that it can show."""
    file = HOSTILE_FILE.replace("<", "%3C").replace(">", "%3E").replace(" ", "%20").replace("=", "%3D")
    return [
        f"/trace/{carts.hostile_trace}",
        f"/trace/{carts.failing_trace}",
        "/explore?view=origins&window=1h",
        "/explore?view=top&by=service&window=1h",
        "/explore?q=%3Cimg%20src%3Dx%20onerror%3Dwindow.hurt%3D1%3E&window=1h",
        "/findings?kind=errors&window=1h",
        f"/code/carts@{carts.new}/{file}",
        "/code/carts",
        f"/origin/{file}:app.cart.%3Csvg%2Fonload%3Dwindow.hurt%3D4%3E",
        f"/diff/carts/{carts.old}...{carts.new}",
        "/code/%3Cimg%20src%3Dx%20onerror%3Dwindow.hurt%3D1%3E/a",
        "/nowhere/%3Cscript%3Ewindow.hurt%3D1%3C%2Fscript%3E",
    ]


def test_nothing_that_was_sent_runs_on_any_page(browser, carts_server, pages):  # noqa: F811
    for path in pages:
        with new_tab(browser, carts_server[0].address) as tab:
            page = tab.open(path)
            expect_complete(page)
            page.wait_for_load_state("networkidle")

            hurt = page.evaluate(
                "[window.hurt, document.querySelectorAll('main img, main iframe, main script').length]"
            )
            assert hurt == [None, 0], path
            tab.witness.tolerate("404")


def test_hostile_values_stand_there_letter_by_letter(browser, carts_server, carts):  # noqa: F811
    with new_tab(browser, carts_server[0].address) as tab:
        page = tab.open(f"/trace/{carts.hostile_trace}")
        page.get_by_role("tab", name="Attributes").click()
        panel = page.get_by_test_id("span-panel")

        for text in HOSTILE[:5]:
            expect(panel).to_contain_text(text)
        for tab_name in ("Events", "Stack", "Links", "Raw"):
            if page.get_by_role("tab", name=tab_name).count():
                page.get_by_role("tab", name=tab_name).click()
        assert page.evaluate("window.hurt") is None


def test_hostile_source_is_shown_as_it_is_written(browser, carts_server, carts):  # noqa: F811
    with new_tab(browser, carts_server[0].address) as tab:
        page = tab.open("/code/carts")
        page.get_by_test_id("file-tree").get_by_role("link", name=HOSTILE_FILE).click()

        expect(page.get_by_test_id("source")).to_contain_text(f"# {HOSTILE[0]}")
        expect(page.get_by_test_id("source")).to_contain_text(f"# {HOSTILE[6]}")
        # What would make a line read otherwise than it runs is named.
        expect(page.get_by_test_id("source")).to_contain_text("⟨U+202E⟩reversed⟨U+202C⟩")
