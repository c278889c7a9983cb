"""A server that nobody has sent to yet says what to type, and moves on by itself when the first span comes."""

import re

import pytest
from playwright.sync_api import expect

from . import spans
from .browsing import new_tab, take_screenshot

pytestmark = pytest.mark.browser


def test_it_says_what_to_type_and_gives_way_to_the_first_span(browser, empty_server):
    with new_tab(browser, empty_server.address) as tab:
        page = tab.open("/")
        first_run = page.get_by_test_id("first-run")
        expect(first_run).to_contain_text('pip install "spanorigin[run]"')
        expect(first_run).to_contain_text("spanorigin run --")
        # Not on the usual port, so the command must say where to send.
        expect(first_run).to_contain_text(empty_server.address)

        empty_server.send(spans.one_span("GET /first"))

        expect(page).to_have_url(re.compile("/explore"))
        expect(page.get_by_test_id("span-row")).to_contain_text("GET /first")


def test_the_explorer_of_an_empty_store_leads_back_to_what_to_type(browser, empty_server):
    with new_tab(browser, empty_server.address) as tab:
        page = tab.open("/explore")

        page.get_by_test_id("empty").get_by_role("link").click()

        expect(page.get_by_test_id("first-run")).to_be_visible()


def test_a_span_without_any_origin_has_its_reason_one_click_away(browser, empty_server):
    empty_server.send(spans.one_span("GET /first"))
    with new_tab(browser, empty_server.address) as tab:
        page = tab.open("/explore")

        page.get_by_test_id("origin-cell").get_by_role("button", name="why?").click()

        expect(page.get_by_test_id("hover-card")).to_contain_text("spanorigin")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_can_be_looked_at(theme, browser, empty_server):
    with new_tab(browser, empty_server.address, theme) as tab:
        page = tab.open("/")
        expect(page.get_by_test_id("first-run")).to_be_visible()

        take_screenshot(page, f"first-run-{theme}")
