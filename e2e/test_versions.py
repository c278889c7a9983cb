"""Code over time, in a browser: lenses, another version beside a file, one function over versions, a change's costs."""

import re

import pytest
from playwright.sync_api import expect

from .browsing import new_tab, take_screenshot
from .running import start_server
from .versions import PRICE_NEW, SHOW_NEW, make_repository, spans_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def carts_server(tmp_path_factory):
    """A server with the repository of the carts, and the spans of both its versions."""
    folder = tmp_path_factory.mktemp("carts")
    old, new = make_repository(folder / "carts")
    carts, bodies = spans_of(folder / "carts", old, new)
    running, server = start_server(folder, "--repo", str(folder / "carts"))
    for body in bodies:
        server.send(body)
    server.wait_until_quiet(at_least=700, quiet_s=1.0)
    yield server, carts
    assert running.stop() == 0, running.output


@pytest.fixture
def carts(carts_server):
    return carts_server[1]


@pytest.fixture
def carts_tab(browser, carts_server):
    with new_tab(browser, carts_server[0].address) as tab:
        yield tab


def line_of(page, number):
    return page.locator(f'[data-testid="counted-line"][data-line="{number}"]')


def test_a_lens_counts_requests_coming_in_or_calls_going_out(carts_tab, carts):
    page = carts_tab.open(f"/code/carts@{carts.new}/app/cart.py?window=1h")
    expect(line_of(page, SHOW_NEW)).to_be_visible()
    expect(line_of(page, PRICE_NEW)).to_be_visible()

    page.get_by_test_id("lens-entry").click()
    expect(line_of(page, PRICE_NEW)).to_have_count(0)
    page.get_by_test_id("lens-exit").click()
    expect(line_of(page, PRICE_NEW)).to_be_visible()
    expect(line_of(page, SHOW_NEW)).to_have_count(0)

    expect(page).to_have_url(re.compile("lens=exit"))


def test_by_its_own_time_the_line_that_waits_is_hotter_than_the_one_that_calls(carts_tab, carts):
    page = carts_tab.open(f"/code/carts@{carts.new}/app/cart.py?lens=self&window=1h")
    expect(line_of(page, PRICE_NEW)).to_be_visible()

    page.keyboard.press("]")

    expect(page.get_by_test_id("line-inspector").get_by_role("heading", level=2)).to_have_text(f"Line {PRICE_NEW}")
    expect(page.get_by_test_id("line-inspector")).to_contain_text("Self")


def test_another_versions_numbers_stand_beside_the_lines_that_moved(carts_tab, carts):
    page = carts_tab.open(f"/code/carts@{carts.new}/app/cart.py?window=1h")
    page.get_by_test_id("against").click()
    page.get_by_role("menuitemradio").filter(has_text="v1").click()

    change = line_of(page, PRICE_NEW).get_by_test_id("change")

    expect(change).to_have_text(re.compile(r"^(\+\d{3}\s%|×\d)"))
    expect(change).to_have_attribute("title", re.compile("p95 was 1"))
    expect(page).to_have_url(re.compile(f"against={carts.old}"))
    take_screenshot(page, "code-compared-dark")


def test_functions_that_no_span_starts_in_are_listed_and_lead_to_their_line(carts_tab, carts):
    page = carts_tab.open(f"/code/carts@{carts.new}/app/cart.py?window=1h")
    page.get_by_test_id("never-hit").click()
    page.get_by_role("menuitem").filter(has_text="never_called").click()

    expect(page.locator('[aria-current="true"] pre')).to_have_text("def never_called(cart):")


def test_a_line_called_in_a_loop_is_marked_in_its_file(carts_tab, carts):
    page = carts_tab.open(f"/code/carts@{carts.new}/app/cart.py?window=1h")

    expect(line_of(page, PRICE_NEW).locator(".badge")).to_contain_text("N+1 ×8")


def test_a_function_is_told_to_be_worse_and_since_when(carts_tab, carts):
    page = carts_tab.open(f"/code/carts@{carts.new}/app/cart.py?line={SHOW_NEW}&window=1h")
    page.get_by_test_id("over-time").click()

    expect(page).to_have_url(re.compile(r"/origin/app/cart\.py:app\.cart\.show"))
    expect(page.get_by_test_id("verdict")).to_contain_text("Worse since v2")
    expect(page.get_by_test_id("version")).to_have_count(2)
    expect(page.get_by_test_id("version").first).to_contain_text("v2")
    expect(page.get_by_test_id("slow-trace").first).to_be_visible()
    expect(page.get_by_test_id("preview-marked-line")).to_be_visible()
    take_screenshot(page, "origin-dark")
    page.get_by_test_id("what-changed").click()
    expect(page).to_have_url(re.compile(f"/diff/carts/{carts.old}\\.\\.\\.{carts.new}"))


def test_a_change_shows_its_lines_with_what_they_cost_before_and_after(carts_tab, carts):
    page = carts_tab.open(f"/diff/carts/{carts.old}...{carts.new}?window=1h")
    file = page.get_by_test_id("changed-file").filter(has_text="cart.py")

    price = page.get_by_test_id("changed-line").filter(has_text="items.price")
    expect(price.get_by_test_id("cost-before")).to_contain_text("1")
    expect(price.get_by_test_id("cost-after")).to_contain_text("9")
    expect(file.get_by_test_id("changed-count")).to_have_text("+5 \u22120")
    expect(page.locator(".is-added")).to_have_count(5)
    take_screenshot(page, "diff-dark")
    page.keyboard.press("]")
    file.get_by_role("button").click()
    expect(page.locator(".is-added")).to_have_count(0)


def test_the_commits_of_a_change_can_be_chosen(carts_tab, carts):
    page = carts_tab.open("/diff/carts?window=1h")
    expect(page.get_by_text("Two commits")).to_be_visible()

    page.get_by_test_id("choose-base").select_option(carts.old)
    page.get_by_test_id("choose-head").select_option(carts.new)

    expect(page.get_by_test_id("changed-file").first).to_be_visible()
    expect(page).to_have_url(re.compile(f"/diff/carts/{carts.old}\\.\\.\\.{carts.new}"))


@pytest.mark.parametrize(
    ("kind", "line", "about"),
    [
        ("repeats", PRICE_NEW, "SELECT price"),
        ("slow", SHOW_NEW, ""),
        ("errors", SHOW_NEW, "no such cart"),
        ("regressions", SHOW_NEW, "× slower"),
    ],
)
def test_each_kind_of_finding_names_its_line_and_unfolds_to_it(carts_tab, carts, kind, line, about):
    # The newer version ran in the five minutes before the spans were made, the older one in the five before those.
    to = carts.made_at_ns
    page = carts_tab.open(f"/findings?kind={kind}&from={to - 300 * 10**9}&to={to}")
    finding = page.get_by_test_id("finding").filter(has_text=f"cart.py:{line}").first
    expect(finding).to_contain_text(about)

    finding.get_by_role("button").click()

    lines = finding.get_by_test_id("finding-lines")
    expect(lines.get_by_test_id("preview-marked-line")).to_be_visible()
    if kind == "repeats":
        expect(lines.get_by_test_id("loop-line")).to_contain_text("for item in cart:")
    lines.get_by_role("link", name="function over time").click()
    expect(page.get_by_test_id("verdict")).to_be_visible()
