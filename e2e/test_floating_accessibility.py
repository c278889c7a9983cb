"""What is opened on a page, by keys or a click, is held against axe's rules in both themes, as the pages are."""

import pytest
from playwright.sync_api import expect

from .test_accessibility import complaints, shown
from .test_compare_traces import traces_of  # noqa: F401  # whole traces of a version
from .test_versions import carts, carts_server, carts_tab  # noqa: F401  # the same server, started once for each module

pytestmark = pytest.mark.browser


def test_a_trace_beside_another(carts_tab, traces_of):  # noqa: F811
    page = carts_tab.open(f"/trace/{traces_of('v2')[0]}?view=compare&with={traces_of('v1')[0]}")
    shown(page, "compare-row")
    page.keyboard.press("j")
    expect(page.get_by_test_id("compare-row").first).to_have_attribute("aria-selected", "true")

    assert complaints(page) == []


def test_what_a_trace_may_be_compared_with(carts_tab, traces_of):  # noqa: F811
    page = shown(carts_tab.open(f"/trace/{traces_of('v2')[0]}"), "span-row")
    page.get_by_test_id("compare-menu").click()
    expect(page.get_by_test_id("compare-id")).to_be_visible()

    assert complaints(page) == []


def test_saved_views_on_a_trace(carts_tab, traces_of):  # noqa: F811
    page = shown(carts_tab.open(f"/trace/{traces_of('v2')[0]}"), "span-row")
    page.get_by_test_id("views-menu").click()
    expect(page.get_by_test_id("view-name")).to_be_visible()

    assert complaints(page) == []


def test_a_view_that_is_gone(carts_tab):  # noqa: F811
    page = shown(carts_tab.open("/s/nothing-here-22222"), "not-found")
    carts_tab.witness.excuse("404")

    assert complaints(page) == []


def test_the_box_that_goes_to_a_file(carts_tab, carts):  # noqa: F811
    page = shown(carts_tab.open(f"/code/carts@{carts.new}/app/cart.py?window=1h"), "counted-line")
    page.get_by_test_id("finder-button").click()
    page.get_by_test_id("finder").get_by_role("combobox").fill("cart")
    expect(page.get_by_test_id("offer")).to_have_count(1)

    assert complaints(page) == []


def test_the_palette_and_its_offers(carts_tab):  # noqa: F811
    page = shown(carts_tab.open("/explore?window=1h"), "span-row")
    page.get_by_test_id("palette-button").click()
    page.get_by_test_id("palette").get_by_role("combobox").fill("cart")
    expect(page.get_by_test_id("offer").filter(has_text="carts").first).to_be_visible()

    assert complaints(page) == []


def test_a_heat_map_with_a_box_that_keys_drew(carts_tab):  # noqa: F811
    page = shown(carts_tab.open("/explore?q=service:carts&window=1h&view=heat"), "heat-field")
    field = page.get_by_test_id("heat-field")
    field.focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_test_id("heat-told")).to_contain_text("span")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("heat-narrow")).to_be_visible()
    shown(page, None)

    assert complaints(page) == []
