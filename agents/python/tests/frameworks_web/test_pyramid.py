"""Entry origins of Pyramid, behind its real instrumentation and a real server."""

import pytest
import web_pyramid as sample
from entry_support import ask, origin_of, serving
from opentelemetry.instrumentation.pyramid import PyramidInstrumentor
from web_support import assert_stack_is_without_us, marked_origin


@pytest.fixture(scope="module")
def address(capture):
    with pytest.MonkeyPatch.context() as patch:
        # Pyramid's instrumentation takes no provider and asks for the global one, which can be set once in a process.
        patch.setattr("opentelemetry.trace.get_tracer_provider", lambda: capture.provider)
        PyramidInstrumentor().instrument()
        with serving(sample.application()) as address:
            yield address
        PyramidInstrumentor().uninstrument()


@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/function/3", 200, "function", "function"),
        ("HEAD", "/function/3", 200, "function", "function"),
        ("GET", "/with-context", 200, "with_context", "with_context"),
        ("GET", "/decorated", 200, "decorated", "decorated"),
        ("GET", "/raises", 500, "raises", "raises"),
        ("GET", "/handled", 409, "handled", "handled"),
        ("GET", "/redirects", 302, "redirects", "redirects"),
        ("GET", "/by-verb", 200, "by_verb_get", "by_verb_get"),
        ("POST", "/by-verb", 200, "by_verb_post", "by_verb_post"),
        ("GET", "/by-parameter?one=1", 200, "by_parameter_one", "by_parameter_one"),
        ("GET", "/by-parameter?two=1", 200, "by_parameter_two", "by_parameter_two"),
        ("GET", "/guarded", 403, "guarded", "guarded"),
        ("GET", "/orders", 200, "show", "Orders.show"),
        ("POST", "/orders", 200, "add_one", "Orders.addOne"),
        ("GET", "/more-orders", 200, "show", "Orders.show"),
        ("GET", "/called", 200, "called", "Called.__call__"),
        ("GET", "/instance", 200, "instance", "Instance.__call__"),
        ("GET", "/bound", 200, "method", "Instance.method"),
        ("GET", "/page", 200, "page", "page"),
        ("GET", "/slash/", 200, "slash", "slash"),
    ],
)
def test_a_request_names_its_view(capture, address, method, path, status, mark, function):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) == marked_origin(sample, mark, function)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/by-verb", 404),
        ("GET", "/by-parameter", 404),
        ("GET", "/slash", 307),
    ],
)
def test_a_request_that_no_view_handles_has_no_origin(capture, address, method, path, status):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) is None


def test_the_users_own_span_within_is_not_tagged(capture, address):
    ask(address + "/function/3")

    _, others = capture.request()
    assert [(span.name, origin_of(span)) for span in others] == [("by hand", None)]


def test_nothing_of_ours_is_on_the_stack_of_a_handler(address):
    ask(address + "/raises")

    assert_stack_is_without_us(sample)
