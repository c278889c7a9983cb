"""A real Chromium on the real pages, and a witness of what must never happen on any of them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from .expected import PROJECT
from .waiting import PATIENCE_S, SLOWNESS, expect_complete

expect.set_options(timeout=PATIENCE_S * 1000)

SCREENSHOTS = PROJECT / ".artifacts" / "screenshots"
DOCS_IMAGES = PROJECT / "docs" / "images"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """A Chromium of this machine: the one named by SPANORIGIN_CHROMIUM, or else the first on the PATH."""
    named = os.environ.get("SPANORIGIN_CHROMIUM")
    if named:
        return shutil.which(named)
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome", "chrome"))
    return next((path for path in found if path), None)


def chromium_or_skip() -> str:
    path = find_chromium()
    if path:
        return path
    message = (
        "No Chromium on this machine, so the pages were not looked at. "
        "Install one (Debian: apt install chromium), or name it in SPANORIGIN_CHROMIUM."
    )
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@dataclass
class Witness:
    """What went wrong on a page: errors on the console, exceptions, requests to other hosts."""

    address: str
    seen: list[str] = field(default_factory=list)
    excused: set[str] = field(default_factory=set)
    tolerated: set[str] = field(default_factory=set)

    def watch(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.seen.append(f"exception: {error}"))
        page.on("request", self._on_request)

    def excuse(self, words: str) -> None:
        """What a test provokes on purpose, however often and until when: it must have happened when the tab is left."""
        self.excused.add(words)

    def tolerate(self, words: str) -> None:
        """What may happen, and need not."""
        self.tolerated.add(words)

    def complaints(self) -> list[str]:
        """What should not have been seen, and what should have been and was not."""
        known = self.excused | self.tolerated
        missing = [words for words in sorted(self.excused) if not any(words in line for line in self.seen)]
        return [line for line in self.seen if not any(words in line for words in known)] + [
            f"nothing like {words!r} was seen" for words in missing
        ]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.seen.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        if request.url.startswith("data:"):
            return
        if urlsplit(request.url).netloc != urlsplit(self.address).netloc:
            self.seen.append(f"request to another host: {request.url}")


@dataclass
class Tab:
    """A page of a server in a fresh browser profile."""

    page: Page
    witness: Witness

    def open(self, path: str) -> Page:
        self.page.goto(self.witness.address + path)
        return self.page


@contextmanager
def new_tab(browser: Browser, address: str, theme: str = "dark") -> Iterator[Tab]:
    """A tab in a profile of its own. On leaving, nothing may have gone wrong on it."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(PATIENCE_S * 1000)
    try:
        tab = Tab(context.new_page(), Witness(address))
        _slow_down(tab.page)
        tab.witness.watch(tab.page)
        yield tab
        assert tab.witness.complaints() == []
    finally:
        context.close()


def _slow_down(page: Page) -> None:
    """As on a machine that is SPANORIGIN_SLOW_BROWSER times slower, behind a line that takes its time."""
    if SLOWNESS <= 1:
        return
    tools = page.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWNESS})
    line = {"offline": False, "latency": 20 * SLOWNESS, "downloadThroughput": -1, "uploadThroughput": -1}
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", line)


def ask_for(page: Page, query: str) -> None:
    """Type `query` into the Explorer's box and press Enter: the old rows stand there until the new ones come."""
    page.get_by_test_id("search-box").fill(query)
    page.get_by_test_id("search-box").press("Enter")


def search(page: Page, query: str) -> None:
    """Ask the Explorer's list for `query`, and wait for the rows that answer it."""
    with answer_drawn(page, "/api/v1/spans", q=query):
        ask_for(page, query)


@contextmanager
def answer_drawn(page: Page, path: str, **asked: str) -> Iterator[None]:
    """What is done within asks the server for `path` with these parameters; on leaving, the answer is drawn."""

    def is_it(url: str) -> bool:
        parts = urlsplit(url)
        parameters = parse_qs(parts.query)
        return parts.path == path and all(parameters.get(name) == [value] for name, value in asked.items())

    with page.expect_response(lambda answer: is_it(answer.url)):
        yield
    expect_complete(page)


def take_screenshot(page: Page, name: str, docs_name: str | None = None) -> Path:
    """Into .artifacts/screenshots on each run; also into docs/images when the README's pictures are to be renewed."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    # Not by a condition to wait for: the page's policy forbids what would evaluate it a second time.
    page.evaluate("document.fonts.ready.then(() => true)")
    target = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=target)
    if docs_name:
        DOCS_IMAGES.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(target, DOCS_IMAGES / f"{docs_name}.png")
    return target
