"""Entry origins of Starlette and FastAPI, behind their real instrumentation and a real uvicorn."""

import entry_asgi as sample
import pytest
from entry_support import SAMPLES, ask, marked_line, open_websocket, origin_of, serving_asgi
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.starlette import StarletteInstrumentor

FILE = SAMPLES / "entry_asgi.py"


@pytest.fixture(scope="module")
def starlette(capture):
    app = sample.application()
    StarletteInstrumentor.instrument_app(app, tracer_provider=capture.provider)
    sample.tracer = capture.provider.get_tracer("sample")
    with serving_asgi(app) as address:
        yield address


@pytest.fixture(scope="module")
def fastapi(capture):
    app = sample.fastapi_application()
    FastAPIInstrumentor.instrument_app(app, tracer_provider=capture.provider)
    with serving_asgi(app) as address:
        yield address


def assert_names(span, mark, function):
    assert origin_of(span) == (str(FILE), marked_line(FILE, mark), f"entry_asgi.{function}", "entry")


@pytest.mark.parametrize("prefix", ["", "/mounted"])
@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/coroutine", 200, "coroutine", "coroutine"),
        ("HEAD", "/coroutine", 200, "coroutine", "coroutine"),
        ("GET", "/in-a-thread", 200, "in_a_thread", "in_a_thread"),
        ("GET", "/without-wraps", 200, "without_wraps", "without_wraps"),
        ("GET", "/decorated", 200, "decorated", "decorated"),
        ("GET", "/raises", 500, "raises", "raises"),
        ("GET", "/streams", 200, "streams", "streams"),
        ("GET", "/redirects", 307, "redirects", "redirects"),
        ("GET", "/method", 200, "method", "Controller.method"),
        ("GET", "/partial", 200, "coroutine", "coroutine"),
        ("GET", "/orders", 200, "orders_get", "Orders.get"),
        ("HEAD", "/orders", 200, "orders_get", "Orders.get"),
        ("POST", "/orders", 200, "orders_post", "Orders.post"),
        ("GET", "/asgi-object", 200, "asgi_object", "AsgiObject.__call__"),
    ],
)
def test_a_starlette_request_names_its_endpoint(capture, starlette, prefix, method, path, status, mark, function):
    answer, _ = ask(starlette + prefix + path, method)

    assert answer == status
    assert_names(capture.entry_span(), mark, function)


@pytest.mark.parametrize(
    ("method", "path", "mark", "function"),
    [
        ("GET", "/sub/page", "coroutine", "coroutine"),
        ("GET", "/sub/deeper/page", "in_a_thread", "in_a_thread"),
        ("GET", "/sub-behind-middleware/page", "coroutine", "coroutine"),
        ("GET", "/raw/anything", "raw", "raw"),
        ("GET", "/raw-object/", "asgi_object", "AsgiObject.__call__"),
        ("POST", "/router/page", "coroutine", "coroutine"),
    ],
)
def test_a_mounted_application_names_the_endpoint_inside_it(capture, starlette, method, path, mark, function):
    answer, _ = ask(starlette + path, method)

    assert answer == 200
    assert_names(capture.entry_span(), mark, function)


def test_a_route_chosen_by_host_names_its_endpoint(capture, starlette):
    answer, _ = ask(starlette + "/host", headers={"Host": "host.example"})

    assert answer == 200
    assert_names(capture.entry_span(), "coroutine", "coroutine")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("GET", "/sub/nowhere", {}, 404),
        ("DELETE", "/coroutine", {}, 405),
        ("DELETE", "/orders", {}, 405),
        ("GET", "/coroutine/", {}, 307),
        ("GET", "/coroutine", {"X-Early": "1"}, 200),
        ("GET", "/sub-behind-middleware/page", {"X-Early": "1"}, 200),
    ],
)
def test_a_starlette_request_that_no_endpoint_handles_has_no_origin(capture, starlette, method, path, headers, status):
    answer, _ = ask(starlette + path, method, headers)

    assert answer == status
    assert origin_of(capture.entry_span()) is None


@pytest.mark.parametrize(
    ("path", "mark", "function"), [("/echo", "echo", "echo"), ("/chat", "chat", "Chat.on_receive")]
)
def test_a_websocket_names_its_endpoint(capture, starlette, path, mark, function):
    open_websocket(starlette + path)

    assert_names(capture.entry_span(), mark, function)


@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/coroutine/3", 200, "api_coroutine", "fastapi_application.<locals>.coroutine"),
        ("GET", "/coroutine/x", 422, "api_coroutine", "fastapi_application.<locals>.coroutine"),
        ("GET", "/in-a-thread", 200, "api_in_a_thread", "fastapi_application.<locals>.in_a_thread"),
        ("GET", "/depends", 401, "api_depends", "fastapi_application.<locals>.depends"),
        ("GET", "/depends?name=me", 200, "api_depends", "fastapi_application.<locals>.depends"),
        ("GET", "/depends-answers", 401, "api_depends_answers", "fastapi_application.<locals>.depends_answers"),
        ("GET", "/decorated", 200, "api_decorated", "fastapi_application.<locals>.decorated"),
        ("POST", "/decorated", 200, "api_decorated", "fastapi_application.<locals>.decorated"),
        ("GET", "/raises", 500, "api_raises", "fastapi_application.<locals>.raises"),
        ("GET", "/v1/router/page", 200, "api_router_page", "fastapi_application.<locals>.page"),
        ("GET", "/v1/router/nested/page", 200, "api_nested_page", "fastapi_application.<locals>.nested_page"),
        ("GET", "/inner/page", 200, "api_inner_page", "fastapi_application.<locals>.inner_page"),
        ("GET", "/method", 200, "api_method", "Api.method"),
        ("GET", "/object", 200, "api_object", "CallableEndpoint.__call__"),
        ("GET", "/orders", 200, "orders_get", "Orders.get"),
    ],
)
def test_a_fastapi_request_names_its_endpoint_and_no_dependency(capture, fastapi, method, path, status, mark, function):
    answer, _ = ask(fastapi + path, method)

    assert answer == status
    assert_names(capture.entry_span(), mark, function)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("DELETE", "/in-a-thread", {}, 405),
        ("DELETE", "/v1/router/page", {}, 405),
        ("GET", "/in-a-thread", {"X-Early": "1"}, 200),
        ("GET", "/docs", {}, 200),
    ],
)
def test_a_fastapi_request_that_no_endpoint_handles_has_no_origin(capture, fastapi, method, path, headers, status):
    answer, _ = ask(fastapi + path, method, headers)

    assert answer == status
    assert origin_of(capture.entry_span()) is None


def test_a_fastapi_websocket_names_its_endpoint(capture, fastapi):
    open_websocket(fastapi + "/socket")

    assert_names(capture.entry_span(), "api_socket", "fastapi_application.<locals>.socket")


def test_the_users_own_span_within_is_not_tagged(capture, starlette):
    ask(starlette + "/without-wraps")

    _, others = capture.request()
    assert [origin_of(span) for span in others if span.name == "by hand"] == [None]
