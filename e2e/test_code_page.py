"""Code as a page, in a browser: the real file, what its lines cost, and the ways there and on."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from .browsing import take_screenshot
from .expected import PROJECT

pytestmark = pytest.mark.browser


@pytest.fixture
def check_out(demo, traces):
    """The server span of the checkout, whose origin is the handler in the shop's sources."""
    return next(
        span
        for span in demo.server.search(f"trace_id:{traces['check out']}")
        if span["kind"] == "server" and span["service"] == "web"
    )


@pytest.fixture
def page(tab, check_out):
    """The code page at the handler, reached from its span as a reader reaches it."""
    page = tab.open(f"/trace/{check_out['trace_id']}?span={check_out['span_id']}")
    page.get_by_test_id("open-file").click()
    expect(page.get_by_test_id("source")).to_be_visible()
    return page


def counted_line(page, number):
    return page.locator(f'[data-testid="counted-line"][data-line="{number}"]')


def test_the_span_leads_to_its_line_in_the_whole_file(page, check_out):
    origin = check_out["origin"]
    real = (PROJECT / origin["path"]).read_text().splitlines()[origin["line"] - 1]

    line = counted_line(page, origin["line"])

    expect(page).to_have_url(re.compile(rf"/code/[^/]+/{re.escape(origin['path'])}\?line={origin['line']}\b"))
    expect(line).to_have_attribute("aria-current", "true")
    expect(line.locator("pre")).to_have_text(real)
    expect(line.get_by_label("entry origin")).to_be_visible()


def test_a_file_opened_by_its_address_is_asked_for_once_and_before_all_else(page, check_out):
    page.goto(page.url)
    expect(counted_line(page, check_out["origin"]["line"])).to_be_visible()

    # Of this document alone: what the page before it asked last is not among them.
    asked = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)")
    questions = [path for path in asked if path.startswith("/api/")]
    assert questions.count("/api/v1/code/file") == 1
    assert set(questions[:2]) == {"/api/v1/code/file", "/api/v1/origins"}


def test_the_inspector_tells_what_the_line_costs_and_leads_back_to_its_traces(page, check_out):
    inspector = page.get_by_test_id("line-inspector")

    expect(inspector).to_contain_text(f"Line {check_out['origin']['line']}")
    expect(inspector).to_contain_text("p95")
    expect(inspector.get_by_test_id("exit").first).to_be_visible()
    inspector.get_by_test_id("slow-trace").first.click()

    expect(page.get_by_test_id("span-panel")).to_contain_text("check_out")


def test_a_key_goes_through_the_lines_that_cost_most(page, check_out):
    first = check_out["origin"]["line"]
    heading = page.get_by_test_id("line-inspector").get_by_role("heading", level=2)
    expect(counted_line(page, first)).to_be_visible()

    page.keyboard.press("]")
    expect(heading).not_to_have_text(f"Line {first}")
    page.keyboard.press("[")

    expect(heading).to_have_text(f"Line {first}")


def test_what_is_not_tracked_is_not_shown_and_the_page_says_so(tab, check_out):
    page = tab.open("/code/nowhere/app/pay.py")

    expect(page.get_by_test_id("not-found")).to_contain_text("has no repository")
    tab.witness.excuse("404")


def test_the_tree_leads_from_the_repository_to_its_hottest_file_and_back(tab, check_out, demo):
    # A repository is called as its remote calls it, a clone's folder may have another name.
    (repository,) = httpx.get(f"{demo.server.address}/api/v1/code").json()["repositories"]
    page = tab.open("/code?window=1h")
    page.get_by_role("link", name=repository["name"], exact=True).click()
    page.get_by_test_id("hottest-files").get_by_role("link", name=re.compile("checkout.py")).click()

    current = page.get_by_test_id("file-tree").locator('[aria-current="page"]')
    expect(current).to_have_text("checkout.py")
    expect(current).to_have_attribute("title", re.compile(r"\d.+ in all"))
    expect(counted_line(page, check_out["origin"]["line"])).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_can_be_looked_at(theme, page, docs_image):
    if theme == "light":
        page.get_by_test_id("theme-button").click()
    expect(page.get_by_test_id("slow-trace").first).to_be_visible()

    take_screenshot(page, f"code-{theme}", docs_image("code") if theme == "dark" else None)


def test_a_file_is_gone_to_by_a_few_letters_of_its_path(page):
    page.keyboard.press("t")
    finder = page.get_by_test_id("finder")
    offers = finder.get_by_test_id("offer")
    expect(offers.first).to_be_visible()
    page.keyboard.type("storefront catalogue")
    expect(offers.first).to_have_attribute("title", "examples/shop/web/storefront/catalogue.py")
    take_screenshot(page, "code-finder")
    page.keyboard.type("zzzz")
    expect(finder).to_contain_text("No file of")
    for _ in range(4):
        page.keyboard.press("Backspace")
    page.keyboard.press("Enter")

    expect(finder).to_have_count(0)
    expect(page).to_have_url(re.compile("/examples/shop/web/storefront/catalogue.py"))
    expect(page.get_by_test_id("source")).to_contain_text("async def list_products(")
    page.keyboard.press("T")
    expect(page.get_by_role("menuitemradio").first).to_be_visible()
