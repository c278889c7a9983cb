"""With the longest names that anybody writes, nothing lies over anything else, and what is cut is told in full.

Held on the pages where names meet figures, at the widths of a desktop, a laptop and half a screen.
"""

import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from playwright.sync_api import Browser, Page, expect

from .asking import Server
from .browsing import new_tab
from .running import start_server
from .spans import attribute, body
from .waiting import box_at_rest, eventually, expect_complete, expect_in_address

pytestmark = pytest.mark.browser

WIDTHS = (1440, 1024, 720)
MS = 1_000_000
LONG_NAME = "settlement_reconciliation_" * 7
FUNCTION = "reconcile_every_outstanding_settlement_" * 5
FOLDER = "services/" + "a_very_deep_directory_name_for_domain_driven_design/" * 3
FILE = f"{FOLDER}{LONG_NAME}and_more.py"
ROUTE = "POST /api/v1/organisations/{organisation_id}/settlements/{settlement_id}/reconciliations/{id}" * 2
SERVICE = "settlement-reconciliation-and-reporting-service-" * 4

# Text that runs out of its box, boxes that lie beyond the window, and text that is cut and nowhere whole.
FAULTS = """() => {
  const width = document.documentElement.clientWidth;
  const faults = [];
  const whole = document.documentElement.scrollWidth;
  if (whole > width) faults.push(`the page is ${whole} wide`);
  const name = (element) => `${element.tagName}.${element.className} "${element.textContent.trim().slice(0, 40)}"`;
  // Rows of the list show all of a place and its line in a card.
  const isTold = (element) => element.closest("[title], [data-testid=origin-cell], [data-testid=source-cell]")
    || element.querySelector("[title]");
  for (const element of document.querySelectorAll("body *")) {
    if (element.closest("svg, .sr") || !element.checkVisibility({ visibilityProperty: true })) continue;
    const box = element.getBoundingClientRect();
    if (element.clientWidth === 0 || element.textContent.trim() === "") continue;
    const style = getComputedStyle(element);
    const isWider = element.scrollWidth > element.clientWidth + 1;
    if (isWider && style.textOverflow === "ellipsis" && !isTold(element)) faults.push(`cut: ${name(element)}`);
    if (isWider && style.overflowX === "visible" && style.display !== "inline" && element.children.length === 0)
      faults.push(`runs out: ${name(element)}`);
    const clipped = (of) => of && (getComputedStyle(of).overflowX !== "visible" || clipped(of.parentElement));
    if (box.left < width && box.right > width + 1 && !clipped(element.parentElement))
      faults.push(`beyond: ${name(element)}`);
  }
  return [...new Set(faults)];
}"""


@dataclass(frozen=True, slots=True)
class Long:
    server: Server
    trace_id: str
    root_id: str


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A file with long names and lines, deep below its root, and the commit it is of."""
    root = tmp_path_factory.mktemp("long") / "reconciliation"
    file = root / FILE
    file.parent.mkdir(parents=True)
    call = "    result = await pool.execute(" + ", ".join(f"a_rather_long_parameter_name_{i}" for i in range(20)) + ")"
    file.write_text(f"def {FUNCTION}():\n" + "\n".join([call] * 30) + "\n")
    git = ["git", "-C", str(root), "-c", "user.name=x", "-c", "user.email=x@x"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "One"]):
        subprocess.run([*git, *command], check=True)
    return root, subprocess.check_output([*git, "rev-parse", "HEAD"], text=True).strip()


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory, repository: tuple[Path, str]) -> Iterator[Long]:
    """A server whose one trace is sixty levels deep and long in every respect."""
    root, commit = repository
    running, server = start_server(tmp_path_factory.mktemp("long-server"), "--repo", str(root))
    trace_id, root_id = secrets.token_bytes(16), secrets.token_bytes(8)
    begin = time.time_ns() - 120_000 * MS

    def span(number: int, span_id: bytes, parent: bytes) -> Span:
        made = Span(
            trace_id=trace_id,
            span_id=span_id,
            parent_span_id=parent,
            name=ROUTE if number == 0 else f"level {number} " + "deeper and deeper " * (6 if number % 5 == 0 else 1),
            kind=Span.SPAN_KIND_SERVER if number == 0 else Span.SPAN_KIND_CLIENT,
            start_time_unix_nano=begin + number * 900 * MS,
            end_time_unix_nano=begin + 61_000 * MS - number * 300 * MS,
        )
        made.attributes.extend(
            [
                attribute("code.file.path", str(root / FILE)),
                attribute("code.line.number", number % 30 + 1),
                attribute("code.function.name", f"services.{FUNCTION}"),
                attribute("spanorigin.type", "entry" if number == 0 else "exit"),
                attribute("a.key." + "that.goes.on." * 12, "a value " * 1200),
                attribute("title", "שלום עולם — مرحبا بالعالم"),
            ]
        )
        if number == 0:
            made.status.code = Status.STATUS_CODE_ERROR
            made.status.message = "It could not be reconciled because " * 20
        return made

    ids = [root_id, *(secrets.token_bytes(8) for _ in range(40))]
    spans = [span(number, ids[number], ids[number - 1] if number else b"") for number in range(len(ids))]
    resource = {
        "service.version": "v2026.11.22-rc.1+build." + "a" * 40,
        "vcs.ref.head.revision": commit,
        "spanorigin.source.root": str(root),
        "spanorigin.version": "0.1.0",
    }
    server.send(body(SERVICE, spans, resource))
    server.wait_until_quiet(at_least=len(spans), quiet_s=0.5)
    yield Long(server, trace_id.hex(), root_id.hex())
    assert running.stop() == 0, running.output


def settled(page: Page, test_id: str) -> Page:
    expect(page.get_by_test_id(test_id).first).to_be_visible()
    return expect_complete(page)


def faults_at_all_widths(page: Page) -> dict[int, list[str]]:
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 860})
        eventually(lambda: page.evaluate("innerWidth"), lambda now: now == width, page)  # noqa: B023
        box_at_rest(page.locator("main").first)
        found[width] = page.evaluate(FAULTS)
    return found


NONE = {width: [] for width in WIDTHS}
PAGES = {
    "spans": ("/explore?window=1h", "span-row"),
    "origins": ("/explore?window=1h&view=origins", "origin-row"),
    "top": ("/explore?window=1h&view=top", "top-row"),
    "waterfall": ("/trace/{trace}?span={span}", "origin-section"),
    "list": ("/trace/{trace}?span={span}&view=list", "origin-section"),
    "code path": ("/trace/{trace}?span={span}&view=code", "origin-section"),
    "findings": ("/findings?window=1h", None),
    "settings": ("/settings", None),
}


@pytest.mark.parametrize("name", PAGES)
def test_long_names_stay_in_their_places(browser: Browser, long: Long, name: str):
    address, test_id = PAGES[name]
    with new_tab(browser, long.server.address) as tab:
        page = tab.open(address.format(trace=long.trace_id, span=long.root_id))
        if test_id:
            settled(page, test_id)
        else:
            expect_complete(page)

        assert faults_at_all_widths(page) == NONE


def test_a_long_file_s_page_and_function(browser: Browser, long: Long):
    with new_tab(browser, long.server.address) as tab:
        page = settled(tab.open(f"/trace/{long.trace_id}?span={long.root_id}"), "line-red")
        function = page.get_by_test_id("origin-link").get_attribute("href")
        page.get_by_test_id("open-file").click()
        settled(page, "counted-line")

        assert faults_at_all_widths(page) == NONE

        page.set_viewport_size({"width": WIDTHS[0], "height": 860})
        expect(tab.open(function).locator(".verdict, .blank").first).to_be_visible()
        assert faults_at_all_widths(page) == NONE


def test_a_file_s_line_is_never_cut(browser: Browser, long: Long):
    with new_tab(browser, long.server.address) as tab:
        page = settled(tab.open("/explore?window=1h"), "span-row")

        cell = page.get_by_test_id("origin-cell").first
        box_at_rest(cell)

        text, line_ends_at, cell_ends_at = cell.evaluate(
            "(cell) => { const at = cell.querySelector('.at'), line = document.createRange();"
            " line.selectNodeContents(at.lastChild);"
            " return [at.textContent, line.getBoundingClientRect().right, cell.getBoundingClientRect().right] }"
        )
        assert text.startswith(LONG_NAME)
        assert line_ends_at <= cell_ends_at + 1


def test_a_trace_from_an_hour_ago_leads_to_a_file_with_its_numbers(
    browser: Browser, long: Long, repository: tuple[Path, str]
):
    old = Span(
        trace_id=secrets.token_bytes(16),
        span_id=secrets.token_bytes(8),
        name="GET /old",
        kind=Span.SPAN_KIND_SERVER,
        start_time_unix_nano=time.time_ns() - 5400 * 10**9,
        end_time_unix_nano=time.time_ns() - 5399 * 10**9,
    )
    root, commit = repository
    old.attributes.extend(
        [
            attribute("code.file.path", str(root / FILE)),
            attribute("code.line.number", 1),
            attribute("code.function.name", f"services.{FUNCTION}"),
            attribute("spanorigin.type", "entry"),
        ]
    )
    about = {"vcs.ref.head.revision": commit, "spanorigin.source.root": str(root), "spanorigin.version": "0.1.0"}
    long.server.send(body(SERVICE, [old], about))
    long.server.wait_until_quiet(at_least=1, quiet_s=0.5)
    with new_tab(browser, long.server.address) as tab:
        page = settled(tab.open(f"/trace/{old.trace_id.hex()}?span={old.span_id.hex()}"), "origin-section")

        page.get_by_test_id("open-file").click()

        settled(page, "counted-line")
        expect_in_address(page, "window", "6h")
