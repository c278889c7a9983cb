"""Pages load their own scripts: the reader who opens one waits for it alone, and is told when it cannot be had."""

from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from .browsing import new_tab

pytestmark = pytest.mark.browser


def test_a_page_whose_script_is_gone_says_so_and_comes_back(browser, empty_server):
    with urlopen(f"{empty_server.address}/") as answer:
        first = answer.read().decode()
    refused: list[str] = []

    def refuse_all_but_the_first(route):
        if urlsplit(route.request.url).path in first:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    with new_tab(browser, empty_server.address) as tab:
        tab.page.route("**/assets/*.js", refuse_all_but_the_first)
        tab.open("/findings")
        expect(tab.page.get_by_text("This page could not be loaded")).to_be_visible()
        assert refused
        tab.witness.excuse("ERR_FAILED")

        tab.page.unroute_all()
        tab.page.get_by_role("button", name="Load it again").click()
        expect(tab.page.get_by_text("Nothing to find")).to_be_visible()


def test_a_page_opened_by_its_address_has_its_script_asked_for_beside_those_of_the_start(browser, empty_server):
    with new_tab(browser, empty_server.address) as tab:
        page = tab.open("/findings")
        expect(page.get_by_text("Nothing to find")).to_be_visible()

        needed = page.evaluate("document.querySelector('script[data-findings]').dataset.findings.split(' ')")
        asked = page.evaluate("[...document.querySelectorAll('link[rel=modulepreload]')].map(({ href }) => href)")

        assert needed[0].startswith("findings-")
        for name in needed:
            assert [address for address in asked if address.endswith(f"/assets/{name}")], name
