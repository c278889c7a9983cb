"""Findings in a browser: the lines that the server finds, in its order, each with a way to its spans."""

import re
import time

import httpx
import pytest
from playwright.sync_api import expect

from .browsing import take_screenshot

pytestmark = pytest.mark.browser


def test_failing_lines_are_listed_as_the_server_finds_them_and_lead_to_a_trace(tab, demo):
    now = time.time_ns()
    hour = f"from={now - 3600 * 10**9}&to={now}"
    found = httpx.get(f"{demo.server.address}/api/v1/findings/errors?{hour}", timeout=60).json()["findings"]
    assert found

    page = tab.open(f"/findings?{hour}")
    page.get_by_role("button", name="Errors").click()
    rows = page.get_by_test_id("finding")

    expect(rows).to_have_count(len(found))
    for finding in found:
        place = f"{finding['path'].rsplit('/', 1)[-1]}:{finding['line']}"
        expect(rows.filter(has_text=place).first).to_be_visible()
    take_screenshot(page, "findings-dark")
    rows.first.get_by_role("link", name="trace").click()
    expect(page).to_have_url(re.compile("/trace/"))
