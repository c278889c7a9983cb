"""Entry origins of Flask, behind its real instrumentation and a real server."""

import entry_flask as sample
import pytest
from entry_support import SAMPLES, ask, marked_line, origin_of, serving
from opentelemetry.instrumentation.flask import FlaskInstrumentor

FILE = SAMPLES / "entry_flask.py"


@pytest.fixture(scope="module")
def address(capture):
    FlaskInstrumentor.instrument_app(sample.app, tracer_provider=capture.provider)
    sample.app.before_request(sample.answer_early)
    sample.tracer = capture.provider.get_tracer("sample")
    with serving(sample.app) as address:
        yield address
    FlaskInstrumentor.uninstrument_app(sample.app)


@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/function/3", 200, "function", "function"),
        ("HEAD", "/function/3", 200, "function", "function"),
        ("GET", "/decorated", 200, "decorated", "decorated"),
        ("POST", "/decorated", 200, "decorated", "decorated"),
        ("GET", "/again", 200, "decorated", "decorated"),
        ("GET", "/without-wraps", 200, "without_wraps", "without_wraps"),
        ("GET", "/coroutine", 200, "coroutine", "coroutine"),
        ("GET", "/raises", 500, "raises", "raises"),
        ("GET", "/streams", 200, "streams", "streams"),
        ("GET", "/redirects", 302, "redirects", "redirects"),
        ("GET", "/slash/", 200, "slash", "slash"),
        ("GET", "/orders", 200, "orders_get", "Orders.get"),
        ("HEAD", "/orders", 200, "orders_get", "Orders.get"),
        ("POST", "/orders", 200, "orders_post", "Orders.post"),
        ("GET", "/orders-traced", 200, "orders_get", "Orders.get"),
        ("GET", "/report", 200, "report", "Report.dispatch_request"),
        ("GET", "/kept", 200, "kept_get", "Kept.get"),
        ("GET", "/partial", 200, "function", "function"),
        ("GET", "/lambda", 200, "lambda", "<lambda>"),
        ("GET", "/outer/page", 200, "outer_page", "page"),
        ("GET", "/outer/inner/page", 200, "inner_page", "inner_page"),
    ],
)
def test_a_request_names_the_view_that_handles_it(capture, address, method, path, status, mark, function):
    answer, _ = ask(address + path, method)

    assert answer == status
    expected = (str(FILE), marked_line(FILE, mark), f"entry_flask.{function}", "entry")
    assert origin_of(capture.entry_span()) == expected


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("DELETE", "/orders", {}, 405),
        ("OPTIONS", "/orders", {}, 200),
        ("GET", "/slash", {}, 308),
        ("GET", "/function/3", {"X-Early": "1"}, 200),
    ],
)
def test_a_request_that_no_view_handles_has_no_origin(capture, address, method, path, headers, status):
    answer, _ = ask(address + path, method, headers)

    assert answer == status
    assert origin_of(capture.entry_span()) is None


def test_only_the_entry_span_is_tagged_and_not_the_users_own_span_within(capture, address):
    ask(address + "/without-wraps")

    entry, others = capture.request()
    assert origin_of(entry) is not None
    assert [(span.name, origin_of(span)) for span in others] == [("by hand", None)]


def test_handlers_keep_their_identity_and_a_raising_one_its_traceback(capture, address):
    import traceback

    before = dict(sample.app.view_functions)
    seen = []
    sample.app.config["PROPAGATE_EXCEPTIONS"] = None

    def remember(sender, exception, **extra):
        seen.append([frame.filename for frame in traceback.extract_tb(exception.__traceback__)])

    from flask import got_request_exception

    with got_request_exception.connected_to(remember, sample.app):
        ask(address + "/raises")

    assert sample.app.view_functions == before
    assert all(before[name] is view for name, view in sample.app.view_functions.items())
    assert not any("/src/spanorigin/" in file for file in seen[0]), seen
