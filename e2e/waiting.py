"""Wait for what a test needs: what a page will say, never a time, and never what stood there before.

Playwright's own `expect` waits for what is drawn. Here is what it does not wait for: parts of the address, the
clipboard, answers of a server, and what is measured in pixels.
"""

import os
import re
import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import FloatRect, Locator, Page, expect

SLOWNESS = float(os.environ.get("SPANORIGIN_SLOW_BROWSER") or 1)
"""How many times slower than this machine the browser is to be: finds what only a slow one gets wrong."""
PATIENCE_S = 20.0 * max(1.0, SLOWNESS / 2)
"""How long is waited for anything before it counts as missing. What comes sooner costs nothing."""

Found = TypeVar("Found")
Wanted = str | re.Pattern[str]


def eventually(
    read: Callable[[], Found], fits: Callable[[Found], object], page: Page | None = None, limit_s: float = PATIENCE_S
) -> Found:
    """What `read` gives, as soon as it fits. With a page, what happens to that is heard meanwhile."""
    end = time.monotonic() + limit_s
    while not fits(found := read()):
        assert time.monotonic() < end, f"after {limit_s:.0f} s it is still {found!r}"
        if page is None:
            time.sleep(0.1)
        else:
            page.wait_for_timeout(50)
    return found


def in_address(page: Page, name: str) -> str:
    """A parameter of the address as it is now; empty without one."""
    return parse_qs(urlsplit(page.url).query).get(name, [""])[0]


def expect_in_address(page: Page, name: str, wanted: Wanted) -> str:
    """A parameter of the address, when it is what is wanted or has it somewhere in it."""
    return eventually(lambda: in_address(page, name), lambda found: _is(found, wanted), page)


def expect_copied(page: Page, wanted: Wanted) -> str:
    """What is on the clipboard, when it is what is wanted: a page copies a moment after the click."""
    return eventually(lambda: page.evaluate("navigator.clipboard.readText()"), lambda text: _is(text, wanted), page)


def expect_complete(page: Page) -> Page:
    """The page, when nothing in its main part stands for what is still to come."""
    # Empty until its script is there: nothing would be missing in it.
    expect(page.locator("main:not(:empty)").first).to_be_visible()
    expect(page.locator("main .skel, main .is-old, main [aria-busy=true], main[aria-busy=true]")).to_have_count(0)
    return page


def box_at_rest(locator: Locator) -> FloatRect:
    """Where an element is, when four frames have been drawn without its moving: what is aimed at stays there."""
    expect(locator).to_be_visible()
    frames = (
        "new Promise((done) => { let left = 4;"
        " const next = () => (left-- ? requestAnimationFrame(next) : done(0)); next() })"
    )

    def before_and_after() -> tuple[FloatRect | None, FloatRect | None]:
        before = locator.bounding_box()
        locator.page.evaluate(frames)
        return before, locator.bounding_box()

    box, _ = eventually(before_and_after, lambda boxes: boxes[0] and boxes[0] == boxes[1], locator.page)
    assert box
    return box


def _is(found: str, wanted: Wanted) -> bool:
    return found == wanted if isinstance(wanted, str) else bool(wanted.search(found))
