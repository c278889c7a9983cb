"""Two services of one repository whose containers call different files by one name: each file has its own numbers."""

import secrets
import subprocess
import time
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from playwright.sync_api import expect

from . import spans
from .browsing import new_tab
from .running import start_server

pytestmark = pytest.mark.browser

# Both are /srv/app/views.py in their containers. Only the function at the line tells them apart.
WEB = "def home(request):\n    rows = load(request)\n    return rows\n"
API = "def orders(request):\n    checked(request)\n    return fetch(request)\n"


@pytest.fixture
def commit(tmp_path: Path) -> str:
    root = tmp_path / "mono"
    for service, text in (("web", WEB), ("api", API)):
        file = root / "services" / service / "app" / "views.py"
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")

    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=tests", "-c", "user.email=tests@example.org")
        done = subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "two services")
    return git("rev-parse", "HEAD")


@pytest.fixture
def server(tmp_path: Path, commit: str):
    running, server = start_server(tmp_path, "--repo", str(tmp_path / "mono"))
    yield server
    assert running.stop() == 0, running.output


def sent(server, commit: str, service: str, line: int, function: str) -> str:
    """The trace of one call of that service at that line of its file."""
    trace_id, now = secrets.token_bytes(16), time.time_ns()
    span = Span(
        trace_id=trace_id,
        span_id=secrets.token_bytes(8),
        name="SELECT",
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=now - 5_000_000,
        end_time_unix_nano=now,
    )
    origin = {"code.file.path": "/srv/app/views.py", "code.line.number": line, "code.function.name": function}
    span.attributes.extend(spans.attribute(key, value) for key, value in (origin | {"spanorigin.type": "exit"}).items())
    about = {"vcs.ref.head.revision": commit, "spanorigin.source.root": "/srv"}
    server.send(spans.body(service, [span], about))
    return trace_id.hex()


def test_a_file_has_the_numbers_of_its_own_service_alone_until_all_are_wanted(browser, server, commit):
    of_web = sent(server, commit, "web", 2, "app.views.home")
    sent(server, commit, "api", 3, "app.views.orders")
    with new_tab(browser, server.address) as tab:
        page = tab.open(f"/trace/{of_web}")
        page.get_by_test_id("open-file").click()

        counted = page.get_by_test_id("counted-line")
        expect(page.get_by_test_id("source")).to_contain_text("def home")
        expect(page.get_by_test_id("facts")).to_contain_text("1 with spans")
        expect(counted).to_have_attribute("data-line", "2")
        expect(page.get_by_test_id("of-service")).to_have_text("only web")

        page.get_by_test_id("of-service").click()

        expect(counted).to_have_count(2)
        expect(page.get_by_test_id("of-service")).to_have_count(0)
