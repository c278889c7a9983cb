"""A trace beside another, its spans from changed code, and the trace as a file: in a browser, on two real versions."""

import csv
import json
import re

import pytest
from playwright.sync_api import expect

from .browsing import take_screenshot
from .test_versions import carts, carts_server, carts_tab  # noqa: F401  # the same server, started once for each module
from .versions import PRICE_NEW, SHOW_NEW
from .waiting import expect_copied, expect_in_address

pytestmark = pytest.mark.browser


@pytest.fixture
def traces_of(carts_server):  # noqa: F811
    """Whole traces of a version: the entry and its eight calls."""

    def of(version):
        return [span["trace_id"] for span in carts_server[0].search(f"kind:server version:{version} -status:error")]

    return of


def row_of(page, text):
    return page.get_by_test_id("compare-row").filter(has_text=text)


def test_only_spans_from_changed_code_are_shown_and_the_change_is_a_click_away(carts_tab, carts, traces_of):  # noqa: F811
    page = carts_tab.open(f"/trace/{traces_of('v2')[0]}")
    pill = page.get_by_test_id("changed-pill")
    expect(pill).to_contain_text("1")
    page.keyboard.press("x")

    expect(page).to_have_url(re.compile("only=changed"))
    expect(page.get_by_test_id("span-row")).to_have_count(1)
    expect(page.get_by_test_id("span-row").first).to_contain_text(f"cart.py:{SHOW_NEW}")
    take_screenshot(page, "trace-changed-code")
    page.get_by_test_id("what-changed").click()
    expect(page).to_have_url(re.compile(f"/diff/carts/{carts.old}...{carts.new}"))


def test_the_first_version_is_compared_with_the_one_after_it(carts_tab, traces_of):  # noqa: F811
    page = carts_tab.open(f"/trace/{traces_of('v1')[0]}")
    expect(page.get_by_test_id("changed-pill")).to_have_attribute(
        "title", re.compile("v1 against v2, which came after")
    )


def test_a_trace_without_origins_says_why_nothing_is_known(carts_tab, carts):  # noqa: F811
    page = carts_tab.open(f"/trace/{carts.bare_trace}")
    pill = page.get_by_test_id("changed-pill")
    expect(pill).to_contain_text("?")

    pill.click()

    expect(page.get_by_test_id("changed-why")).to_contain_text("No span of this trace has an origin")
    take_screenshot(page, "trace-changed-unknown")


def test_a_trace_is_put_beside_one_of_the_other_version(carts_tab, traces_of):  # noqa: F811
    slow, quick = traces_of("v2")[0], traces_of("v1")[0]
    page = carts_tab.open(f"/trace/{slow}")
    page.get_by_test_id("compare-menu").click()
    page.get_by_test_id("compare-id").fill("not an id")
    page.get_by_test_id("compare-id").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("32 hex digits")
    page.get_by_test_id("compare-id").fill(f"00-{quick}-00f067aa0ba902b7-01")
    page.get_by_test_id("compare-id").press("Enter")

    calls = row_of(page, "SELECT price")
    # 8 calls of 9 ms beside 8 of 1 ms; the line moved from one version to the other, and is one row.
    expect(calls).to_have_count(1)
    expect(calls).to_contain_text(f"cart.py:{PRICE_NEW}")
    expect(calls.get_by_test_id("compare-difference")).to_have_text("+64.0\u202fms")
    expect(page.get_by_test_id("compare-verdict")).to_contain_text("%")
    expect(page).to_have_url(re.compile(f"view=compare&with={quick}"))
    take_screenshot(page, "trace-compared")

    page.reload()
    expect(calls).to_have_count(1)
    calls.get_by_role("button").click()
    expect(page.get_by_test_id("span-panel")).to_contain_text("SELECT price")
    page.get_by_role("button", name="Compared").click()
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("with="))


def test_the_comparison_is_walked_by_keys(carts_tab, traces_of):  # noqa: F811
    page = carts_tab.open(f"/trace/{traces_of('v2')[0]}?view=compare&with={traces_of('v1')[0]}")
    rows = page.get_by_test_id("compare-row")
    # The entry and its calls, most different first: what the entry did itself is the same in both.
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("SELECT price")

    page.keyboard.press("j")
    expect(rows.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("j")
    expect(rows.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("k")
    expect(rows.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    expect(page.get_by_test_id("span-panel")).to_contain_text("SELECT price")
    expect(page).to_have_url(re.compile("span="))


@pytest.mark.parametrize("likeness", ["median", "fastest", "slowest"])
def test_the_other_trace_is_found_by_what_it_is(carts_tab, carts_server, traces_of, likeness):  # noqa: F811
    page = carts_tab.open(f"/trace/{traces_of('v2')[0]}")
    page.get_by_test_id("compare-menu").click()
    page.get_by_test_id(f"compare-{likeness}").click()

    expect(page.get_by_test_id("compare-other")).to_be_visible()
    other = expect_in_address(page, "with", re.compile("^[0-9a-f]{32}$"))
    (root,) = carts_server[0].search(f"kind:server trace_id:{other}")
    alike = f'resource:"GET /cart" -has:parent -trace_id:{page.url.split("/trace/")[1][:32]}'
    durations = sorted(span["duration_ns"] for span in carts_server[0].search(alike))
    middle = len(durations) // 2
    wanted = {"fastest": durations[:1], "slowest": durations[-1:], "median": durations[middle - 1 : middle + 1]}
    assert root["duration_ns"] in wanted[likeness]


def test_a_trace_that_is_not_there_cannot_be_compared_with(carts_tab, traces_of):  # noqa: F811
    page = carts_tab.open(f"/trace/{traces_of('v2')[0]}?view=compare&with={'f' * 32}")

    expect(page.get_by_test_id("not-found")).to_contain_text("No such trace")
    page.get_by_role("button", name="Close the comparison").click()
    expect(page.get_by_test_id("span-row").first).to_be_visible()
    carts_tab.witness.excuse("404")


def test_a_trace_is_taken_as_a_file_and_as_a_command(carts_tab, traces_of):  # noqa: F811
    trace_id = traces_of("v2")[0]
    page = carts_tab.open(f"/trace/{trace_id}")

    def taken(kind):
        page.get_by_test_id("take-menu").click()
        with page.expect_download() as download:
            page.get_by_test_id(f"export-{kind}").click()
        assert download.value.suggested_filename.startswith(f"trace-{trace_id}.")
        return download.value.path().read_text()

    spans = [json.loads(line) for line in taken("json").splitlines()]
    assert {span["trace_id"] for span in spans} == {trace_id}
    assert len(spans) == 9
    assert len(list(csv.DictReader(taken("csv").splitlines()))) == 9
    assert "resourceSpans" in json.loads(taken("otlp").splitlines()[0])
    page.get_by_test_id("take-menu").click()
    page.get_by_test_id("copy-curl").click()
    expect_copied(page, re.compile(f"/api/v1/traces/{trace_id}'$"))
