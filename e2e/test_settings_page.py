"""The settings page: who may change what sees it done, who may not sees it; and what a session's end looks like."""

import subprocess
import sys
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from .asking import Server
from .browsing import new_tab, take_screenshot
from .expected import PROJECT
from .running import free_port, start, wait_for

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shut_server(tmp_path_factory):
    """A server that demands tokens, and two of them: an administrator's and a viewer's."""
    folder = tmp_path_factory.mktemp("shut")
    secrets = {}
    for name, rights in (("ada", ("read", "write", "admin")), ("vera", ("read",))):
        made = subprocess.run(
            [sys.executable, "-m", "spanorigin_server.command", "token", "add", name]
            + [part for right in rights for part in ("--right", right)]
            + ["--data", str(folder / "spans")],
            capture_output=True,
            text=True,
            check=True,
        )
        secrets[name] = made.stdout.strip()
    port = free_port()
    options = ["--auth", "--keep-days", "30", "--repo", str(PROJECT), "--grpc-port", "off", "--datadog-port", "off"]
    command = ["-m", "spanorigin_server.command", "--port", str(port), "--data", str(folder / "spans"), *options]
    running, server = start(command, folder / "server.log"), Server(f"http://127.0.0.1:{port}")
    wait_for(lambda: is_open(server), running, "the server")
    yield server, secrets
    assert running.stop() == 0, running.output


def is_open(server):
    """Is its door there? Whatever is behind it takes a token."""
    try:
        with urlopen(server.address + "/sign-in", timeout=30):
            return True
    except OSError:
        return False


def signed_in(tab, secret, path="/settings"):
    page = tab.open(path)
    page.get_by_label("Token").fill(secret)
    page.get_by_role("button", name="Sign in").click()
    return page


def test_an_administrator_changes_what_the_server_keeps(browser, shut_server):
    server, secrets = shut_server
    with new_tab(browser, server.address) as tab:
        page = signed_in(tab, secrets["ada"])
        tokens = page.get_by_test_id("settings-tokens")
        expect(tokens.get_by_test_id("token")).to_have_count(2)
        page.get_by_test_id("token-name").fill("ci")
        page.get_by_test_id("token-add").click()
        expect(page.get_by_test_id("token-secret")).to_contain_text("spanorigin_")
        expect(tokens.get_by_test_id("token").filter(has_text="ci")).to_contain_text("read")
        take_screenshot(page, "settings-dark")
        row = tokens.get_by_test_id("token").filter(has_text="ci")
        row.get_by_role("button", name="Revoke").click()
        row.get_by_role("button", name="Really revoke").click()
        expect(row).to_have_count(0)

        retention = page.get_by_test_id("settings-retention")
        expect(page.get_by_test_id("keep_days")).to_be_disabled()
        expect(retention).to_contain_text("--keep-days")
        page.get_by_test_id("keep_gb").fill("50")
        retention.get_by_role("button", name="Keep so much").click()
        retention.get_by_role("button", name="Remove what is beyond 30 days and 50 GB").click()
        expect(retention.get_by_role("button")).to_have_count(0)
        page.reload()
        expect(page.get_by_test_id("keep_gb")).to_have_value("50")

        audit = page.get_by_test_id("settings-audit").get_by_test_id("audit-entry")
        expect(audit.first).to_contain_text("keep_gb 50")
        expect(audit.filter(has_text="token ci")).to_have_count(2)


def test_repositories_and_path_rules_are_added_and_removed(browser, shut_server, tmp_path):
    server, secrets = shut_server
    subprocess.run(["git", "init", "-q", str(tmp_path / "small")], check=True)
    with new_tab(browser, server.address) as tab:
        page = signed_in(tab, secrets["ada"])
        rows = page.get_by_test_id("repository")
        expect(rows).to_have_count(1)
        page.get_by_test_id("repository-where").fill(str(tmp_path / "nothing"))
        page.get_by_test_id("repository-add").click()
        expect(page.get_by_test_id("settings-repositories").get_by_test_id("refusal")).to_be_visible()
        tab.witness.excuse("status of 4")
        page.get_by_test_id("repository-where").fill(str(tmp_path / "small"))
        page.get_by_test_id("repository-add").click()
        expect(rows.filter(has_text="small")).to_have_count(1)

        page.get_by_test_id("rule-from").fill("/srv/app")
        page.get_by_test_id("rule-repository").fill("small")
        page.get_by_test_id("rule-to").fill("services/app")
        page.get_by_test_id("rule-add").click()
        rule = page.get_by_test_id("rule").filter(has_text="small/services/app")
        expect(rule).to_contain_text("every service")
        rule.get_by_role("button", name="Remove").click()
        rule.get_by_role("button", name="Really remove").click()
        expect(rule).to_have_count(0)
        row = rows.filter(has_text="small")
        row.get_by_role("button", name="Remove").click()
        row.get_by_role("button", name="Really remove").click()
        expect(row).to_have_count(0)


def test_a_viewer_sees_what_is_kept_and_can_change_nothing(browser, shut_server):
    server, secrets = shut_server
    with new_tab(browser, server.address, "light") as tab:
        page = signed_in(tab, secrets["vera"])
        expect(page.get_by_test_id("settings-repositories").get_by_test_id("repository")).to_have_count(1)
        expect(page.get_by_test_id("held")).to_be_visible()
        expect(page.get_by_test_id("keep_gb")).to_be_disabled()
        for part in ("repositories", "rules", "retention", "tokens", "audit"):
            expect(page.get_by_test_id(f"settings-{part}").get_by_test_id("read-only")).to_contain_text("admin")
        expect(page.get_by_test_id("token-add")).to_have_count(0)
        expect(page.get_by_test_id("repository-add")).to_have_count(0)
        take_screenshot(page, "settings-viewer-light")


def test_who_signs_out_is_let_out_and_a_session_that_ends_says_so(browser, shut_server):
    server, secrets = shut_server
    with new_tab(browser, server.address) as tab:
        page = signed_in(tab, secrets["vera"], "/explore?window=1h&q=has%3Aorigin")
        expect(page).to_have_url(server.address + "/explore?window=1h&q=has%3Aorigin")
        expect(page.get_by_test_id("sign-out")).to_be_visible()
        page.context.clear_cookies()
        note = page.get_by_test_id("signed-out")
        # The page asks every five seconds whether the server still knows it.
        expect(note).to_be_visible()
        take_screenshot(page, "session-ended")
        note.get_by_role("link", name="Sign in").click()
        expect(page).to_have_url(server.address + "/sign-in?next=%2Fexplore%3Fwindow%3D1h%26q%3Dhas%253Aorigin")
        tab.witness.excuse("401")

        page.get_by_label("Token").fill(secrets["vera"])
        page.get_by_role("button", name="Sign in").click()
        page.get_by_test_id("sign-out").click()
        expect(page).to_have_url(server.address + "/sign-in")
        page.goto(server.address + "/explore")
        expect(page.get_by_label("Token")).to_be_visible()
