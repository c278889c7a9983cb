"""Entry origins of Litestar, behind its own OpenTelemetry plugin and a real uvicorn."""

import pytest
import web_litestar as sample
from entry_support import ask, open_websocket, origin_of, serving_asgi
from litestar.plugins.opentelemetry import OpenTelemetryConfig, OpenTelemetryPlugin
from web_support import assert_stack_is_without_us, marked_origin


@pytest.fixture(scope="module")
def address(capture):
    sample.tracer = capture.provider.get_tracer("sample")
    plugin = OpenTelemetryPlugin(OpenTelemetryConfig(tracer_provider=capture.provider))
    with serving_asgi(sample.application([plugin])) as address:
        yield address


@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/coroutine/3", 200, "coroutine", "coroutine"),
        ("GET", "/function", 200, "function", "function"),
        ("GET", "/in-a-thread", 200, "in_a_thread", "in_a_thread"),
        ("GET", "/decorated", 200, "decorated", "decorated"),
        ("GET", "/raises", 500, "raises", "raises"),
        ("GET", "/redirects", 302, "redirects", "redirects"),
        ("GET", "/streams", 200, "streams", "streams"),
        ("GET", "/guarded", 401, "guarded", "guarded"),
        ("GET", "/depends", 200, "depends", "depends"),
        ("PUT", "/several", 200, "several", "several"),
        ("GET", "/orders", 200, "show", "Orders.show"),
        ("POST", "/orders", 201, "add", "Orders.add"),
        ("PATCH", "/orders", 200, "change", "Orders.change"),
        ("GET", "/router/page", 200, "page", "page"),
        ("GET", "/raw/anything", 200, "raw", "raw"),
    ],
)
def test_a_request_names_the_function_of_its_route(capture, address, method, path, status, mark, function):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) == marked_origin(sample, mark, function)


@pytest.mark.parametrize(
    ("path", "mark", "function"),
    [
        ("/socket", "socket", "socket"),
        ("/listener", "listens", "listens"),
        ("/listener-class", "on_receive", "Listener.on_receive"),
    ],
)
def test_a_websocket_names_the_function_that_takes_its_messages(capture, address, path, mark, function):
    open_websocket(address + path)

    assert origin_of(capture.entry_span()) == marked_origin(sample, mark, function)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("DELETE", "/orders", {}, 405),
        ("OPTIONS", "/orders", {}, 204),
        ("GET", "/schema/openapi.json", {}, 200),
        ("GET", "/function", {"X-Early": "1"}, 200),
    ],
)
def test_a_request_that_no_function_of_the_users_handles_has_no_origin(capture, address, method, path, headers, status):
    answer, _ = ask(address + path, method, headers)

    assert answer == status
    assert origin_of(capture.entry_span()) is None


def test_the_users_own_span_within_is_not_tagged(capture, address):
    ask(address + "/function")

    _, others = capture.request()
    assert [origin_of(span) for span in others if span.name == "by hand"] == [None]


def test_nothing_of_ours_is_on_the_stack_of_a_handler(address):
    ask(address + "/raises")

    assert_stack_is_without_us(sample)
