"""Which span gets an entry origin, what is remembered of a handler, and what becomes of errors."""

import gc
import weakref

import entry_handlers as sample
import pytest
from entry_support import SAMPLES, marked_line, origin_of
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind
from spanorigin import emit, names
from spanorigin.counters import Tally
from spanorigin.origin.entry import EntryRecorder
from spanorigin.settings import Settings
from spanorigin.source import Sources

FILE = SAMPLES / "entry_handlers.py"


class Roots:
    """Stands in for the processor: every span serves the root it was told."""

    def __init__(self):
        self.root = None

    def __call__(self, span):
        return self.root or span


@pytest.fixture
def roots():
    return Roots()


@pytest.fixture
def tally():
    return Tally()


@pytest.fixture
def recorder(roots, tally):
    return EntryRecorder(
        Sources(Settings()), entry_span_for=roots, prepare=emit.entry_attributes, attach=emit.attach, tally=tally
    )


@pytest.fixture
def tracer():
    return TracerProvider().get_tracer("test")


def test_the_local_root_is_tagged_and_not_the_users_own_span_within(recorder, roots, tracer):
    with tracer.start_as_current_span("request", kind=SpanKind.SERVER) as server:
        roots.root = server
        with tracer.start_as_current_span("by hand") as inner:
            recorder.on_handler(sample.plain)

    assert origin_of(server)[1] == marked_line(FILE, "plain")
    assert origin_of(inner) is None


def test_the_outermost_handler_wins_and_an_inner_one_is_no_miss(recorder, tracer, tally):
    with tracer.start_as_current_span("request", kind=SpanKind.SERVER) as server:
        recorder.on_handler(sample.plain)
        recorder.on_handler(sample.nested)

    assert origin_of(server)[1] == marked_line(FILE, "plain")
    assert tally.misses == {}


def test_a_refused_outer_handler_leaves_the_span_to_an_inner_one(recorder, tracer, tally):
    with tracer.start_as_current_span("request", kind=SpanKind.SERVER) as server:
        recorder.on_handler(len)
        recorder.on_handler(sample.nested)

    assert origin_of(server)[1] == marked_line(FILE, "nested")
    assert tally.misses == {"handler-not-users-own": 1}


def test_without_a_recorded_span_nothing_is_looked_at(recorder, tally):
    recorder.on_handler(sample.plain)
    with TracerProvider(sampler=ALWAYS_OFF).get_tracer("off").start_as_current_span("request", kind=SpanKind.SERVER):
        recorder.on_handler(sample.plain)

    assert recorder._answers == {}
    assert (tally.misses, tally.failures) == ({}, {})


def test_what_the_program_set_stays_and_is_counted(recorder, tracer, tally):
    with tracer.start_as_current_span("request", kind=SpanKind.SERVER) as server:
        server.set_attribute(names.CODE_FILE_PATH, "mine.py")
        recorder.on_handler(sample.plain)

    assert dict(server.attributes) == {names.CODE_FILE_PATH: "mine.py"}
    assert tally.misses == {"set-by-the-program": 1}


def test_a_handler_is_resolved_once_and_not_kept_alive(recorder, tracer):
    def make():
        def handler():
            pass

        return handler

    handler = make()
    with tracer.start_as_current_span("a", kind=SpanKind.SERVER):
        recorder.on_handler(handler)
    with tracer.start_as_current_span("b", kind=SpanKind.SERVER) as second:
        recorder.on_handler(handler)
    assert len(recorder._answers) == 1
    assert origin_of(second) is not None

    watcher = weakref.ref(handler)
    del handler
    gc.collect()

    assert watcher() is None
    assert recorder._answers == {}


def test_handlers_made_while_the_program_runs_do_not_pile_up(recorder, tracer):
    kept = []
    for number in range(6000):
        with tracer.start_as_current_span("a", kind=SpanKind.SERVER):
            handler = eval(f"lambda: {number}")
            kept.append(handler)
            recorder.on_handler(handler)

    assert len(recorder._answers) <= 4096


def test_an_identity_that_passes_to_another_handler_takes_no_origin_along(recorder, tracer):
    recorder._answers[id(sample.nested), None] = (weakref.ref(sample.plain), {names.CODE_FILE_PATH: "stale"})

    with tracer.start_as_current_span("a", kind=SpanKind.SERVER) as server:
        recorder.on_handler(sample.nested)

    assert origin_of(server)[1] == marked_line(FILE, "nested")


def test_bound_methods_share_what_is_known_of_their_function(recorder, tracer):
    for _ in range(3):
        with tracer.start_as_current_span("a", kind=SpanKind.SERVER) as server:
            recorder.on_handler(sample.Controller().method)

    assert origin_of(server)[1] == marked_line(FILE, "method")
    assert len(recorder._answers) == 1


def test_no_code_of_the_users_runs_for_a_hostile_handler(recorder, tracer):
    sample.RAN.clear()

    with tracer.start_as_current_span("a", kind=SpanKind.SERVER) as server:
        recorder.on_handler(sample.Hostile(), "GET")

    assert origin_of(server)[1] == marked_line(FILE, "hostile")
    assert sample.RAN == []


def test_an_error_of_ours_is_counted_and_never_raised(roots, tally, tracer):
    def broken(span, attributes):
        raise RuntimeError

    recorder = EntryRecorder(
        Sources(Settings()), entry_span_for=roots, prepare=emit.entry_attributes, attach=broken, tally=tally
    )
    with tracer.start_as_current_span("a", kind=SpanKind.SERVER):
        recorder.on_handler(sample.plain)

    assert tally.failures == {"entry": 1}
