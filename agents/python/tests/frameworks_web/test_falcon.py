"""Entry origins of Falcon: WSGI behind its real instrumentation, ASGI behind the one for ASGI; real servers."""

import pytest
import web_falcon as sample
from entry_support import ask, open_websocket, origin_of, serving, serving_asgi
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.falcon import FalconInstrumentor
from web_support import assert_stack_is_without_us, marked_origin


@pytest.fixture(scope="module", params=["guarded", "bare"])
def address(request, capture):
    FalconInstrumentor().instrument(tracer_provider=capture.provider)
    sample.tracer = capture.provider.get_tracer("sample")
    with serving(sample.application([sample.Guards()] if request.param == "guarded" else [])) as address:
        yield address
    FalconInstrumentor().uninstrument()


@pytest.fixture(scope="module", params=["guarded", "bare"])
def asgi_address(request, capture):
    sample.tracer = capture.provider.get_tracer("sample")
    app = sample.asgi_application([sample.Guards()] if request.param == "guarded" else [])
    with serving_asgi(OpenTelemetryMiddleware(app, tracer_provider=capture.provider)) as address:
        yield address


@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/orders", 200, "get", "Orders.on_get"),
        ("GET", "/orders/3", 200, "get_one", "Orders.on_get_one"),
        ("POST", "/orders", 200, "post", "Orders.on_post"),
        ("POST", "/orders?bad=1", 400, "post", "Orders.on_post"),
        ("PUT", "/orders", 404, "put", "Orders.on_put"),
        ("DELETE", "/orders", 500, "delete", "Orders.on_delete"),
        ("GET", "/inherits", 200, "get", "Orders.on_get"),
        ("PATCH", "/inherits", 200, "patch", "Inherits.on_patch"),
        ("GET", "/sink/anything", 200, "sink", "sink"),
    ],
)
def test_a_request_names_its_responder(capture, address, method, path, status, mark, function):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) == marked_origin(sample, mark, function)


@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/orders", 200, "async_get", "AsyncOrders.on_get"),
        ("GET", "/orders/3", 200, "async_get_one", "AsyncOrders.on_get_one"),
        ("DELETE", "/orders", 500, "async_delete", "AsyncOrders.on_delete"),
        ("GET", "/sink/anything", 200, "async_sink", "async_sink"),
    ],
)
def test_a_request_under_asgi_names_its_responder(capture, asgi_address, method, path, status, mark, function):
    answer, _ = ask(asgi_address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) == marked_origin(sample, mark, function)


def test_a_websocket_names_the_method_that_takes_it(capture, asgi_address):
    open_websocket(asgi_address + "/orders")

    assert origin_of(capture.entry_span()) == marked_origin(sample, "websocket", "AsyncOrders.on_websocket")


NOBODY = [("GET", "/nowhere", 404), ("PATCH", "/orders", 405), ("OPTIONS", "/orders", 200)]


@pytest.mark.parametrize(("method", "path", "status"), NOBODY)
def test_a_request_that_no_responder_of_the_users_answers_has_no_origin(capture, address, method, path, status):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) is None


@pytest.mark.parametrize(("method", "path", "status"), NOBODY)
def test_a_request_under_asgi_that_nobody_answers_has_no_origin(capture, asgi_address, method, path, status):
    answer, _ = ask(asgi_address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) is None


@pytest.mark.parametrize("address", ["guarded"], indirect=True)
@pytest.mark.parametrize(("early", "status"), [("request", 200), ("resource", 200), ("raise", 401)])
def test_a_request_that_middleware_answers_has_no_origin(capture, address, early, status):
    answer, _ = ask(address + "/orders", headers={"X-Early": early})

    assert answer == status
    assert origin_of(capture.entry_span()) is None


@pytest.mark.parametrize("asgi_address", ["guarded"], indirect=True)
@pytest.mark.parametrize(("early", "status"), [("request", 200), ("resource", 200), ("raise", 401)])
def test_a_request_under_asgi_that_middleware_answers_has_no_origin(capture, asgi_address, early, status):
    answer, _ = ask(asgi_address + "/orders", headers={"X-Early": early})

    assert answer == status
    assert origin_of(capture.entry_span()) is None


def test_the_users_own_span_within_is_not_tagged(capture, address):
    ask(address + "/orders")

    _, others = capture.request()
    assert [(span.name, origin_of(span)) for span in others] == [("by hand", None)]


def test_nothing_of_ours_is_on_the_stack_of_a_handler(address):
    ask(address + "/orders", "DELETE")

    assert_stack_is_without_us(sample)


def test_nothing_of_ours_is_on_the_stack_of_a_handler_under_asgi(asgi_address):
    ask(asgi_address + "/orders", "DELETE")

    assert_stack_is_without_us(sample)
