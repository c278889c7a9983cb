"""What a span's panel leads to: its line's numbers and history, its stack, its loop, editors and forges."""

import re
import secrets
import subprocess
import time

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from playwright.sync_api import expect

from .browsing import new_tab
from .running import start_server
from .spans import attribute
from .waiting import PATIENCE_S, box_at_rest, eventually

pytestmark = pytest.mark.browser

PAY = """import bank


def pay(cart):
    for line in cart:
        bank.charge(line.price)


def show(cart):
    return [line.name for line in cart]
"""
STACK = """Traceback (most recent call last):
  File "/srv/shop/.venv/lib/python3.11/site-packages/bank/client.py", line 9, in charge
    raise Refused(price)
  File "/srv/shop/app/pay.py", line 6, in pay
    bank.charge(line.price)
bank.Refused: <img src=x onerror=alert(1)>
"""
EDITED, MOVED, LOOP = 10, 4, 6


class Shop:
    """A repository with two commits, and a server with spans of the first: pay moved down since, show was edited."""

    def __init__(self, server, root, commit, trace_id):
        self.server, self.root, self.commit, self.trace_id = server, root, commit, trace_id

    def span(self, number):
        return f"/trace/{self.trace_id}?span={number:016x}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    root = tmp_path_factory.mktemp("shop")

    def git(*arguments):
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        ran = subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
        return ran.stdout.strip()

    def committed(text):
        (root / "app").mkdir(exist_ok=True)
        (root / "app/pay.py").write_text(text)
        git("add", "--all")
        git("commit", "--quiet", "--message", "a change")
        return git("rev-parse", "HEAD")

    git("init", "--quiet")
    git("remote", "add", "origin", "git@github.com:acme/shop.git")
    commit = committed(PAY)
    committed('"""Money."""\n\n\n' + PAY.replace("[line.name for line in cart]", "[str(line) for line in cart]"))
    running, server = start_server(tmp_path_factory.mktemp("server"), "--repo", str(root))
    trace_id = secrets.token_hex(16)
    server.send(made(trace_id, commit))
    yield Shop(server, root, commit, trace_id)
    assert running.stop() == 0, running.output


def made(trace_id, commit):
    """A request at `pay`, six calls from its loop, the last with exception and link, and one at the edited line."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    for key, value in {
        "service.name": "shop",
        "spanorigin.source.root": "/srv/shop",
        "vcs.ref.head.revision": commit,
    }.items():
        resource.resource.attributes.append(attribute(key, value))
    spans = resource.scope_spans.add().spans
    now = time.time_ns() - 10 * 10**9

    def add(number, line, function, kind, start_ms, length_ms):
        span = spans.add(trace_id=bytes.fromhex(trace_id), span_id=number.to_bytes(8, "big"), name=function, kind=kind)
        span.parent_span_id = b"" if number == 1 else (1).to_bytes(8, "big")
        span.start_time_unix_nano = now + start_ms * 10**6
        span.end_time_unix_nano = span.start_time_unix_nano + length_ms * 10**6
        origin_type = "entry" if kind == Span.SPAN_KIND_SERVER else "exit"
        for key, value in {
            "code.file.path": "/srv/shop/app/pay.py",
            "code.line.number": line,
            "code.function.name": f"app.pay.{function}",
            "spanorigin.type": origin_type,
        }.items():
            span.attributes.append(attribute(key, value))
        return span

    add(1, MOVED, "pay", Span.SPAN_KIND_SERVER, 0, 100)
    for number in range(2, 8):
        last = add(number, LOOP, "pay", Span.SPAN_KIND_CLIENT, number * 10, 8)
    last.status.code = Status.STATUS_CODE_ERROR
    event = last.events.add(name="exception", time_unix_nano=last.end_time_unix_nano)
    for key, value in {"type": "bank.Refused", "message": "no", "stacktrace": STACK}.items():
        event.attributes.append(attribute(f"exception.{key}", value))
    last.links.add(trace_id=bytes.fromhex(trace_id), span_id=(8).to_bytes(8, "big"))
    add(8, EDITED, "show", Span.SPAN_KIND_CLIENT, 85, 5)
    return request.SerializeToString()


@pytest.fixture
def page(browser, shop):
    with new_tab(browser, shop.server.address) as tab:
        yield tab.page


def opened(page, shop, number):
    page.goto(shop.server.address + shop.span(number))
    # The first preview of a server loads its highlighter.
    expect(page.get_by_test_id("preview-marked-line")).to_be_visible(timeout=3000 * PATIENCE_S)


def test_a_line_that_moved_since_says_where_it_is_now(page, shop):
    opened(page, shop, 1)

    expect(page.get_by_test_id("drift")).to_have_text("moved +3 at HEAD")
    expect(page.get_by_test_id("preview-marked-line")).to_contain_text("def pay(cart):")


def test_a_line_that_was_edited_since_says_so(page, shop):
    opened(page, shop, 8)

    expect(page.get_by_test_id("drift")).to_have_text("edited since")


def test_the_forge_is_opened_at_the_commit_that_ran(page, shop):
    opened(page, shop, 1)

    link = page.get_by_test_id("open-forge")
    expect(link).to_have_attribute("href", f"https://github.com/acme/shop/blob/{shop.commit}/app/pay.py#L{MOVED}")
    expect(link).to_have_attribute("rel", re.compile("noopener"))


def test_an_editor_is_chosen_once_and_opened_at_the_line_as_it_is_now(page, shop):
    opened(page, shop, 1)
    page.get_by_test_id("outside-menu").click()
    page.get_by_test_id("editor-vscode").check()
    now = MOVED + 3
    expect(page.get_by_test_id("open-editor")).to_have_attribute("href", f"vscode://file{shop.root}/app/pay.py:{now}")
    page.get_by_test_id("editor-folder").fill("/home/ada/shop")
    page.keyboard.press("Escape")

    page.reload()

    expect(page.get_by_test_id("open-editor")).to_have_attribute(
        "href", f"vscode://file/home/ada/shop/app/pay.py:{now}"
    )


def test_an_editor_of_ones_own_is_an_address_and_never_a_script(page, shop):
    opened(page, shop, 1)
    page.get_by_test_id("outside-menu").click()
    page.get_by_test_id("editor-custom").check()
    page.get_by_test_id("editor-template").fill("javascript:alert('{file}')")
    expect(page.get_by_role("dialog")).to_contain_text("is not an editor's")
    expect(page.get_by_test_id("open-editor")).to_have_count(0)

    page.get_by_test_id("editor-template").fill("zed://open?at={path}&line={line}")

    expect(page.get_by_test_id("open-editor")).to_have_attribute("href", f"zed://open?at=app/pay.py&line={MOVED + 3}")


def test_the_line_says_how_often_it_runs_and_leads_to_its_spans(page, shop):
    opened(page, shop, 2)
    expect(page.get_by_test_id("line-red")).to_contain_text("16.7\u202f% errors")

    page.get_by_test_id("spans-of-line").click()

    expect(page.get_by_test_id("search-box")).to_have_value(f'origin:"app/pay.py:{LOOP}"')
    expect(page.get_by_test_id("span-row")).to_have_count(6)


def test_calls_that_repeat_name_the_line_of_their_loop(page, shop):
    opened(page, shop, 2)

    expect(page.get_by_test_id("repeated")).to_contain_text("One of 6")
    expect(page.get_by_test_id("loop-line")).to_contain_text("pay.py:5")
    expect(page.get_by_test_id("loop-line")).to_contain_text("for line in cart:")


def test_the_bars_of_calls_that_repeat_are_one_shape_however_many(page, shop):
    opened(page, shop, 2)
    group = page.get_by_test_id("group-row").first

    expect(group.locator(".wf-track svg.wf-bars path")).to_have_count(1)
    expect(group.locator(".wf-track i")).to_have_count(0)
    assert box_at_rest(group.locator(".wf-bars path"))["width"] >= 2


def test_the_stack_of_an_exception_is_frames_and_mine_lead_to_the_code(page, shop):
    opened(page, shop, 7)
    page.get_by_role("tab", name="Stack").click()
    stack = page.get_by_test_id("exception-stack")
    expect(stack).to_contain_text("bank.Refused")
    expect(stack.get_by_test_id("user-frame")).to_have_count(1)
    expect(stack).to_contain_text("1 library frame")
    # What a span carries is text, whatever it looks like.
    expect(page.locator("img")).to_have_count(0)

    stack.get_by_test_id("user-frame").click()

    expect(page).to_have_url(re.compile(rf"/code/shop@{shop.commit}/app/pay\.py\?.*line={LOOP}"))


def test_events_stand_on_the_bars_with_their_names(page, shop):
    opened(page, shop, 7)

    mark = page.get_by_test_id("event-mark")
    expect(mark).to_have_count(1)
    expect(mark).to_have_attribute("title", "exception at 78.0\u202fms")


def test_a_link_names_the_span_it_leads_to(page, shop):
    opened(page, shop, 7)
    page.get_by_role("tab", name="Links").click()
    expect(page.get_by_test_id("linked-span")).to_have_text("show")

    page.get_by_test_id("linked-span").click()

    expect(page).to_have_url(re.compile(f"span={8:016x}"))
    expect(page.get_by_test_id("span-panel").get_by_role("heading", level=2)).to_have_text("show")


def test_a_stretch_of_the_minimap_is_what_the_waterfall_shows(page, shop):
    opened(page, shop, 1)
    box = box_at_rest(page.get_by_test_id("minimap"))
    middle = box["y"] + 20
    expect(page.locator(".tick").first).to_have_text("0")

    page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=4)
    page.mouse.up()

    expect(page.locator(".tick").first).to_have_text(re.compile(r"^(49|50)\.\d\u202fms$"))
    expect(page.get_by_test_id("minimap")).to_have_attribute("aria-valuetext", re.compile("^(49|50).* of 100"))
    page.get_by_test_id("minimap").press("ArrowLeft")
    expect(page.locator(".tick").first).to_have_text(re.compile(r"^4[34]\.\d\u202fms$"))
    page.get_by_test_id("minimap").press("-")
    page.keyboard.press("0")
    expect(page.locator(".tick").first).to_have_text("0")
    page.keyboard.press("z")
    expect(page.locator(".tick").first).to_have_text("0")


def test_the_panel_is_made_wider_by_keys_and_stays_so(page, shop):
    opened(page, shop, 1)
    panel = page.get_by_test_id("span-panel")
    before = box_at_rest(panel)["width"]
    wider = pytest.approx(before + 48, abs=1)

    page.get_by_role("separator").press("ArrowLeft")
    page.get_by_role("separator").press("ArrowLeft")

    eventually(lambda: box_at_rest(panel)["width"], lambda width: width == wider, page)
    page.reload()
    expect(page.get_by_test_id("preview-marked-line")).to_be_visible()
    assert box_at_rest(panel)["width"] == wider
