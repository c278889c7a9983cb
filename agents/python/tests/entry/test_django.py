"""Entry origins of Django and REST framework, behind the real instrumentation, over real WSGI and ASGI servers."""

from pathlib import Path

import entry_django as sample
import pytest
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from entry_support import ask, marked_line, origin_of, serving, serving_asgi
from opentelemetry.instrumentation.django import DjangoInstrumentor

FILE = Path(sample.__file__)


@pytest.fixture(scope="module")
def instrumented(capture):
    DjangoInstrumentor().instrument(tracer_provider=capture.provider)
    assert settings.MIDDLEWARE[0] != "entry_django.AnswersEarly"
    yield
    DjangoInstrumentor().uninstrument()


@pytest.fixture(scope="module", params=["wsgi", "asgi"])
def address(request, instrumented):
    serve = serving(get_wsgi_application()) if request.param == "wsgi" else serving_asgi(get_asgi_application())
    with serve as address:
        yield address


@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/function/3", 200, "function", "function"),
        ("GET", "/nested/deep/function/3", 200, "function", "function"),
        ("GET", "/partial", 200, "function", "function"),
        ("GET", "/decorated", 200, "decorated", "decorated"),
        ("GET", "/without-wraps", 200, "without_wraps", "without_wraps"),
        ("GET", "/coroutine", 200, "coroutine", "coroutine"),
        ("GET", "/raises", 500, "raises", "raises"),
        ("GET", "/streams", 200, "streams", "streams"),
        ("GET", "/redirects", 302, "redirects", "redirects"),
        ("GET", "/orders", 200, "orders_get", "Orders.get"),
        ("HEAD", "/orders", 200, "orders_get", "Orders.get"),
        ("POST", "/orders", 200, "orders_post", "Orders.post"),
        ("GET", "/audited-orders", 200, "orders_get", "Orders.get"),
        ("GET", "/guarded", 200, "guarded_get", "Guarded.get"),
        ("GET", "/everything", 200, "everything", "Everything.dispatch"),
        ("GET", "/async-orders", 200, "async_orders_get", "AsyncOrders.get"),
        ("GET", "/about", 302, "about", "About.get"),
        ("GET", "/api/orders", 200, "api_orders_get", "ApiOrders.get"),
        ("PUT", "/api/orders", 500, "api_orders_put", "ApiOrders.put"),
        ("GET", "/api/for-nobody", 403, "for_nobody", "ForNobody.get"),
        ("GET", "/api/function", 200, "api_function", "api_function"),
        ("POST", "/api/function", 200, "api_function", "api_function"),
        ("GET", "/api/carts/", 200, "carts_list", "Carts.list"),
        ("HEAD", "/api/carts/", 200, "carts_list", "Carts.list"),
        ("GET", "/api/carts/7/", 200, "carts_retrieve", "Carts.retrieve"),
        ("POST", "/api/carts/7/pay/", 200, "carts_pay", "Carts.pay"),
        ("GET", "/api/users/", 200, "users", "Users.list"),
    ],
)
def test_a_request_names_the_view_that_handles_it(capture, address, method, path, status, mark, function):
    answer, _ = ask(address + path, method)

    assert answer == status
    expected = (str(FILE), marked_line(FILE, mark), f"entry_django.{function}", "entry")
    assert origin_of(capture.entry_span()) == expected


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("DELETE", "/orders", {}, 405),
        ("OPTIONS", "/orders", {}, 200),
        ("DELETE", "/guarded", {}, 405),
        ("POST", "/api/carts/7/", {}, 405),
        ("DELETE", "/api/function", {}, 405),
        ("GET", "/a-librarys-own", {}, 500),
        ("GET", "/api/carts", {}, 301),
        ("GET", "/function/3", {"X-Early": "1"}, 200),
    ],
)
def test_a_request_that_no_view_handles_has_no_origin(capture, address, method, path, headers, status):
    answer, _ = ask(address + path, method, headers)

    assert answer == status
    assert origin_of(capture.entry_span()) is None


def test_a_raising_view_keeps_its_traceback(capture, address):
    from django.core.signals import got_request_exception

    seen = []

    def remember(sender, **extra):
        import sys
        import traceback

        seen.append([frame.filename for frame in traceback.extract_tb(sys.exc_info()[2])])

    got_request_exception.connect(remember)
    ask(address + "/raises")
    got_request_exception.disconnect(remember)
    capture.request()

    assert seen[0][-1] == str(FILE)
    assert not any("/src/spanorigin/" in file for file in seen[0]), seen
