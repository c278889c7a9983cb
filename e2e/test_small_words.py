"""`and` in small letters is a word to search for: the Explorer says so, and offers what was meant."""

import re

import pytest
from playwright.sync_api import expect

from .test_versions import carts_server, carts_tab  # noqa: F401  # the same server, started once for each module

pytestmark = pytest.mark.browser


def test_a_search_with_and_in_small_letters_offers_the_operator(carts_tab):  # noqa: F811
    page = carts_tab.open("/explore?q=service:carts and kind:server&window=1h")
    note = page.get_by_test_id("small-words")
    expect(note).to_contain_text("service:carts AND kind:server")
    expect(page.get_by_test_id("empty")).to_be_visible()

    note.get_by_test_id("search-fix").click()

    expect(page.get_by_test_id("search-box")).to_have_value("service:carts AND kind:server")
    expect(page.get_by_test_id("span-row").first).to_be_visible()
    expect(note).to_have_count(0)
    expect(page).to_have_url(re.compile("AND"))
