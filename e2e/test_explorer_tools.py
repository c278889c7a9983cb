"""The Explorer's tools in a browser: heat map, columns, drawer, completions, reading of a search, views, palette."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import expect

from .browsing import new_tab, search, take_screenshot
from .waiting import box_at_rest, eventually, expect_complete, expect_in_address, in_address

pytestmark = pytest.mark.browser


def test_a_box_on_the_heat_map_is_explained_and_narrows_the_search(explorer, demo):
    explorer.get_by_test_id("view-heat").click()
    field = explorer.get_by_test_id("heat-field")
    expect(field).to_be_visible()
    expect_complete(explorer)
    box = box_at_rest(field)
    explorer.mouse.move(box["x"] + 2, box["y"] + 2)
    explorer.mouse.down()
    explorer.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] * 0.5, steps=4)
    explorer.mouse.up()
    apart = explorer.get_by_test_id("apart")
    expect(apart.get_by_test_id("apart-value").first).to_be_visible()
    take_screenshot(explorer, "explorer-heat")

    selected = int(re.sub(r"\D", "", apart.locator("h2").inner_text()))
    explorer.get_by_test_id("heat-narrow").click()
    expect(explorer).to_have_url(re.compile(r"duration%3A%5B.*from=\d{19}.*to=\d{19}"))
    query, start, end = (in_address(explorer, name) for name in ("q", "from", "to"))
    found = ask(demo, f"/api/v1/aggregate?q={urllib.request.quote(query)}&from={start}&to={end}")["groups"]
    assert sum(group["count"] for group in found) == selected


def test_the_box_of_the_heat_map_is_drawn_with_keys_and_read_aloud(explorer):
    explorer.get_by_test_id("view-heat").click()
    field, told = explorer.get_by_test_id("heat-field"), explorer.get_by_test_id("heat-told")
    expect(field).to_be_visible()
    expect_complete(explorer)
    field.focus()
    explorer.keyboard.press("ArrowRight")
    expect(told).to_contain_text("span")
    first = told.inner_text()
    explorer.keyboard.press("Shift+ArrowUp")
    explorer.keyboard.press("Shift+ArrowRight")
    expect(told).not_to_have_text(first)
    explorer.keyboard.press("Enter")
    apart = explorer.get_by_test_id("apart")
    expect(apart.locator("h2")).to_contain_text("span")
    take_screenshot(explorer, "explorer-heat-keys")

    explorer.keyboard.press("Escape")
    expect(apart).to_have_count(0)
    explorer.keyboard.press("Escape")
    expect(told).to_have_text("")


def test_the_palette_goes_to_a_file(explorer):
    explorer.keyboard.press("Control+k")
    expect(explorer.get_by_test_id("offer").first).to_be_visible()
    explorer.keyboard.type("storefront/catal")
    files = explorer.get_by_test_id("offer").filter(has_text="File")
    wanted = files.filter(has_text="examples/shop/web/storefront/catalogue.py").first
    box_at_rest(wanted)
    wanted.click()
    expect(explorer).to_have_url(re.compile("/code/.*/catalogue.py"))


def test_the_list_has_the_columns_that_are_chosen_and_the_line_itself(explorer, demo):
    explorer.get_by_test_id("columns-menu").click()
    explorer.get_by_test_id("column-service").click()
    explorer.get_by_test_id("column-field").fill("@http.route")
    explorer.get_by_test_id("column-field").press("Enter")
    explorer.keyboard.press("Escape")
    expect(explorer.get_by_role("columnheader")).to_have_text(
        ["Time", "Resource", "Code origin", "Source line", "Duration", "Status", "@http.route"]
    )
    expect_in_address(explorer, "cols", "time,resource,origin,source,duration,status,@http.route")

    search(explorer, "origin:examples/shop/web/storefront/catalogue.py kind:server")
    row = explorer.get_by_test_id("span-row").first
    expect(row.get_by_test_id("source-cell")).to_have_text(re.compile(r"^async def \w+\("))
    expect(row.get_by_role("gridcell").last).to_have_text(re.compile("^/"))
    take_screenshot(explorer, "explorer-columns")

    explorer.reload()
    expect(explorer.get_by_test_id("span-row").first.get_by_test_id("source-cell")).to_have_text(
        re.compile("async def")
    )


def test_the_drawer_shows_a_span_beside_the_list_and_follows_the_keys(explorer):
    explorer.keyboard.press("j")
    explorer.keyboard.press(" ")
    drawer = explorer.get_by_test_id("drawer")
    first, second = (explorer.get_by_test_id("span-row").nth(at).get_attribute("data-span-id") for at in (0, 1))
    expect(drawer).to_have_attribute("data-span-id", first or "")
    explorer.keyboard.press("j")
    expect(drawer).to_have_attribute("data-span-id", second or "")
    expect(drawer.get_by_test_id("drawer-trace")).to_be_visible()
    expect_in_address(explorer, "peek", re.compile(f"{second}$"))
    take_screenshot(explorer, "explorer-drawer")

    explorer.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(explorer.get_by_test_id("span-row").nth(1)).to_have_attribute("aria-selected", "true")


def test_the_hover_card_has_the_code_and_the_numbers_of_the_line(explorer):
    explorer.goto(explorer.url + "&q=has:origin")
    origin = explorer.get_by_test_id("span-row").first.locator("a.origin")
    expect(origin).to_be_visible()
    expect_complete(explorer)
    box_at_rest(origin)
    origin.hover()
    card = explorer.get_by_test_id("hover-card")
    expect(card.get_by_test_id("preview-marked-line")).to_be_visible()
    expect(card.get_by_test_id("line-red")).to_contain_text("p95")


def test_what_is_typed_is_completed_from_what_came(explorer):
    box = explorer.get_by_test_id("search-box")
    box.click()
    box.press_sequentially("serv")
    listed = explorer.get_by_test_id("completions")
    expect(listed.get_by_role("option").first).to_contain_text("service")
    box.press("Tab")
    expect(box).to_have_value("service:")
    box.press_sequentially("or")
    expect(listed.get_by_role("option")).to_have_count(1)
    take_screenshot(explorer, "explorer-completions")
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("service:orders ")
    expect(listed).to_have_count(0)
    box.press_sequentially("@http.ro")
    expect(listed.get_by_role("option").filter(has_text="@http.route")).to_have_count(1)
    box.press("Escape")
    expect(listed).to_have_count(0)
    # An attribute is found without its mark.
    box.fill("http.ro")
    expect(listed.get_by_role("option").filter(has_text="@http.route")).to_contain_text("text")
    box.press("Escape")
    expect(listed).to_have_count(0)
    box.fill("service:orders")
    box.press("Enter")
    expect_in_address(explorer, "q", "service:orders")


def test_a_search_tells_how_it_was_understood_with_its_sql(explorer):
    box = explorer.get_by_test_id("search-box")
    box.fill("service:web OR -duration:>1s")
    box.press("Enter")
    explorer.get_by_test_id("explain-query").click()
    reading = explorer.get_by_test_id("reading")
    expect(reading).to_contain_text("any of")
    expect(reading).to_contain_text("spans.duration_ns")
    take_screenshot(explorer, "explorer-explain-query")
    explorer.keyboard.press("Escape")
    expect(reading).to_have_count(0)


def test_a_view_is_saved_found_replaced_and_removed(explorer, tab, demo):
    explorer.get_by_test_id("view-origins").click()
    explorer.get_by_test_id("views-menu").click()
    explorer.get_by_test_id("view-name").fill("Where time goes")
    explorer.get_by_test_id("view-name").press("Enter")
    row = explorer.get_by_test_id("saved-view").filter(has_text="Where time goes")
    expect(row).to_have_count(1)
    expect(explorer.get_by_test_id("view-name")).to_have_value("")
    explorer.get_by_test_id("view-name").fill("where time GOES")
    explorer.get_by_test_id("view-name").press("Enter")
    expect(explorer.get_by_role("alert")).to_contain_text("already")
    take_screenshot(explorer, "explorer-views")
    explorer.keyboard.press("Escape")

    explorer.get_by_test_id("view-top").click()
    explorer.get_by_test_id("views-menu").click()
    row.get_by_role("button", name="Replace").click()
    expect(row.get_by_role("button", name="Replace")).to_have_count(0)

    def saved_address():
        (saved,) = [view for view in ask(demo, "/api/v1/views")["views"] if view["name"] == "Where time goes"]
        return saved["address"]

    eventually(saved_address, lambda address: "view=top" in address)
    explorer.keyboard.press("Escape")
    explorer.get_by_test_id("view-spans").click()

    explorer.get_by_test_id("views-menu").click()
    row.get_by_role("link").click()
    expect(explorer.get_by_test_id("top-row").first).to_be_visible()
    explorer.get_by_test_id("views-menu").click()
    row.get_by_role("button", name="Remove").click()
    row.get_by_role("button", name="Really remove").click()
    expect(row).to_have_count(0)
    tab.witness.excuse("409")


def test_the_palette_goes_to_pages_services_lines_and_traces(explorer, traces):
    explorer.keyboard.press("Control+k")
    palette = explorer.get_by_test_id("palette")
    expect(palette.get_by_test_id("offer").first).to_be_visible()
    explorer.keyboard.type("catalogue.py")
    line = palette.get_by_test_id("offer").filter(has_text="catalogue.py:").first
    box_at_rest(line)
    take_screenshot(explorer, "palette")
    line.click()
    expect(palette).to_have_count(0)
    expect_in_address(explorer, "q", re.compile("^origin:examples/shop/web/storefront/catalogue.py:"))

    explorer.keyboard.press("Control+k")
    palette.get_by_role("combobox").fill(next(iter(traces.values())))
    expect(palette.get_by_test_id("offer").first).to_contain_text("Open trace")
    explorer.keyboard.press("Enter")
    expect(explorer).to_have_url(re.compile("/trace/"))

    explorer.get_by_test_id("palette-button").click()
    palette.get_by_role("combobox").fill("theme")
    expect(palette.get_by_test_id("offer").first).to_contain_text("Light or dark theme")
    explorer.keyboard.press("Enter")
    expect(explorer.locator("html")).to_have_attribute("data-theme", "light")
    explorer.keyboard.press("Control+k")
    expect(palette).to_be_visible()
    explorer.keyboard.press("Escape")
    expect(palette).to_have_count(0)


def test_whole_spans_are_exported_as_otlp(explorer):
    explorer.get_by_test_id("take-menu").click()
    with explorer.expect_download() as download:
        explorer.get_by_test_id("export-otlp").click()
    first = download.value.path().read_text().splitlines()[0]
    assert "resourceSpans" in json.loads(first)


@pytest.mark.parametrize(("width", "theme"), [(720, "dark"), (1024, "light")], ids=["half a screen", "a small laptop"])
def test_no_page_is_wider_than_its_window(browser, demo, traces, width, theme):
    with new_tab(browser, demo.server.address, theme) as tab:
        tab.page.set_viewport_size({"width": width, "height": 800})
        trace_id = next(iter(traces.values()))
        for name, path in (
            ("explorer", "/explore?window=1h"),
            ("origins", "/explore?window=1h&view=origins"),
            ("top", "/explore?window=1h&view=top"),
            ("heat", "/explore?window=1h&view=heat"),
            ("trace", f"/trace/{trace_id}"),
            ("findings", "/findings?window=1h"),
            ("code", "/code"),
            ("settings", "/settings"),
        ):
            page = tab.open(path)
            expect_complete(page)
            take_screenshot(page, f"narrow-{width}-{name}")
            wide = page.evaluate(
                "['html', '.topbar', '.bar', '.tools', '.table', 'main'].filter(name => {"
                "  const found = document.querySelector(name);"
                "  return found && found.scrollWidth > found.clientWidth + 1; })"
            )
            assert wide == [], (name, wide)


def ask(demo, path):
    with urllib.request.urlopen(demo.server.address + path) as answer:
        return json.load(answer)
