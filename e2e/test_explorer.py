"""The Explorer in a browser: find spans, know their line, go into one, all by keyboard if you like."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from .browsing import answer_drawn, ask_for, new_tab, search, take_screenshot
from .expected import SHOP
from .waiting import PATIENCE_S, box_at_rest, eventually, expect_complete, expect_in_address

pytestmark = pytest.mark.browser


@pytest.fixture
def explorer(tab):
    page = tab.open("/explore?window=1h")
    expect(rows(page).first).to_be_visible()
    return expect_complete(page)


def rows(page):
    return page.get_by_test_id("span-row")


def search_box(page):
    return page.get_by_test_id("search-box")


def selected(page):
    return page.locator("[data-testid=span-row][aria-selected=true]")


def test_it_lists_spans_newest_first_with_their_lines(explorer, demo):
    demo.server.wait_until_quiet(at_least=1)
    newest, *_ = demo.server.search("")
    explorer.reload()

    expect(rows(explorer).first).to_contain_text(newest["resource"])
    expect(rows(explorer).first).to_contain_text(newest["service"])
    with_line = explorer.get_by_test_id("origin-cell").filter(has_text=re.compile(r"\w+\.py:\d+"))
    expect(with_line.first).to_be_visible()


def test_a_search_narrows_the_list_and_is_in_the_address(explorer):
    search(explorer, "service:orders @_dd.code_origin.type:entry")

    expect(rows(explorer).filter(has_text="web")).to_have_count(0)
    expect(rows(explorer).first).to_contain_text("orders")
    expect(rows(explorer).first.get_by_test_id("origin-cell")).to_contain_text(".py:")
    expect_in_address(explorer, "q", "service:orders @_dd.code_origin.type:entry")

    explorer.reload()
    expect(search_box(explorer)).to_have_value("service:orders @_dd.code_origin.type:entry")
    expect(rows(explorer).first).to_contain_text("orders")


def test_back_and_forward_walk_through_searches(explorer):
    search(explorer, "service:orders")
    expect(rows(explorer).first).to_contain_text("orders")
    search(explorer, "service:admin")
    expect(rows(explorer).first).to_contain_text("admin")

    explorer.go_back()
    expect(search_box(explorer)).to_have_value("service:orders")
    expect(rows(explorer).first).to_contain_text("orders")
    explorer.go_forward()
    expect(search_box(explorer)).to_have_value("service:admin")
    expect(rows(explorer).first).to_contain_text("admin")


def test_it_can_be_used_without_a_mouse(explorer):
    explorer.keyboard.press("/")
    expect(search_box(explorer)).to_be_focused()
    explorer.keyboard.type("service:web kind:server")
    with answer_drawn(explorer, "/api/v1/spans", q="service:web kind:server"):
        explorer.keyboard.press("Enter")
    expect(rows(explorer).first).to_contain_text("web")
    explorer.keyboard.press("Escape")
    expect(search_box(explorer)).not_to_be_focused()

    for key, row in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        explorer.keyboard.press(key)
        expect(rows(explorer).nth(row)).to_have_attribute("aria-selected", "true")
        expect(selected(explorer)).to_have_count(1)
    span_id = selected(explorer).get_attribute("data-span-id")

    explorer.keyboard.press("Enter")
    expect(explorer).to_have_url(re.compile(rf"/trace/[0-9a-f]{{32}}\?span={span_id}"))
    expect(explorer.get_by_test_id("span-panel")).to_be_visible()
    explorer.keyboard.press("Escape")
    explorer.keyboard.press("Escape")
    expect(explorer).to_have_url(re.compile(r"/explore\?.*q=service"))
    expect(selected(explorer)).to_have_attribute("data-span-id", span_id)


def test_a_query_that_makes_no_sense_is_explained_under_the_box_and_mended_by_a_click(explorer, tab):
    ask_for(explorer, "statsu:error")

    note = explorer.get_by_test_id("error-note")
    expect(note).to_contain_text("statsu")
    expect(rows(explorer)).to_have_count(0)
    explorer.get_by_test_id("search-fix").click()
    expect(note).to_have_count(0)
    expect(rows(explorer).first).to_be_visible()
    expect_in_address(explorer, "q", "status:error")
    tab.witness.excuse("400")


def test_nothing_found_says_so_and_offers_a_way_out(explorer):
    ask_for(explorer, "service:nowhere")

    empty = explorer.get_by_test_id("empty")
    expect(empty).to_contain_text("service:nowhere")
    empty.get_by_role("button", name="Clear the search").click()
    expect(rows(explorer).first).to_be_visible()


def test_a_server_that_is_away_is_named_and_its_return_noticed(explorer, tab):
    explorer.route("**/api/**", lambda route: route.abort())
    ask_for(explorer, "service:web")
    expect(explorer.get_by_test_id("error-note").first).to_contain_text("does not answer")

    explorer.unroute("**/api/**")
    expect(rows(explorer).first).to_contain_text("web", timeout=2000 * PATIENCE_S)
    expect(explorer.get_by_test_id("error-note")).to_have_count(0)
    tab.witness.excuse("ERR_FAILED")


def test_scrolling_down_loads_on(explorer, demo):
    count = len(demo.server.search(""))
    assert count > 200, "the demo should have sent more than two pages"

    grid, end = explorer.get_by_role("grid"), explorer.get_by_text("That is all in this stretch of time.")

    def is_at_the_end():
        grid.evaluate("grid => grid.scrollTo(0, grid.scrollHeight)")
        return end.is_visible()

    eventually(is_at_the_end, bool, explorer, limit_s=4 * PATIENCE_S)
    expect(explorer.get_by_test_id("facts")).to_contain_text(re.compile(r"^\d+"))
    assert rows(explorer).count() < 200, "only the rows in view belong into the page"


def test_another_stretch_of_time_is_in_the_address(explorer):
    explorer.get_by_test_id("time-menu").click()
    explorer.get_by_role("menuitemradio", name=re.compile(r"\b6\sh")).click()

    expect(explorer).to_have_url(re.compile(r"window=6h"))
    expect(rows(explorer).first).to_be_visible()


def test_pointing_at_an_origin_shows_its_code(explorer):
    search(explorer, "@code.function.name:storefront.checkout.check_out")

    cell = explorer.get_by_test_id("origin-cell").first
    expect(cell).to_contain_text("check_out")

    box_at_rest(cell)
    cell.get_by_role("link").hover()

    marked = explorer.get_by_test_id("hover-card").get_by_test_id("preview-marked-line")
    expect(marked).to_contain_text("async def check_out(")


def test_code_that_is_shown_for_a_row_goes_with_the_row(explorer):
    answers = []
    explorer.route("**/api/v1/spans?**", lambda route: answers.append(route))
    ask_for(explorer, "@code.function.name:storefront.checkout.check_out")
    # What stands above the rows has come to rest, so that no row moves away from below the pointer.
    eventually(lambda: answers, bool, explorer)
    expect(explorer.get_by_test_id("overview")).not_to_have_class(re.compile("is-old"))
    box_at_rest(explorer.get_by_test_id("origin-cell").get_by_role("link").first)
    explorer.get_by_test_id("origin-cell").get_by_role("link").first.hover()
    expect(explorer.get_by_test_id("hover-card")).to_be_visible()

    for answer in answers:
        answer.continue_()
    expect(rows(explorer).first).to_contain_text("check_out")

    expect(explorer.get_by_test_id("hover-card").filter(has_not_text="check_out")).to_have_count(0)


def test_the_theme_is_the_systems_until_it_is_chosen_and_then_remembered(browser, demo, traces):
    with new_tab(browser, demo.server.address, theme="light") as tab:
        page = tab.open("/explore?window=1h")
        expect(rows(page).first).to_be_visible()
        assert brightness(page) > 200
        page.get_by_test_id("theme-button").click()
        dark = eventually(lambda: brightness(page), lambda now: now < 60, page)

        page.reload()
        expect(rows(page).first).to_be_visible()
        assert brightness(page) == dark


def brightness(page):
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", colour)[:3])
    return (red + green + blue) / 3


def test_all_keys_are_listed_on_a_question_mark(explorer):
    explorer.keyboard.press("?")

    expect(explorer.get_by_role("dialog")).to_contain_text("Enter")
    explorer.keyboard.press("Escape")
    expect(explorer.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_can_be_looked_at(theme, browser, demo, traces, docs_image):
    browse_for_a_while(demo)
    with new_tab(browser, demo.server.address, theme) as tab:
        page = tab.open("/explore?q=has%3Aorigin&window=1h")
        expect(rows(page).first).to_be_visible()
        # As high as a README's picture needs: rows of code fill a picture.
        page.set_viewport_size({"width": 1440, "height": 780})
        page.keyboard.press("j")
        expect(page.get_by_test_id("source-cell").nth(15)).not_to_be_empty()

        picture = take_screenshot(page, f"explore-{theme}", docs_image("explorer") if theme == "dark" else None)

        assert picture.stat().st_size < 300_000


def browse_for_a_while(demo):
    """A few seconds of the demo's own traffic, so that the picture shows what a reader of the README will see."""
    addresses = [part for name, address in demo.addresses.items() for part in (f"--{name}", address)]
    command = [sys.executable, str(SHOP / "traffic.py"), *addresses, "--rate", "12", "--duration", "4", "--seed", "5"]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    demo.server.wait_until_quiet(at_least=1, quiet_s=2.0)
