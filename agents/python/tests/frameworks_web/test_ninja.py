"""Entry origins of Django Ninja, behind Django's real instrumentation, over real WSGI and ASGI servers."""

import pytest
import web_ninja as sample
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings
from entry_support import ask, origin_of, serving, serving_asgi
from opentelemetry.instrumentation.django import DjangoInstrumentor
from spanorigin.agent import status
from web_support import assert_stack_is_without_us, marked_origin


@pytest.fixture(scope="module")
def instrumented(capture):
    DjangoInstrumentor().instrument(tracer_provider=capture.provider)
    with override_settings(ROOT_URLCONF="web_ninja"):
        yield
    DjangoInstrumentor().uninstrument()


@pytest.fixture(scope="module", params=["wsgi", "asgi"])
def address(request, instrumented):
    serve = serving(get_wsgi_application()) if request.param == "wsgi" else serving_asgi(get_asgi_application())
    with serve as address:
        yield address + "/api"


@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/items/3", 200, "read", "read"),
        ("PUT", "/items/3", 200, "write", "write"),
        ("GET", "/decorated", 200, "decorated", "decorated"),
        ("GET", "/coroutine", 200, "coroutine", "coroutine"),
        ("POST", "/coroutine", 200, "beside", "beside_a_coroutine"),
        ("GET", "/validates?count=1", 200, "validates", "validates"),
        ("GET", "/validates?count=x", 422, "validates", "validates"),
        ("GET", "/guarded?key=k", 200, "guarded", "guarded"),
        ("GET", "/guarded", 401, "guarded", "guarded"),
        ("GET", "/raises", 500, "raises", "raises"),
        ("GET", "/streams", 200, "streams", "streams"),
        ("GET", "/router/page", 200, "page", "page"),
        ("PATCH", "/router/page", 200, "page", "page"),
    ],
)
def test_a_request_names_its_operation(capture, address, method, path, status, mark, function):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) == marked_origin(sample, mark, function)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/items/3", 405), ("GET", "/openapi.json", 200)],
)
def test_a_request_that_no_operation_handles_has_no_origin(capture, address, method, path, status):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) is None


def test_the_function_that_ninja_shows_to_django_is_counted_as_no_miss(capture, address):
    before = status().misses

    ask(address + "/items/3")

    assert origin_of(capture.entry_span()) is not None
    assert status().misses == before


def test_nothing_of_ours_is_on_the_stack_of_a_handler(address):
    ask(address + "/raises")

    assert_stack_is_without_us(sample)
