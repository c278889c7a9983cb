"""What all end-to-end tests share: one running demo, and each of its visits made once in a trace of its own."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .asking import Server
from .browsing import FLAGS, Tab, chromium_or_skip, new_tab
from .expected import PROJECT, SHOP, Expected, read_expected
from .running import Demo, start_demo, start_server, visit_each_once
from .waiting import expect_complete


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-docs-images",
        action="store_true",
        help="write the screenshots that the README shows into docs/images/",
    )


@pytest.fixture(scope="session")
def traffic() -> ModuleType:
    """examples/shop/traffic.py, for its table of visits."""
    return import_from_shop("traffic")


@pytest.fixture(scope="session")
def demo_program() -> ModuleType:
    """examples/shop/demo.py, for its parts."""
    return import_from_shop("demo")


def import_from_shop(name: str) -> ModuleType:
    sys.path.insert(0, str(SHOP))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(SHOP))


@pytest.fixture(scope="session")
def expected() -> Expected:
    return read_expected()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The whole demo, started as `make demo` starts it, but for traffic: the tests say what is asked."""
    folder = tmp_path_factory.mktemp("demo")
    demo = start_demo(folder, "--no-traffic", "--data", str(folder / "data"))
    yield demo
    status = demo.running.stop()
    assert status == 0, demo.running.output


@pytest.fixture(scope="session")
def traces(demo: Demo, traffic: ModuleType) -> dict[str, str]:
    """Each visit made once, in order; the trace id of each by its name. All their spans have arrived."""
    made = visit_each_once(traffic.VISITS, demo.addresses)
    demo.server.wait_until_quiet(at_least=len(made))
    return made


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has sent anything to yet."""
    running, server = start_server(tmp_path, "--repo", str(PROJECT))
    yield server
    assert running.stop() == 0, running.output


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = chromium_or_skip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(browser: Browser, demo: Demo, traces: dict[str, str]) -> Iterator[Tab]:
    """A tab on the demo's server, whose store holds every visit."""
    with new_tab(browser, demo.server.address) as tab:
        yield tab


@pytest.fixture
def explorer(tab: Tab, traces: dict[str, str]) -> Page:
    """The Explorer of the demo, its rows drawn."""
    page = tab.open("/explore?window=1h")
    expect(page.get_by_test_id("span-row").first).to_be_visible()
    return expect_complete(page)


@pytest.fixture
def docs_image(request: pytest.FixtureRequest) -> Callable[[str], str | None]:
    """The name of a picture in docs/images, when those are to be written."""
    return lambda name: name if request.config.getoption("--update-docs-images") else None
