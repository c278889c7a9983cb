"""Off means that nothing of ours runs: no hook is in any framework, no processor in the provider, no finder in line."""

import sys

import flask
import pytest
import spanorigin
import starlette.routing
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from spanorigin import agent
from spanorigin.settings import Settings
from spanorigin.switches import Wish

OURS = str(spanorigin.__path__[0])


@pytest.fixture
def provider():
    made = TracerProvider(shutdown_on_exit=False)
    yield made
    spanorigin.uninstall()


def ran_of_ours(call):
    """Names of our functions, in Python or in C, that ran while `call` did."""
    seen = set()

    def profile(frame, event, argument):
        if event == "call" and frame.f_code.co_filename.startswith(OURS):
            seen.add(frame.f_code.co_qualname if hasattr(frame.f_code, "co_qualname") else frame.f_code.co_name)
        if event == "c_call" and type(getattr(argument, "__self__", argument)).__module__.startswith("spanorigin"):
            seen.add(str(argument))

    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(None)
    return seen


@pytest.fixture
def a_request(provider):
    """Makes one request of a Flask application, with a span around it and one for a call within."""
    app = flask.Flask("shop")
    tracer = provider.get_tracer("tests")

    @app.get("/")
    def view():
        with tracer.start_as_current_span("call", kind=trace.SpanKind.CLIENT):
            return "ok"

    client = app.test_client()

    def ask():
        with tracer.start_as_current_span("GET", kind=trace.SpanKind.SERVER):
            assert client.get("/").data == b"ok"

    ask()
    return ask


def hooked():
    """The frameworks' own methods that hooks of ours stand in for, as they are now."""
    return (
        flask.Flask.ensure_sync,
        starlette.routing.Route.handle,
        starlette.routing.Mount.handle,
        starlette.routing.WebSocketRoute.handle,
    )


def test_while_it_is_on_this_test_sees_what_runs(provider, a_request):
    spanorigin.install(provider, settings=Settings(walker="python"))

    assert ran_of_ours(a_request) >= {"OriginProcessor.on_start", "EntryRecorder.on_handler"} or sys.version_info < (
        3,
        11,
    )


def test_after_uninstall_nothing_of_ours_runs_in_a_request(provider, a_request):
    before = (hooked(), list(sys.meta_path), provider._active_span_processor._span_processors)
    spanorigin.install(provider)
    assert hooked() != before[0]
    a_request()

    spanorigin.uninstall()

    assert (hooked(), list(sys.meta_path), provider._active_span_processor._span_processors) == before
    assert ran_of_ours(a_request) == set()


@pytest.mark.parametrize("off", [{"enabled": False}, {"entry": False, "exit": False}])
def test_switched_off_from_the_start_nothing_of_ours_runs_in_a_request(provider, a_request, off):
    methods = hooked()

    spanorigin.install(provider, settings=Settings(**off))

    assert hooked() == methods
    assert provider._active_span_processor._span_processors == ()
    assert ran_of_ours(a_request) == set()


def test_with_entries_off_no_framework_has_a_hook_and_no_entry_span_is_remembered(provider, a_request):
    methods = hooked()

    spanorigin.install(provider, settings=Settings(entry=False))
    a_request()

    assert hooked() == methods
    entries = agent._Process.running.processor.open_entries
    entries.settle()
    assert entries.by_trace == {}
    assert not any("ensure_sync" in name or "on_handler" in name for name in ran_of_ours(a_request))


def test_switched_off_while_it_runs_nothing_of_ours_runs_any_more(provider, a_request):
    methods = hooked()
    spanorigin.install(provider)
    a_request()

    agent.switch(Wish(enabled=False))

    assert hooked() == methods
    assert ran_of_ours(a_request) == set()


def test_registering_a_handler_runs_nothing_of_ours(provider):
    spanorigin.install(provider)
    app = flask.Flask("shop")

    assert ran_of_ours(lambda: app.add_url_rule("/", "view", lambda: "ok")) == set()
