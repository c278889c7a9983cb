"""Entry origins of aiohttp's server, behind its real instrumentation and a real socket."""

import pytest
import web_aiohttp as sample
from aiohttp import web
from entry_support import ask, origin_of, wait_for
from opentelemetry.instrumentation.aiohttp_server import AioHttpServerInstrumentor
from web_support import assert_stack_is_without_us, loop_in_a_thread, marked_origin


@pytest.fixture(scope="module")
def app(capture):
    AioHttpServerInstrumentor().instrument(tracer_provider=capture.provider)
    sample.tracer = capture.provider.get_tracer("sample")
    yield sample.application()
    AioHttpServerInstrumentor().uninstrument()


@pytest.fixture(scope="module")
def address(app):
    with loop_in_a_thread() as run:

        async def start():
            runner = web.AppRunner(app)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            return runner

        runner = run(start())
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        run(runner.cleanup())


@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/function/3", 200, "function", "function"),
        ("HEAD", "/function/3", 200, "function", "function"),
        ("GET", "/decorated", 200, "decorated", "decorated"),
        ("POST", "/decorated", 200, "decorated", "decorated"),
        ("GET", "/raises", 500, "raises", "raises"),
        ("GET", "/redirects", 302, "redirects", "redirects"),
        ("GET", "/streams", 200, "streams", "streams"),
        ("GET", "/orders", 200, "orders_get", "Orders.get"),
        ("POST", "/orders", 200, "orders_get", "Orders.get"),
        ("PUT", "/orders", 200, "orders_put", "Orders.put"),
        ("GET", "/method", 200, "show", "Controller.show"),
        ("GET", "/partial", 200, "greets", "greets"),
        ("GET", "/object", 200, "callable", "Callable.__call__"),
        ("PATCH", "/any", 200, "any", "function_for_any"),
    ],
)
def test_a_request_names_the_handler_of_its_route(capture, address, method, path, status, mark, function):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) == marked_origin(sample, mark, function)


def test_either_span_of_a_sub_applications_request_names_the_function(capture, address):
    ask(address + "/below/page")

    expected = marked_origin(sample, "below", "page_below")
    assert [origin_of(span) for span in inner_and_outer(capture)] == [expected, expected]


def test_the_inner_span_of_a_sub_applications_request_names_the_view(capture, address):
    ask(address + "/below/orders")

    assert origin_of(inner_and_outer(capture)[0]) == marked_origin(sample, "orders_get", "Orders.get")


def test_a_404_of_a_sub_application_has_no_origin(capture, address):
    ask(address + "/below/nowhere")

    assert [origin_of(span) for span in inner_and_outer(capture)] == [None, None]


def inner_and_outer(capture):
    """The instrumented middleware is in either application and opens a span in both, each a root without the other."""
    wait_for(lambda: len(capture.exporter.get_finished_spans()) == 2)
    return capture.exporter.get_finished_spans()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/decorated", 405),
        ("DELETE", "/orders", 405),
        ("HEAD", "/orders", 405),
    ],
)
def test_a_request_that_no_handler_answers_has_no_origin(capture, address, method, path, status):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) is None


@pytest.mark.parametrize("path", ["/by-hand", "/orders"])
def test_the_users_own_span_within_is_not_tagged(capture, address, path):
    ask(address + path, "GET" if path == "/by-hand" else "PUT")

    entry, others = capture.request()
    assert origin_of(entry) is not None
    assert [(span.name, origin_of(span)) for span in others] == [("by hand", None)]


def test_a_middleware_is_given_the_very_handler(app, address):
    ask(address + "/function/3")
    ask(address + "/orders")

    assert app[sample.given]["/function/3"] is sample.function
    assert app[sample.given]["/orders"] is sample.Orders


def test_nothing_of_ours_is_on_the_stack_of_a_handler(address):
    ask(address + "/raises")

    assert_stack_is_without_us(sample)
