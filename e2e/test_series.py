"""The Explorer's series in a browser: each group over time on one axis, narrowed by dragging, kept by the address."""

import re

import pytest
from playwright.sync_api import expect

from .browsing import take_screenshot
from .test_accessibility import complaints, shown
from .test_versions import carts_server, carts_tab  # noqa: F401  # the same server, started once for each module

pytestmark = pytest.mark.browser

MEASURES = 3


def row_of(page, name):
    return page.get_by_test_id("series-row").filter(has=page.get_by_role("button", name=name, exact=True))


@pytest.fixture
def series(carts_tab):  # noqa: F811
    return shown(carts_tab.open("/explore?q=service:carts&window=1h&view=series&by=version"), "series-row")


def test_each_version_has_its_spans_errors_and_durations_over_time(series, carts_server):  # noqa: F811
    expect(series.get_by_test_id("series-row")).to_have_count(2)
    for version in ("v1", "v2"):
        expect(row_of(series, version).get_by_test_id("series-chart")).to_have_count(MEASURES)
    # One of the newer version's 361 spans failed.
    expect(row_of(series, "v1").get_by_role("cell").nth(1)).to_have_text("0\u202f%")
    expect(row_of(series, "v2").get_by_role("cell").nth(1)).to_have_text(re.compile(r"^0\.\d+\u202f%$"))
    # The deploy between them is marked in every chart.
    expect(series.get_by_test_id("series").get_by_test_id("deploy-mark")).to_have_count(2 * MEASURES)
    take_screenshot(series, "explorer-series")


def test_another_field_and_its_reload_show_the_same(series):
    series.get_by_test_id("top-by").fill("kind")
    series.get_by_test_id("top-by").press("Enter")
    expect(row_of(series, "server")).to_have_count(1)
    expect(series).to_have_url(re.compile("by=kind"))

    series.reload()

    expect(row_of(series, "client")).to_have_count(1)
    row_of(series, "client").get_by_role("button").click()
    expect(series.get_by_test_id("search-box")).to_have_value(re.compile("kind:client"))
    expect(series.get_by_test_id("span-row").first).to_be_visible()


def test_dragging_over_a_chart_narrows_the_time_for_all(series):
    chart = row_of(series, "v2").get_by_test_id("series-chart").first
    box = chart.bounding_box()
    y = box["y"] + box["height"] / 2
    series.mouse.move(box["x"] + box["width"] * 0.5, y)
    expect(series.get_by_test_id("series-when")).to_be_visible()
    series.mouse.down()
    series.mouse.move(box["x"] + box["width"] * 0.99, y)
    series.mouse.up()

    expect(series).to_have_url(re.compile(r"from=\d+&to=\d+.*view=series|view=series.*from=\d+&to=\d+"))


def test_nothing_is_wrong_with_it_by_axes_rules(series):
    assert complaints(series) == []
