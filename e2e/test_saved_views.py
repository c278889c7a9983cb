"""The address of a saved view: opens what the view shows, follows its renaming and change, and says when it is gone."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from .browsing import take_screenshot
from .waiting import expect_copied

pytestmark = pytest.mark.browser


@pytest.fixture
def views(demo):
    """The server's views over the API; those that a test makes are removed after it."""
    with httpx.Client(base_url=f"{demo.server.address}/api/v1", timeout=60) as client:
        before = {view["id"] for view in client.get("/views").json()["views"]}
        yield client
        for view in client.get("/views").json()["views"]:
            if view["id"] not in before:
                client.delete(f"/views/{view['id']}")


def made(views, name, address):
    answer = views.post("/views", json={"name": name, "address": address})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_copied_link_opens_the_view_and_back_leads_away_from_it(explorer, views, demo):
    explorer.get_by_test_id("view-origins").click()
    explorer.get_by_test_id("group-file").click()
    explorer.get_by_test_id("views-menu").click()
    explorer.get_by_test_id("view-name").fill("Files by time")
    explorer.get_by_test_id("view-name").press("Enter")
    explorer.get_by_role("button", name="Copy the link to Files by time").click()
    link = expect_copied(explorer, re.compile("^" + re.escape(demo.server.address) + "/s/files-by-time-[2-9a-z]{5}$"))

    explorer.goto(f"{demo.server.address}/settings")
    explorer.goto(link)
    expect(explorer.get_by_test_id("group-file")).to_have_attribute("aria-pressed", "true")
    expect(explorer).to_have_url(re.compile(r"/explore\?.*view=origins"))
    explorer.go_back()
    expect(explorer).to_have_url(re.compile("/settings$"))


@pytest.mark.parametrize("shown", ["a trace", "a file", "the findings"])
def test_any_page_may_be_a_view(tab, views, traces, demo, shown):
    trace_id = traces["check out"]
    address, there = {
        "a trace": (f"/trace/{trace_id}?view=list", "list-row"),
        "a file": ("/code?window=1h", "facts"),
        "the findings": ("/findings?kind=slow&window=1h", "finding"),
    }[shown]
    view = made(views, f"View of {shown}", address)

    page = tab.open(f"/s/{view['slug']}")

    expect(page).to_have_url(demo.server.address + address)
    if shown != "a file":
        expect(page.get_by_test_id(there).first).to_be_visible()


def test_a_page_is_saved_where_it_is_looked_at(tab, views, traces, demo):
    address = f"/trace/{traces['check out']}?view=list"
    page = tab.open(address)
    expect(page.get_by_test_id("list-row").first).to_be_visible()
    page.get_by_test_id("views-menu").click()
    page.get_by_test_id("view-name").fill("A checkout as a list")
    page.get_by_test_id("view-name").press("Enter")
    saved = page.get_by_test_id("saved-view").filter(has_text="A checkout as a list")
    expect(saved.get_by_role("link")).to_have_attribute("href", address)
    take_screenshot(page, "saved-views-of-a-trace")

    page.goto(f"{demo.server.address}/settings")
    # What settings show is no view.
    expect(page.get_by_test_id("palette-button")).to_be_visible()
    expect(page.get_by_test_id("views-menu")).to_have_count(0)
    page.goto(f"{demo.server.address}/code?window=1h")
    page.get_by_test_id("palette-button").click()
    page.get_by_role("combobox").fill("save this")
    page.get_by_test_id("offer").filter(has_text="Save this page as a view").click()
    expect(page.get_by_test_id("view-name")).to_be_visible()
    page.get_by_test_id("saved-view").filter(has_text="A checkout as a list").get_by_role("link").click()
    expect(page).to_have_url(demo.server.address + address)
    # The menu does not go along to the next page.
    expect(page.get_by_test_id("list-row").first).to_be_visible()
    expect(page.get_by_test_id("view-name")).to_have_count(0)


def test_the_link_goes_on_when_the_view_is_renamed_and_shows_something_else(tab, views):
    view = made(views, "Before", "/explore?view=top")
    views.put(f"/views/{view['id']}", json={"name": "After", "address": "/explore?view=heat&window=1h"})

    page = tab.open(f"/s/{view['slug']}")

    expect(page.get_by_test_id("heat-field")).to_be_visible()


def test_a_view_that_is_gone_says_so(tab, views):
    view = made(views, "Short-lived", "/explore")
    views.delete(f"/views/{view['id']}")

    page = tab.open(f"/s/{view['slug']}")

    expect(page.get_by_test_id("not-found")).to_contain_text("gone")
    expect(page.get_by_test_id("not-found")).to_contain_text(view["slug"])
    take_screenshot(page, "saved-view-gone")
    page.get_by_role("link", name="Go to the explorer").click()
    expect(page).to_have_url(re.compile("/explore"))
    tab.witness.excuse("404")
