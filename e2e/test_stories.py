"""What people come for, from beginning to end, as they would do it."""

import re

import pytest
from playwright.sync_api import expect

from .browsing import new_tab, search
from .expected import PROJECT
from .running import start_server
from .versions import SHOW_NEW, make_repository, spans_of
from .waiting import PATIENCE_S, expect_in_address

pytestmark = pytest.mark.browser


def test_an_error_is_found_and_leads_to_its_line(tab, demo):
    page = tab.open("/explore?window=1h")
    search(page, "status:error has:origin")
    page.get_by_test_id("span-row").first.click()
    page.keyboard.press("Enter")

    marked = page.get_by_test_id("preview-marked-line").first
    expect(marked).to_be_visible()
    page.get_by_test_id("open-file").first.click()

    current = page.locator('[data-testid="source"] [aria-current="true"] pre')
    expect(current).to_be_visible()
    expect_in_address(page, "line", re.compile(r"^\d+$"))
    path, line = re.search(r"/code/[^/]+/([^?]+)\?.*\bline=(\d+)", page.url).groups()
    assert current.text_content() == (PROJECT / path).read_text().splitlines()[int(line) - 1]


def test_the_shops_n_plus_one_is_found_with_its_loop(tab, demo):
    page = tab.open("/findings?window=1h")
    finding = page.get_by_test_id("finding").first
    expect(finding).to_contain_text("models.py")
    finding.get_by_role("button").click()

    expect(finding.get_by_test_id("loop-line")).to_contain_text("for line in self.lines")
    finding.get_by_role("link", name="trace").click()

    expect(page).to_have_url(re.compile("/trace/"))
    expect(page.get_by_text(re.compile(r"N\+1")).first).to_be_visible()


@pytest.fixture
def lonely_server(tmp_path):
    """A server that has the spans of the carts, and another repository than theirs."""
    make_repository(tmp_path / "other", "https://example.com/acme/other")
    old, new = make_repository(tmp_path / "carts")
    carts, bodies = spans_of(tmp_path / "carts", old, new)
    running, server = start_server(tmp_path, "--repo", str(tmp_path / "other"))
    for body in bodies:
        server.send(body)
    server.wait_until_quiet(at_least=700, quiet_s=1.0)
    yield server, carts
    assert running.stop() == 0, running.output


def test_a_span_without_origin_tells_why_and_what_to_do(browser, lonely_server):
    server, carts = lonely_server
    with new_tab(browser, server.address) as tab:
        page = tab.open(f"/trace/{carts.bare_trace}?span=3837363534333231")

        panel = page.get_by_test_id("span-panel")
        expect(panel).to_contain_text("spanorigin run")


def test_a_missing_repository_is_added_and_the_preview_appears(browser, lonely_server):
    server, carts = lonely_server
    with new_tab(browser, server.address) as tab:
        page = tab.open(f"/trace/{carts.failing_trace}")
        panel = page.get_by_test_id("span-panel")
        expect(panel).to_contain_text("repository-not-registered")
        expect(panel).to_contain_text("Add it in the settings")

        # By its address, so that the running server clones it.
        page.get_by_role("link", name="Settings").click()
        page.get_by_test_id("repository-where").fill(f"file://{carts.root}")
        page.get_by_test_id("repository-add").click()
        added = page.get_by_test_id("repository").filter(has_text="carts")
        expect(added.get_by_test_id("repository-state")).to_have_text(carts.new[:7], timeout=4000 * PATIENCE_S)
        page.go_back()
        page.get_by_test_id("span-row").first.click()

        expect(page.get_by_test_id("preview-marked-line")).to_contain_text("def show(cart):")
        expect(page.get_by_test_id("preview")).to_have_attribute("aria-label", f"app/cart.py, lines around {SHOW_NEW}")
