"""Entry origins of Quart, behind OpenTelemetry's middleware for ASGI (Quart has none of its own) and a real uvicorn."""

import pytest
import web_quart as sample
from entry_support import ask, open_websocket, origin_of, serving_asgi
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from web_support import assert_stack_is_without_us, marked_origin


@pytest.fixture(scope="module")
def address(capture):
    sample.tracer = capture.provider.get_tracer("sample")
    with serving_asgi(OpenTelemetryMiddleware(sample.app, tracer_provider=capture.provider)) as address:
        yield address


@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/coroutine/3", 200, "coroutine", "coroutine"),
        ("HEAD", "/coroutine/3", 200, "coroutine", "coroutine"),
        ("GET", "/in-a-thread", 200, "in_a_thread", "in_a_thread"),
        ("GET", "/decorated", 200, "decorated", "decorated"),
        ("POST", "/decorated", 200, "decorated", "decorated"),
        ("GET", "/raises", 409, "raises", "raises"),
        ("GET", "/redirects", 302, "redirects", "redirects"),
        ("GET", "/streams", 200, "streams", "streams"),
        ("GET", "/orders", 200, "orders_get", "Orders.get"),
        ("HEAD", "/orders", 200, "orders_get", "Orders.get"),
        ("POST", "/orders", 200, "orders_post", "Orders.post"),
        ("GET", "/report", 200, "report", "Report.dispatch_request"),
        ("GET", "/inner/page", 200, "page", "page"),
    ],
)
def test_a_request_names_its_view(capture, address, method, path, status, mark, function):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) == marked_origin(sample, mark, function)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("DELETE", "/orders", {}, 405),
        ("OPTIONS", "/orders", {}, 200),
        ("GET", "/decorated", {"X-Early": "1"}, 200),
    ],
)
def test_a_request_that_no_view_handles_has_no_origin(capture, address, method, path, headers, status):
    answer, _ = ask(address + path, method, headers)

    assert answer == status
    assert origin_of(capture.entry_span()) is None


def test_a_websocket_names_its_view(capture, address):
    open_websocket(address + "/socket")

    assert origin_of(capture.entry_span()) == marked_origin(sample, "socket", "socket")


def test_the_users_own_span_within_is_not_tagged(capture, address):
    ask(address + "/in-a-thread")

    _, others = capture.request()
    assert [origin_of(span) for span in others if span.name == "by hand"] == [None]


def test_nothing_of_ours_is_on_the_stack_of_a_handler(address):
    ask(address + "/raises")

    assert_stack_is_without_us(sample)
