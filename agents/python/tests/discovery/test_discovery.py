"""Handlers of frameworks that have no file of ours: bottle behind its real instrumentation, and one that nobody knows.

Discovery needs sys.monitoring, so this runs on 3.12 and later (`.venv/bin/nox -s cases-3.12`); what it says on others
is in test_without_monitoring.py.
"""

import asyncio
import gc
import sys
import sysconfig
import threading
import types
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import discovery_bottle as sample
import pytest
from flask import Flask
from opentelemetry import context
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.wsgi import OpenTelemetryMiddleware
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from spanorigin import agent as house
from spanorigin import names
from spanorigin.settings import Settings
from spanorigin.switches import Wish

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with Python 3.12")

HERE = Path(__file__).resolve().parent
FILE = Path(sample.__file__)
PACKAGES = sysconfig.get_path("purelib")


class Watched:
    """The agent with discovery on, on a provider of its own. The tests' own files are nobody's."""

    def __init__(self, **settings):
        settings.setdefault("exclude", (f"{HERE}/*",))
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.exporter = InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.settings = Settings(discovery=True, door="off", **settings)
        self.app = OpenTelemetryMiddleware(sample.app, tracer_provider=self.provider)

    def __enter__(self):
        house.install(self.provider, settings=self.settings)
        return self

    def __exit__(self, *_):
        house.uninstall()
        self.provider.shutdown()

    @property
    def discovery(self):
        return house._Process.running.discovery

    def ask(self, path, app=None):
        """Serve one request; the origin of its entry span."""
        environ = {"PATH_INFO": path}
        setup_testing_defaults(environ)
        body = (app or self.app)(environ, lambda status, headers, error=None: None)
        try:
            list(body)
        finally:
            getattr(body, "close", lambda: None)()
        return self.origin()

    def origin(self):
        [span] = [span for span in self.exporter.get_finished_spans() if span.kind is SpanKind.SERVER]
        self.exporter.clear()
        return origin_of(span)


def origin_of(span):
    if names.ORIGIN_TYPE not in span.attributes:
        return None
    assert span.attributes[names.ORIGIN_TYPE] == "entry"
    path, line = span.attributes[names.CODE_FILE_PATH], span.attributes[names.CODE_LINE_NUMBER]
    return Path(path).name, line, span.attributes[names.CODE_FUNCTION_NAME]


def at(mark, function, file=FILE):
    [line] = [n for n, text in enumerate(file.read_text().splitlines(), 1) if text.endswith(f"# <- {mark}")]
    return file.name, line, f"{file.stem}.{function}"


@pytest.fixture
def watched():
    with Watched() as made:
        assert made.discovery.verdict.accepted, made.discovery.verdict
        yield made


@pytest.mark.parametrize(
    ("path", "mark", "function"),
    [
        ("/function", "function", "function"),
        ("/decorated", "decorated", "decorated"),
        ("/orders/7", "method", "Orders.show"),
        ("/lambda", "lambda", "<lambda>"),
        ("/missing", "missing", "missing"),
    ],
)
def test_the_handler_is_found_at_the_first_request_and_stays_known(watched, path, mark, function):
    assert [watched.ask(path) for _ in range(3)] == [at(mark, function)] * 3
    assert house.status().failures == {}


def test_a_handler_that_raises_keeps_its_origin_and_its_exception(watched):
    for _ in range(2):
        with pytest.raises(LookupError, match="the user's own"):
            watched.ask("/raises")

        assert watched.origin() == at("raises", "raises")


def test_each_route_has_its_own_also_when_they_share_helpers(watched):
    asked = ["/function", "/orders/1", "/function", "/orders/2", "/lambda", "/orders/3"]

    found = [watched.ask(path)[2].partition(".")[2] for path in asked]

    assert found == ["function", "Orders.show", "function", "Orders.show", "<lambda>", "Orders.show"]


def test_a_request_that_nothing_of_the_users_answers_has_none_and_is_counted(watched):
    assert watched.ask("/nowhere") is None
    assert house.status().misses == {"handler-not-discovered": 1}
    [missed] = house._Process.running.entry_tally.newest["handler-not-discovered"]
    assert missed.kind is SpanKind.SERVER


def test_a_handler_that_had_run_before_is_known_by_what_it_calls(watched):
    """Settled as no handler when it ran outside a request; the helper it calls must not be taken for it."""
    sample.ran_before(calls=False)

    assert [watched.ask("/ran-before") for _ in range(3)] == [at("ran-before", "ran_before")] * 3


def test_a_handler_that_had_run_before_and_calls_nothing_is_found_at_the_second_request(watched):
    sample.ran_before_alone()

    assert watched.ask("/ran-before-alone") is None
    assert [watched.ask("/ran-before-alone") for _ in range(2)] == [at("ran-before-alone", "ran_before_alone")] * 2


def test_called_from_the_users_own_server_loop_the_loop_is_not_the_handler():
    """The frames that were on the stack when the span started did not come with the request."""
    with Watched(exclude=(f"{HERE}/conftest.py",)) as watched:  # this file is the user's now
        assert watched.ask("/function") == at("function", "function")


def test_a_handler_in_a_thread_that_the_request_was_handed_to_is_found(watched):
    tracer = watched.provider.get_tracer("somelibrary")
    with tracer.start_as_current_span("request", kind=SpanKind.SERVER):
        held = context.get_current()

        def work():
            token = context.attach(held)
            in_library("def call(function): return function()")["call"](sample.in_a_thread)
            context.detach(token)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    assert watched.origin() == at("in-a-thread", "in_a_thread")


ASYNC_FRAMEWORK = """
import asyncio
async def serve(tracer, kind, handler):
    with tracer.start_as_current_span("request", kind=kind):
        await asyncio.sleep(0)
        return await handler()
async def serve_in_a_task(tracer, kind, handler):
    with tracer.start_as_current_span("request", kind=kind):
        return await asyncio.create_task(serve_inner(handler))
async def serve_inner(handler):
    return await handler()
"""


def in_library(source, file="somelibrary/server.py"):
    """Names of somebody's package, as far as its file name can tell."""
    namespace = {"__name__": "somelibrary.server"}
    exec(compile(source, f"{PACKAGES}/{file}", "exec"), namespace)
    return namespace


@pytest.mark.parametrize("serve", ["serve", "serve_in_a_task"])
@pytest.mark.parametrize("kind", [SpanKind.SERVER, SpanKind.CONSUMER])
def test_coroutines_of_an_unknown_framework_are_found_each_for_its_own_request(watched, serve, kind):
    namespace = {"__name__": "shop"}
    source = (
        "async def one(): return await inner()\nasync def two(): return await inner()\nasync def inner(): return 1\n"
    )
    exec(compile(source, f"{FILE.parent}/discovery_made.py", "exec"), namespace)
    library = in_library(ASYNC_FRAMEWORK)
    tracer = watched.provider.get_tracer("somelibrary")

    async def all_at_once():
        handlers = [namespace["one"], namespace["two"]] * 3
        await asyncio.gather(*(library[serve](tracer, kind, handler) for handler in handlers))

    asyncio.run(all_at_once())

    found = sorted(origin_of(span)[2] for span in watched.exporter.get_finished_spans())
    assert found == ["shop.one"] * 3 + ["shop.two"] * 3


def test_a_known_framework_is_left_to_its_own_file(watched):
    """Flask's hook waits for the view; a before_request function of the user's runs earlier, and is none."""
    namespace = {}
    exec(
        compile("def before(): pass\ndef view(): return 'view'\n", str(FILE.parent / "discovery_made.py"), "exec"),
        namespace,
    )
    app = Flask("shop")
    app.before_request(namespace["before"])
    app.add_url_rule("/", view_func=namespace["view"])
    FlaskInstrumentor().instrument_app(app, tracer_provider=watched.provider)

    assert watched.ask("/", app)[1:] == (2, "view")
    # The same below WSGI's own instrumentation, whose spans say nothing of Flask.
    FlaskInstrumentor().uninstrument_app(app)
    wrapped = OpenTelemetryMiddleware(app, tracer_provider=watched.provider)
    assert watched.ask("/", wrapped)[1:] == (2, "view")


def test_middleware_of_the_users_is_taken_for_the_handler_unless_it_is_excluded():
    """What cannot be told apart without knowing the framework; the docs say so."""
    with Watched() as watched:
        made = types.FunctionType(sample.middleware.__code__, vars(sample))(sample.app)
        app = OpenTelemetryMiddleware(made, tracer_provider=watched.provider)

        assert watched.ask("/function", app)[2] == "discovery_bottle.middleware.<locals>.wrapped"


def test_what_is_settled_is_told_of_no_more(watched):
    told = []

    class Asked(dict):
        """Is asked for each function that we are told of, first of all."""

        def get(self, code_id):
            told.append(code_id)
            return super().get(code_id)

    watched.discovery._handlers = Asked()
    watched.ask("/function")
    sample.count(3)
    assert len(told) > 20
    told.clear()

    sample.count(1000)
    for _ in range(5):
        watched.ask("/function")

    assert told == [id(sample.function.__code__)] * 5


def test_while_entries_are_off_nothing_is_watched_and_afterwards_all_is_known(watched):
    assert watched.ask("/function") is not None
    tool = watched.discovery._tool

    house.switch(Wish(entry=False))
    assert sys.monitoring.get_tool(tool) is None
    assert watched.ask("/function") is None

    house.switch(Wish(entry=True))
    assert watched.ask("/function") == at("function", "function")
    house.uninstall()
    assert sys.monitoring.get_tool(tool) is None


def test_with_one_tool_id_taken_the_other_serves_and_with_both_it_stays_off_and_says_by_whom():
    sys.monitoring.use_tool_id(4, "somebody")
    try:
        with Watched() as watched:
            assert watched.ask("/function") == at("function", "function")
        sys.monitoring.use_tool_id(3, "somebody else")
        try:
            with Watched() as watched:
                assert watched.ask("/function") is None
                verdict = house.status().discovery
        finally:
            sys.monitoring.free_tool_id(3)
    finally:
        sys.monitoring.free_tool_id(4)

    assert not verdict.accepted
    assert verdict.reason == "both free tool ids of sys.monitoring are taken: 4 by somebody, 3 by somebody else"


def test_handlers_made_at_run_time_are_not_kept_alive(watched):
    library = in_library(
        "def serve(tracer, kind, handler):\n with tracer.start_as_current_span('x', kind=kind): handler()"
    )
    tracer = watched.provider.get_tracer("somelibrary")
    for number in range(50):
        namespace = {}
        source = f"def handler(): return {number}"
        exec(compile(source, str(FILE.parent / "discovery_made.py"), "exec"), namespace)
        library["serve"](tracer, SpanKind.SERVER, namespace["handler"])
    del namespace
    gc.collect()

    assert all(origin_of(span) for span in watched.exporter.get_finished_spans())
    assert len(watched.discovery.found) <= 1


def test_the_status_lists_what_was_found(watched):
    watched.ask("/function")

    _, line, function = at("function", "function")
    assert house.status().discovered == (f"{FILE}:{line} {function}",)
    assert house.status().discovery.reason.startswith("functions are watched as tool")


def test_a_handler_that_is_new_to_a_settled_program_is_found_at_its_second_request(watched):
    """After a hundred requests in a row to known handlers, stacks are no more looked at as spans start."""
    assert {watched.ask("/function") for _ in range(120)} == {at("function", "function")}

    assert watched.ask("/lambda") is None
    assert [watched.ask("/lambda") for _ in range(2)] == [at("lambda", "<lambda>")] * 2
