"""What the Explorer counts, in a browser: facets, places in the code, top lists, courses over time, live spans."""

import json
import re
import time
import urllib.request

import pytest
from playwright.sync_api import expect

from .browsing import answer_drawn, ask_for, take_screenshot
from .waiting import box_at_rest, expect_complete, expect_copied, expect_in_address, in_address

pytestmark = pytest.mark.browser


def facet(page, field):
    return page.locator(f"[data-testid=facet][data-field='{field}']")


def value(page, field, name):
    return facet(page, field).get_by_test_id("facet-value").filter(has_text=name)


def test_facets_tell_values_and_a_click_asks_for_one_or_excludes_it(explorer, demo):
    now = time.time_ns()
    asked = f"/api/v1/facets?fields=service&q=&from={now - 3600 * 10**9}&to={now}"
    found = ask(demo, asked)["facets"][0]["values"]
    expect(facet(explorer, "service").get_by_test_id("facet-value")).to_have_count(len(found))

    value(explorer, "service", "orders").click()
    expect(explorer.get_by_test_id("span-row").filter(has_text="web")).to_have_count(0)
    expect_in_address(explorer, "q", "service:orders")
    expect(value(explorer, "service", "orders")).to_have_attribute("aria-pressed", "true")
    expect(facet(explorer, "service").get_by_test_id("facet-value")).to_have_count(len(found))

    value(explorer, "service", "web").click()
    expect_in_address(explorer, "q", "service:(orders OR web)")
    expect_complete(explorer)
    value(explorer, "service", "orders").click(modifiers=["Shift"])
    expect(explorer.get_by_test_id("span-row").first).to_contain_text("web")
    expect_in_address(explorer, "q", "service:web -service:orders")


def test_origins_are_the_servers_and_lead_to_their_spans(explorer, demo):
    explorer.keyboard.press("2")
    rows = explorer.get_by_test_id("origin-row")
    expect(rows.first).to_be_visible()
    expect_complete(explorer)
    first = rows.first.locator(".at").inner_text()
    take_screenshot(explorer, "explorer-origins")

    explorer.get_by_test_id("group-file").click()
    expect(rows.first.locator(".at")).not_to_have_text(re.compile(r":\d+$"))
    explorer.go_back()
    expect(rows.first.locator(".at")).to_have_text(first)
    expect_complete(explorer)

    rows.first.click()
    expect(explorer.get_by_test_id("span-row").first.get_by_test_id("origin-cell")).to_contain_text(first)
    expect_in_address(explorer, "q", re.compile(re.escape(first) + "$"))
    assert demo.server.search(in_address(explorer, "q"))


def test_a_top_list_is_by_any_field_and_a_row_narrows_the_search(explorer):
    explorer.get_by_test_id("view-top").click()
    by = explorer.get_by_test_id("top-by")
    by.fill("service")
    with answer_drawn(explorer, "/api/v1/aggregate", by="service"):
        by.press("Enter")
    rows = explorer.get_by_test_id("top-row")
    expect(rows.filter(has_text="orders")).to_have_count(1)
    rows.filter(has_text="orders").click()
    expect(explorer.get_by_test_id("search-box")).to_have_value("service:orders")


def test_a_scope_holds_for_the_whole_search_and_keeps_the_place_of_a_mistake(explorer, tab):
    explorer.goto(tab.witness.address + "/explore?window=1h&scope=root&q=service:web+OR+service:orders")
    expect(explorer.get_by_test_id("span-row").first).to_be_visible()
    expect(explorer.get_by_test_id("scope-root")).to_have_attribute("aria-pressed", "true")

    explorer.goto(tab.witness.address + "/explore?window=1h&scope=root&q=service:web+OR+statsu:error")
    expect(explorer.get_by_test_id("search-fix")).to_contain_text("service:web OR status:error")
    tab.witness.excuse("400")


def test_dragging_over_a_course_chooses_the_stretch_of_time(explorer):
    box = box_at_rest(explorer.get_by_test_id("brush").first)
    explorer.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 10)
    explorer.mouse.down()
    explorer.mouse.move(box["x"] + box["width"] * 0.99, box["y"] + 10, steps=5)
    explorer.mouse.up()
    expect(explorer).to_have_url(re.compile(r"from=\d{19}.*to=\d{19}"))
    assert int(in_address(explorer, "from")) < int(in_address(explorer, "to"))


def test_the_search_is_copied_as_a_command(explorer):
    explorer.get_by_test_id("take-menu").click()
    explorer.get_by_test_id("copy-curl").click()
    copied = expect_copied(explorer, re.compile("^curl --get 'http"))
    assert "/api/v1/spans'" in copied


def test_a_place_is_marked_by_what_starts_there(explorer, demo):
    explorer.goto(f"{demo.server.address}/explore?window=1h&view=origins&group=line")
    rows = explorer.get_by_test_id("origin-row")
    expect(rows.first).to_be_visible()
    for kind, other in (("entry", "exit"), ("exit", "entry")):
        ask_for(explorer, f"@spanorigin.type:{kind}")
        expect(rows.locator(f".dia-{other}")).to_have_count(0)
        expect(rows.first.get_by_role("img", name=f"{kind} origin")).to_be_visible()


def test_live_rows_have_the_columns_that_were_chosen(explorer, demo):
    explorer.goto(f"{demo.server.address}/explore?window=1h&cols=time,resource,@http.route&q=kind:server&live=on")
    expect(explorer.get_by_test_id("live-button")).to_contain_text("/s")
    before = explorer.get_by_test_id("span-row").first.get_attribute("data-span-id")
    visit(demo)
    first = explorer.get_by_test_id("span-row").first
    expect(first).not_to_have_attribute("data-span-id", before or "")
    expect(first.get_by_role("gridcell").last).to_have_text(re.compile("products"))


def test_live_spans_come_in_on_top_and_a_pause_holds_them(explorer, demo):
    explorer.get_by_test_id("live-button").click()
    expect(explorer.get_by_test_id("live-button")).to_contain_text("/s")
    before = explorer.get_by_test_id("span-row").first.get_attribute("data-span-id")
    visit(demo)
    expect(explorer.get_by_test_id("span-row").first).not_to_have_attribute("data-span-id", before or "")

    explorer.get_by_test_id("live-pause").click()
    held = explorer.get_by_test_id("span-row").first.get_attribute("data-span-id")
    visit(demo)
    expect(explorer.get_by_test_id("live-pause")).to_contain_text("new")
    expect(explorer.get_by_test_id("span-row").first).to_have_attribute("data-span-id", held or "")
    explorer.get_by_test_id("live-pause").click()
    expect(explorer.get_by_test_id("span-row").first).not_to_have_attribute("data-span-id", held or "")


def ask(demo, path):
    with urllib.request.urlopen(demo.server.address + path) as answer:
        return json.load(answer)


def visit(demo):
    with urllib.request.urlopen(demo.addresses["web"] + "/products") as answer:
        answer.read()
