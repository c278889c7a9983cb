"""Entry origins of Sanic: its own server with the instrumentation there is, and uvicorn behind that for ASGI."""

import contextlib
import socket

import apart_sanic as sample
import pytest
from apart_support import serving_asgi
from entry_support import ask, open_websocket
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.sanic import SanicInstrumentor
from opentelemetry.trace import SpanKind
from web_support import loop_in_a_thread
from work_support import origin_in, origin_of


@contextlib.contextmanager
def serving(app):
    """The application behind Sanic's own server, in this process; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening, loop_in_a_thread() as run:

        async def start():
            server = await app.create_server(sock=listening, return_asyncio_server=True)
            await server.startup()
            await server.before_start()
            await server.start_serving()
            return server

        async def stop(server):
            server.close()
            await server.wait_closed()

        server = run(start())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        run(stop(server))


@pytest.fixture(scope="module")
def call(work):
    """Third-party code that makes one CLIENT span when it is called."""
    tracer = work.provider.get_tracer("library")
    namespace = {"tracer": tracer, "kind": SpanKind.CLIENT}
    source = "def call():\n    with tracer.start_as_current_span('call', kind=kind):\n        pass\n"
    exec(compile(source, "/usr/lib/python3/dist-packages/library.py", "exec"), namespace)
    return namespace["call"]


@pytest.fixture(scope="module")
def own(work, call):
    instrumentor = SanicInstrumentor()  # made twice it forgets what to put back
    instrumentor.instrument(tracer_provider=work.provider)
    app = sample.make("own", call)
    instrumentor.uninstrument()
    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def asgi(work, call):
    app = sample.make("asgi", call)
    # Sanic compiles its methods anew for an application, and cannot do so for a second one of the process.
    app.config.TOUCHUP = False
    with serving_asgi(OpenTelemetryMiddleware(app, tracer_provider=work.provider)) as address:
        yield address


@pytest.fixture(params=["own", "asgi"])
def address(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/coroutine/3", 200, "coroutine", "coroutine"),
        ("HEAD", "/coroutine/3", 204, "head", "head"),
        ("GET", "/function", 200, "function", "function"),
        ("GET", "/decorated", 200, "decorated", "decorated"),
        ("GET", "/raises", 404, "raises", "raises"),
        ("GET", "/asks", 200, "asks", "asks"),
        ("GET", "/streams", 200, "streams", "streams"),
        ("POST", "/streamed", 200, "streamed", "streamed"),
        ("GET", "/orders", 200, "orders_get", "Orders.get"),
        ("POST", "/orders", 200, "orders_post", "Orders.post"),
        ("GET", "/carts", 200, "carts_get", "Carts.get"),
        ("GET", "/inner/page", 200, "page", "page"),
    ],
)
def test_a_request_names_its_handler(work, address, method, path, status, mark, function):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(work.entry_span()) == origin_in(sample, mark, f"make.<locals>.{function}")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [("DELETE", "/orders", {}, 405), ("GET", "/function", {"X-Early": "1"}, 200), ("GET", "/file", {}, 200)],
)
def test_a_request_that_no_handler_of_the_users_answers_has_no_origin(work, asgi, method, path, headers, status):
    answer, _ = ask(asgi + path, method, headers)

    assert answer == status
    assert origin_of(work.entry_span()) is None


def test_a_request_that_a_middleware_answers_has_no_origin(work, own):
    answer, body = ask(own + "/function", headers={"X-Early": "1"})

    assert (answer, body) == (200, b"early")
    assert origin_of(work.entry_span()) is None


def test_a_websocket_names_its_handler(work, asgi):
    # Sanic's own instrumentation never ends the span of one.
    open_websocket(asgi + "/socket")

    assert origin_of(work.entry_span()) == origin_in(sample, "socket", "make.<locals>.socket")


def test_a_call_in_a_handler_names_its_line_and_nothing_of_sanics(work, address):
    ask(address + "/asks")

    _, others = work.request()
    (made,) = [span for span in others if span.kind is SpanKind.CLIENT]
    assert origin_of(made) == origin_in(sample, "call", "make.<locals>.asks", "exit")
    assert "spanorigin.frames" not in made.attributes
