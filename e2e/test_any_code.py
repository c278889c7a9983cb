"""Code of every shape: a container's file found by its bytes, a renamed function, a diff of any size, odd files."""

import os
import re
import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from playwright.sync_api import expect

from .browsing import new_tab, take_screenshot
from .running import start_server
from .spans import attribute, body
from .waiting import PATIENCE_S, eventually

pytestmark = pytest.mark.browser

SERVICES = ("web", "billing", "search")
FILES, LINES = 400, 60
ODD = {
    "odd/long.py": "".join(f"value_{number} = {number}\n" for number in range(20_000)).encode(),
    "odd/empty.py": b"",
    "odd/latin.py": "# -*- coding: latin-1 -*-\nname = 'café'\n".encode("latin-1"),
    "odd/crlf.py": b"first = 1\r\nsecond = 2\r\n",
    "odd/cut.py": b"first = 1\nlast = 2",
    "odd/binary.py": b"\0\1\2" * 50,
}


def view(service: str) -> str:
    return f"def view(cart):\n    return cart.{service}\n\n\ndef other():\n    return {service!r}\n"


@dataclass(frozen=True, slots=True)
class Mono:
    """A repository of three services with one module name, its commits, and traces of containers of them."""

    first: str
    moved: str
    wide: str
    found: str
    edited: str
    untold: str


class Repository:
    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        nobody = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {**os.environ, **nobody, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        ran = subprocess.run(
            ["git", *arguments], cwd=self.root, env=environment, capture_output=True, text=True, check=True
        )
        return ran.stdout.strip()

    def commit(self, files: dict[str, str | bytes]) -> str:
        for path, content in files.items():
            place = self.root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        return self.git("rev-parse", "HEAD")

    def blob(self, content: str) -> str:
        place = self.root.parent / "content"
        place.write_text(content)
        return self.git("hash-object", "--no-filters", str(place))


def trace_of(
    file: str,
    function: str,
    blob: str | None = None,
    *,
    service: str,
    commit: str = "",
    count: int = 1,
    ago_s: int = 60,
) -> tuple[str, bytes]:
    """Requests of a container, with the address of the last of them; the first tells the file's content."""
    resource = {"spanorigin.source.root": "/srv", "service.version": commit[:4]}
    told = {**resource, **({"vcs.ref.head.revision": commit} if commit else {})}
    spans = []
    for number in range(count):
        start = time.time_ns() - (ago_s * 10**9) + number * 10**6
        span = Span(
            trace_id=secrets.token_bytes(16), span_id=secrets.token_bytes(8), name=f"GET /{service}",
            kind=Span.SPAN_KIND_SERVER, start_time_unix_nano=start, end_time_unix_nano=start + 5 * 10**6,
        )  # fmt: skip
        span.attributes.extend([
            attribute("spanorigin.type", "entry"),
            attribute("code.file.path", file),
            attribute("code.line.number", 1),
            attribute("code.function.name", function),
        ])  # fmt: skip
        if blob is not None and number == 0:
            line = AnyValue(string_value=f"{blob} {file}")
            span.attributes.append(
                KeyValue(key="spanorigin.files", value=AnyValue(array_value=ArrayValue(values=[line])))
            )
        spans.append(span)
    shown = f"{spans[-1].trace_id.hex()}?span={spans[-1].span_id.hex()}"
    return shown, body(service, spans, told)


@pytest.fixture(scope="module")
def mono_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mono")
    repository = Repository(folder / "mono")
    texts = {f"services/{name}/app/views.py": view(name) for name in SERVICES}
    wide = {f"wide/module_{n}.py": "".join(f"a_{n}_{m} = {m}\n" for m in range(LINES)) for n in range(FILES)}
    first = repository.commit({**texts, **ODD, **wide})
    (repository.root / "odd/link.py").symlink_to("long.py")
    repository.git("mv", "services/search/app/views.py", "services/search/app/pages.py")
    moved = repository.commit({})
    changed = {path: text.replace(" = ", " = 1000 + ") for path, text in wide.items()}
    last = repository.commit({**changed, "odd/long.py": ODD["odd/long.py"].replace(b" = ", b" = 1 + ")})

    found, one = trace_of(
        "/srv/app/views.py", "app.views.view", repository.blob(view("billing")), service="billing", count=2
    )
    edited, two = trace_of(
        "/srv/services/web/app/views.py", "app.views.view", "d" * 40, service="web", commit=first, count=2
    )
    untold, three = trace_of("/srv/app/views.py", "app.views.view", service="other")
    _, four = trace_of(
        "/srv/services/search/app/views.py", "app.views.view", service="search", commit=first, count=30, ago_s=600
    )
    _, five = trace_of("/srv/services/search/app/pages.py", "app.pages.view", service="search", commit=moved, count=30)
    running, server = start_server(folder, "--repo", str(repository.root))
    for sent in (one, two, three, four, five):
        server.send(sent)
    server.wait_until_quiet(at_least=65, quiet_s=1.0)
    yield server, Mono(first, moved, last, found, edited, untold)
    assert running.stop() == 0, running.output


@pytest.fixture
def mono(mono_server):
    return mono_server[1]


@pytest.fixture
def tab(browser, mono_server):
    with new_tab(browser, mono_server[0].address) as tab:
        yield tab


def test_of_three_files_of_one_name_the_one_whose_bytes_ran_is_shown(tab, mono):
    page = tab.open(f"/trace/{mono.found}")

    expect(page.get_by_test_id("ran")).to_have_text("same bytes")
    expect(page.get_by_text("cart.billing").first).to_be_visible()
    take_screenshot(page, "source-same-bytes-dark")


def test_without_what_ran_it_is_said_that_it_may_be_any_of_three(tab, mono):
    page = tab.open(f"/trace/{mono.untold}")

    expect(page.get_by_text("could be any of")).to_be_visible()
    expect(page.get_by_test_id("ran")).to_have_count(0)


def test_an_image_of_edited_files_is_told_from_its_commit(tab, mono):
    page = tab.open(f"/trace/{mono.edited}")

    expect(page.get_by_test_id("ran")).to_have_text("edited before it ran")
    expect(page.get_by_test_id("preview-marked-line")).to_be_visible()
    take_screenshot(page, "source-edited-dark")


@pytest.mark.parametrize("name", ["views", "pages"])
def test_a_functions_page_goes_on_through_the_rename_of_its_file(tab, mono, name):
    page = tab.open(f"/origin/services/search/app/{name}.py:app.{name}.view?window=1h")

    expect(page.get_by_test_id("other-names")).to_contain_text("was" if name == "pages" else "now")
    expect(page.get_by_test_id("version")).to_have_count(2)
    take_screenshot(page, f"origin-renamed-{name}-dark")


def test_a_file_is_compared_with_a_version_in_which_it_had_another_name(tab, mono):
    page = tab.open(f"/code/mono@{mono.moved}/services/search/app/pages.py?against={mono.first}&window=1h")

    line = page.locator('[data-testid="counted-line"][data-line="1"]')
    expect(line).to_be_visible()
    expect(page.get_by_text("could not be counted")).to_have_count(0)


def test_a_change_of_hundreds_of_files_draws_what_is_in_view_and_goes_to_its_end(tab, mono):
    page = tab.open(f"/diff/mono/{mono.moved}...{mono.wide}")
    files = page.get_by_test_id("changed-file")
    expect(files.first).to_be_visible()
    expect(page.get_by_test_id("facts")).to_contain_text(f"{FILES + 1} files changed")
    assert page.locator(".diff-row").count() < 150

    # Hunks come as they are passed, so the end moves away until all of them are there.
    last = page.get_by_title(f"wide/module_{FILES - 1}.py").or_(page.get_by_title("wide/module_99.py"))

    def is_at_the_end():
        page.evaluate("document.querySelector('.diff-list').scrollTop += 20000")
        return last.count()

    eventually(is_at_the_end, bool, page, limit_s=4 * PATIENCE_S)
    expect(last.first).to_be_visible()
    expect(page.locator(".is-added").first).to_be_visible()
    assert page.locator(".diff-row").count() < 150
    take_screenshot(page, "diff-large-dark")


def test_a_long_change_is_folded_with_its_count_and_unfolds(tab, mono):
    page = tab.open(f"/diff/mono/{mono.moved}...{mono.wide}")
    file = page.get_by_test_id("changed-file").filter(has_text="long.py")
    expect(file.get_by_test_id("changed-count")).to_have_text(re.compile(r"\+20.000"))
    expect(file.get_by_role("button")).to_have_attribute("aria-expanded", "false")

    page.keyboard.press("j")
    expect(page.get_by_title("wide/module_0.py")).to_be_visible()
    page.keyboard.press("k")
    file.get_by_role("button").click()

    expect(page.get_by_text("more than 20,000 lines")).to_be_visible()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("long.py", "value_0 = 0"),
        ("latin.py", "name = 'café'"),
        ("crlf.py", "second = 2"),
        ("cut.py", "last = 2"),
        ("binary.py", "it is binary"),
        ("link.py", "has no file"),
    ],
)
def test_odd_files_are_shown_or_told_why_not(tab, mono, file, words):
    page = tab.open(f"/code/mono@{mono.moved}/odd/{file}")

    expect(page.get_by_text(words).first).to_be_visible()
    if file in ("binary.py", "link.py"):
        # Chromium writes of each answer that is no success.
        tab.witness.excuse("404")


def test_an_empty_file_is_empty_and_no_mistake(tab, mono):
    page = tab.open(f"/code/mono@{mono.moved}/odd/empty.py")

    expect(page.get_by_text("An empty file")).to_be_visible()


def test_a_file_of_twenty_thousand_lines_is_at_its_line_at_once(tab, mono):
    page = tab.open(f"/code/mono@{mono.moved}/odd/long.py?line=19990")

    expect(page.get_by_text("value_19989 = 19989")).to_be_visible()
    assert page.locator(".src-ln").count() < 200
