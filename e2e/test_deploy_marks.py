"""The marks of deploys in the Explorer: in the charts and on the heat map, wherever a search finds the service."""

import re

import pytest
from playwright.sync_api import expect

from .browsing import search, take_screenshot
from .test_versions import carts_server, carts_tab  # noqa: F401  # the same server, started once for each module

pytestmark = pytest.mark.browser

CHARTS = 3


def test_a_new_version_is_marked_in_each_chart_and_named_above_them(carts_tab):  # noqa: F811
    page = carts_tab.open("/explore?q=service:carts&window=1h")

    expect(page.get_by_test_id("deployed")).to_have_text(re.compile(r"^v2 deployed \S"))
    expect(page.get_by_test_id("deployed")).to_have_attribute("title", re.compile("^carts v2 after v1, "))
    expect(page.get_by_test_id("overview").get_by_test_id("deploy-mark")).to_have_count(CHARTS)
    # The version is slower than the one before.
    expect(page.get_by_test_id("was").last).to_have_text(re.compile("^was "))
    take_screenshot(page, "explorer-deployed")


def test_the_heat_map_has_the_mark_too(carts_tab):  # noqa: F811
    page = carts_tab.open("/explore?q=service:carts&window=1h&view=heat")

    expect(page.get_by_test_id("heat-field").get_by_test_id("deploy-mark")).to_have_count(1)


def test_a_search_for_spans_of_another_service_has_no_mark(carts_tab):  # noqa: F811
    page = carts_tab.open("/explore?q=service:carts&window=1h")
    expect(page.get_by_test_id("deployed")).to_be_visible()

    search(page, "-service:carts")

    expect(page.get_by_test_id("deployed")).to_have_count(0)
