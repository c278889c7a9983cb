"""The page of code of a server that has none: what to do, and that it does it."""

import pytest
from playwright.sync_api import expect

from .browsing import new_tab, take_screenshot
from .running import start_server
from .versions import make_repository

pytestmark = pytest.mark.browser


@pytest.fixture
def bare_server(tmp_path):
    """A server without any repository."""
    running, server = start_server(tmp_path, cwd=tmp_path)
    yield server
    assert running.stop() == 0, running.output


def test_a_server_without_code_says_how_it_gets_some_and_shows_it_at_once(browser, bare_server, tmp_path):
    root = tmp_path / "carts"
    make_repository(root)
    with new_tab(browser, bare_server.address) as tab:
        page = tab.open("/code")
        ways = page.get_by_test_id("no-repository")
        expect(ways).to_contain_text("spanorigin up")
        expect(ways).to_contain_text(f"curl --data-binary @- '{bare_server.address}/api/v1/repositories")
        take_screenshot(page, "code-none")

        ways.get_by_test_id("repository-where").fill(str(tmp_path / "nowhere"))
        ways.get_by_test_id("repository-add").click()
        expect(ways.get_by_test_id("refusal")).to_contain_text("There is no folder")
        tab.witness.excuse("400")

        ways.get_by_test_id("repository-where").fill(str(root))
        ways.get_by_test_id("repository-add").click()
        page.get_by_role("link", name="carts", exact=True).click()

        expect(page.get_by_test_id("file-tree")).to_contain_text("app")
