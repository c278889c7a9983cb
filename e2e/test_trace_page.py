"""A trace in a browser: who waited for whom, and for the selected span the line of code, read from the real file."""

import json
import re
import time

import httpx
import pytest
from playwright.sync_api import expect

from . import spans
from .browsing import new_tab, take_screenshot
from .expected import PROJECT
from .running import start_server
from .waiting import PATIENCE_S, box_at_rest, eventually, expect_complete, expect_copied

pytestmark = pytest.mark.browser

QUOTE_CHAIN = ("current_prices", "attempt", "quote", "show_product")


@pytest.fixture
def find(demo, traces):
    """The one span of a visit's trace that fits, straight from the API."""

    def find(visit, fits):
        in_trace = demo.server.search(f"trace_id:{traces[visit]}")
        found = [span for span in in_trace if fits(span)]
        assert found, f"no such span in the trace of {visit!r}"
        return found[-1]

    return find


@pytest.fixture
def open_span(tab):
    def open_span(span):
        page = tab.open(f"/trace/{span['trace_id']}?span={span['span_id']}")
        expect(panel(page)).to_be_visible()
        return page

    return open_span


def panel(page):
    return page.get_by_test_id("span-panel")


def marked_line(page):
    return page.get_by_test_id("preview-marked-line")


def real_line(frame):
    return (PROJECT / frame["path"]).read_text().splitlines()[frame["line"] - 1].strip()


def rows(page):
    return page.get_by_test_id("span-row")


def open_part(page, name):
    panel(page).get_by_role("tab", name=re.compile(name)).click()


def makes_call(function):
    return lambda span: span["kind"] == "client" and span["origin"]["function"].endswith(function)


def test_the_panel_shows_the_line_as_it_stands_in_the_file(open_span, find):
    span = find("check out", lambda s: s["kind"] == "server" and s["service"] == "web")

    page = open_span(span)

    section = page.get_by_test_id("origin-section")
    expect(section).to_contain_text("entry")
    expect(section).to_contain_text(f"{span['origin']['path']}:{span['origin']['line']}")
    expect(section).to_contain_text("check_out")
    expect(marked_line(page)).to_have_count(1)
    expect(marked_line(page)).to_contain_text(str(span["origin"]["line"]))
    expect(marked_line(page).locator("pre")).to_have_text(real_line(span["origin"]))


def test_a_click_on_a_frame_moves_the_preview_to_it(open_span, find):
    span = find("product", makes_call("current_prices"))
    frames = span["origin"]["frames"]
    assert tuple(frame["function"].rpartition(".")[2] for frame in frames) == QUOTE_CHAIN

    page = open_span(span)

    expect(page.get_by_test_id("frame-item")).to_have_count(4)
    for number, frame in reversed(list(enumerate(frames))):
        page.get_by_test_id("frame-item").nth(number).click()
        expect(marked_line(page).locator("pre")).to_have_text(real_line(frame))
        expect(page.get_by_test_id("origin-section")).to_contain_text(
            f"{frame['path'].rpartition('/')[2]}:{frame['line']}"
        )


def test_the_path_can_be_copied(open_span, find):
    span = find("check out", lambda s: s["kind"] == "server" and s["service"] == "web")
    page = open_span(span)

    page.get_by_test_id("copy-path").click()

    expect_copied(page, f"{span['origin']['path']}:{span['origin']['line']}")


def test_more_lines_can_be_had(open_span, find):
    page = open_span(find("busy days", makes_call("busy_days")))
    lines = page.get_by_test_id("preview").locator("li")
    expect(marked_line(page)).to_be_visible()
    before = lines.count()

    page.get_by_test_id("more-lines").click()

    expect(lines.nth(before)).to_be_visible()
    expect(marked_line(page)).to_have_count(1)


def test_the_tree_shows_who_called_whom_across_services(open_span, find, traces, demo):
    page = open_span(find("check out", lambda s: s["kind"] == "server" and s["service"] == "web"))

    count = len(demo.server.search(f"trace_id:{traces['check out']}"))
    expect(page.get_by_test_id("facts")).to_contain_text(f"{count} span")
    depth_of = {
        name: int(rows(page).filter(has_text=name).first.get_attribute("aria-level"))
        for name in ("POST /checkout", "POST /orders/", "api/reservations/")
    }
    assert depth_of["POST /checkout"] < depth_of["POST /orders/"] < depth_of["api/reservations/"]


def test_it_folds_and_walks_by_keyboard(open_span, find):
    page = open_span(find("check out", lambda s: s["kind"] == "server" and s["service"] == "web"))
    # So many rows as have room: when all that takes room is there.
    expect(marked_line(page)).to_be_visible()
    expect_complete(page)
    box_at_rest(page.get_by_role("treegrid"))
    all_rows = eventually(lambda: rows(page).count(), lambda count: count > 10, page)

    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("l")
    expect(rows(page)).to_have_count(all_rows)
    page.keyboard.press("j")
    expect(rows(page).nth(1)).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile(rf"span={rows(page).nth(1).get_attribute('data-span-id')}"))
    page.keyboard.press("k")
    expect(rows(page).nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(panel(page)).to_have_count(0)


def test_a_search_within_the_trace_finds_what_only_the_server_knows(tab, open_span, find):
    page = open_span(find("check out", lambda s: s["kind"] == "server" and s["service"] == "web"))

    page.keyboard.press("/")
    page.get_by_test_id("find").fill("@http.route:/orders*")
    expect(page.get_by_test_id("found")).to_contain_text("found")
    page.keyboard.press("Enter")

    expect(page.get_by_test_id("found")).to_contain_text("1 of")
    expect(page).to_have_url(re.compile("find="))
    expect(page.locator(".wf-row.is-found").first).to_contain_text("/orders")
    page.get_by_test_id("find").fill("(service:web")
    expect(page.get_by_test_id("lenses")).to_contain_text("never closed")
    page.get_by_test_id("find").press("Escape")
    expect(page).not_to_have_url(re.compile("find="))
    tab.witness.excuse("400")


def test_the_code_path_and_the_lines_of_the_critical_path_lead_to_spans(open_span, find):
    page = open_span(find("check out", lambda s: s["kind"] == "server" and s["service"] == "web"))

    page.get_by_test_id("line-times").get_by_role("button").first.click()
    expect(page.get_by_test_id("span-panel")).to_be_visible()
    page.keyboard.press("4")

    expect(page.get_by_test_id("step-row").first).to_contain_text("check_out")
    page.keyboard.press("G")
    expect(page.get_by_test_id("step-row").last).to_have_attribute("aria-selected", "true")


def test_attributes_can_be_read_and_filtered(open_span, find):
    page = open_span(find("order", makes_call("OrderItem.get")))

    open_part(page, "Attributes")

    expect(panel(page)).to_contain_text("code.line.number")
    expect(panel(page)).to_contain_text("SELECT orders.id")
    page.get_by_test_id("attribute-filter").fill("db.")
    expect(panel(page)).to_contain_text("SELECT orders.id")
    expect(panel(page)).not_to_contain_text("code.line.number")


def test_an_exception_is_readable_with_its_stack(open_span, find):
    page = open_span(find("total in an unknown currency", lambda s: s["kind"] == "server"))

    open_part(page, "Events")

    expect(panel(page)).to_contain_text("KeyError")
    expect(panel(page)).to_contain_text("invoices.py")


def test_the_raw_span_is_json(open_span, find, demo):
    span = find("order", makes_call("OrderItem.get"))
    page = open_span(span)

    open_part(page, "Raw")

    shown = json.loads(page.get_by_test_id("raw").inner_text())
    assert shown == demo.server.span(span["trace_id"], span["span_id"])


def test_a_missing_origin_has_its_reason(open_span, find, demo):
    span = find("no such page", lambda s: s["kind"] == "server")
    reason = demo.server.span(span["trace_id"], span["span_id"])["missing_origin"]

    page = open_span(span)

    expect(page.get_by_test_id("origin-section")).to_contain_text(reason["message"].replace("`", ""))


def test_a_trace_that_is_not_there_is_said_to_be_missing(tab):
    page = tab.open("/trace/" + "0" * 31 + "1")

    expect(page.get_by_test_id("not-found")).to_contain_text("No such trace")
    page.get_by_role("link", name="Back to the explorer").click()
    expect(rows(page).first).to_be_visible()
    tab.witness.excuse("404")


def test_an_address_that_means_nothing_is_lost_politely(tab):
    page = tab.open("/trace/nonsense")

    expect(page.get_by_test_id("empty")).to_contain_text("No such page")


def test_a_trace_of_100000_spans_opens_and_scrolls(browser, tmp_path):
    running, server = start_server(tmp_path)
    large = spans.large_trace(100_000)
    for body in large.bodies:
        server.send(body)
    with new_tab(browser, server.address) as tab:
        page = tab.open(f"/trace/{large.trace_id}")
        expect(page.get_by_test_id("facts")).to_contain_text(re.compile(r"100.000 spans"), timeout=3000 * PATIENCE_S)
        assert rows(page).count() < 200, "only the rows in view belong into the page"

        page.keyboard.press("G")
        expect(rows(page).last).to_have_attribute("aria-selected", "true")
        expect(panel(page)).to_contain_text("row 999")
        page.get_by_role("treegrid").evaluate("grid => grid.scrollTo(0, grid.scrollHeight / 2)")
        expect(rows(page).first).to_contain_text(re.compile(r"row [456]\d{4}"))
        page.keyboard.press("g")
        page.keyboard.press("h")
        expect(rows(page)).to_have_count(1)

        page.keyboard.press("3")
        expect(page.get_by_test_id("list-row").first).to_be_visible()
        page.keyboard.press("G")
        expect(page.get_by_test_id("list-row").last).to_have_attribute("aria-selected", "true")
        assert page.get_by_test_id("list-row").count() < 200, "only the rows in view belong into the page"
        page.keyboard.press("e")
        expect(page.get_by_test_id("facts")).to_contain_text("100 asked for")
        page.keyboard.press("2")
        expect(page.get_by_role("img", name="Flame graph")).to_be_visible()
    assert running.stop() == 0, running.output


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_can_be_looked_at(theme, browser, demo, traces, docs_image):
    span = check_out_as_a_customer_does(demo)
    with new_tab(browser, demo.server.address, theme) as tab:
        page = tab.open(f"/trace/{span['trace_id']}?span={span['span_id']}")
        expect(marked_line(page)).to_be_visible()

        picture = take_screenshot(page, f"trace-{theme}", docs_image("trace") if theme == "dark" else None)

        assert picture.stat().st_size < 300_000


def check_out_as_a_customer_does(demo):
    """Fill a basket and pay, in a trace that begins here; gives the span in which the prices were asked for."""
    with httpx.Client(base_url=demo.addresses["web"], headers={"X-Customer": "3"}, timeout=60) as customer:
        for sku in ("ASSAM-250", "CUP-2", "KETTLE-15"):
            customer.post("/basket/lines", json={"sku": sku}).raise_for_status()
        customer.post("/checkout").raise_for_status()
    end = time.monotonic() + 4 * PATIENCE_S
    while time.monotonic() < end:
        for root in demo.server.search("service:web kind:server"):
            if root["resource"] == "POST /checkout" and root["parent_span_id"] is None:
                in_trace = demo.server.search(f"trace_id:{root['trace_id']}")
                asked = [s for s in in_trace if s["service"] == "web" and makes_call("current_prices")(s)]
                if asked and {s["service"] for s in in_trace} == {"web", "orders", "admin"}:
                    return asked[0]
        time.sleep(0.3)
    raise AssertionError("the trace of the checkout did not arrive")
