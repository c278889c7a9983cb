"""on_handler in C does what on_handler in Python does, for whatever comes: the two are asked the same, side by side."""

import gc
import threading
import weakref

import entry_handlers as sample
import pytest
from opentelemetry import context as runtime
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, get_current_span, set_span_in_context
from spanorigin import emit, names
from spanorigin.counters import Tally
from spanorigin.forms import FORMS
from spanorigin.origin.entry import EntryRecorder
from spanorigin.origin.serving import OpenEntries
from spanorigin.origin.walk import Rules, compiled
from spanorigin.settings import Settings
from spanorigin.source import Sources

WALKERS = [kind for kind in ("raw", "public") if not isinstance(compiled.load(kind), str)]


class Side:
    """A recorder, and a way to make requests that it is told of."""

    def __init__(self, kind=None, *, form="otel", limits=None, sampler=None):
        self.sources, self.tally, self.open_entries = Sources(Settings()), Tally(), OpenEntries()
        quicken = None
        if kind is not None:
            rules = Rules.of(Settings(), (), emit.exit_attributes)
            quicken = compiled.CompiledWalker(compiled.load(kind), self.sources, rules).as_on_handler
        self.recorder = EntryRecorder(
            self.sources,
            entry_span_for=self.open_entries.span_for,
            prepare=FORMS[form].for_entry,
            prepare_for_handler=FORMS[form].for_handler,
            attach=emit.attach_to_open,
            tally=self.tally,
            quicken=quicken,
        )
        self.is_quick = type(self.recorder.on_handler).__name__ == "OnHandler"
        self.tracer = TracerProvider(span_limits=limits, sampler=sampler, shutdown_on_exit=False).get_tracer("tests")

    def request(self, *told, kind=SpanKind.SERVER, attributes=None, below=(), before=None):
        """The attributes of a request's span, and of those `below` it, once `told` handlers were announced."""
        span = self.tracer.start_span("GET", kind=kind, attributes=attributes)
        if span.is_recording() and kind in (SpanKind.SERVER, SpanKind.CONSUMER):
            self.open_entries.opened(span)
        spans = [span]
        for inner in below:
            spans.append(self.tracer.start_span("inner", kind=inner, context=set_span_in_context(spans[-1])))
        if before is not None:
            before(span)
        token = runtime.attach(set_span_in_context(spans[-1]))
        try:
            for handler in told:
                self.recorder.on_handler(*handler)
        finally:
            runtime.detach(token)
        return [dict(getattr(one, "attributes", None) or {}) for one in spans]


@pytest.fixture(params=WALKERS)
def sides(request):
    """Makes the two sides to compare, the one in Python first."""

    def make(**options):
        in_python, in_c = Side(**options), Side(request.param, **options)
        assert in_c.is_quick
        return in_python, in_c

    return make


def same(pair, *told, times=3, **request):
    """What both sides answer, having seen the handlers before or not, and count."""
    in_python, in_c = pair
    answers = []
    for _ in range(times):
        expected, found = in_python.request(*told, **request), in_c.request(*told, **request)
        assert found == expected
        answers.append(found)
    assert in_c.tally.snapshot() == in_python.tally.snapshot()
    assert [answer == answers[0] for answer in answers] == [True] * times
    return answers[0]


HANDLERS = {
    "a function": [(sample.plain, "GET")],
    "no verb": [(sample.plain,)],
    "a verb that is None": [(sample.plain, None)],
    "a bound method": [(sample.Controller().method, "GET")],
    "a decorated one": [(sample.nested, "GET")],
    "a second one": [(sample.plain, "GET"), (sample.nested, "GET")],
    "the same again": [(sample.plain, "GET"), (sample.plain, "GET")],
    "a library's": [(len, "GET")],
    "a library's, then a user's": [(len, "GET"), (sample.plain, "GET")],
    "a hostile object": [(sample.Hostile(), "GET")],
    "an object that cannot be watched": [((), "GET")],
}


@pytest.mark.parametrize("told", HANDLERS.values(), ids=HANDLERS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", [SpanKind.SERVER, SpanKind.CONSUMER, SpanKind.INTERNAL, SpanKind.CLIENT])
def test_each_kind_of_handler_on_each_kind_of_span(sides, told, form, kind):
    same(sides(form=form), *told, kind=kind)


@pytest.mark.parametrize("form", FORMS)
def test_below_a_span_of_the_programs_own_the_entry_span_is_told(sides, form):
    entry, inner = same(sides(form=form), (sample.plain, "GET"), below=(SpanKind.INTERNAL,))

    assert any("code" in name for name in entry)
    assert ("_dd.code_origin.type" in inner) is (form != "otel")


@pytest.mark.parametrize(
    "attributes",
    [
        {names.CODE_FILE_PATH: "mine.py"},
        {names.OLD_CODE_LINENO: 3},
        {"code.stacktrace": "x"},
        {names.DATADOG_TYPE: "entry"},
        {names.ORIGIN_TYPE: "exit"},
        {names.ORIGIN_TYPE: "exit", names.CODE_FILE_PATH: "mine.py"},
        {"größe": 1, "http.route": "/"},
    ],
    ids=lambda attributes: " ".join(attributes),
)
@pytest.mark.parametrize("form", FORMS)
def test_what_the_program_set_stays(sides, attributes, form):
    [found] = same(sides(form=form), (sample.plain, "GET"), attributes=attributes)

    # A name of our own namespace is ours to write.
    assert attributes.items() - {(names.ORIGIN_TYPE, "exit")} <= found.items()


@pytest.mark.parametrize("room", [0, 1, 3, 4, 5, 8])
def test_the_limit_on_the_number_of_attributes_is_kept(sides, room):
    mine = {"one": 1, "two": 2}

    [found] = same(sides(limits=SpanLimits(max_span_attributes=2 + room)), (sample.plain, "GET"), attributes=mine)

    assert mine.items() <= found.items()
    assert len(found) == (6 if room >= 4 else 2)


@pytest.mark.parametrize("length", [1, 20, 1000])
def test_the_limit_on_the_length_of_values_is_kept(sides, length):
    same(sides(limits=SpanLimits(max_span_attribute_length=length)), (sample.plain, "GET"))


def test_a_span_that_has_ended_or_is_not_recorded_gets_nothing(sides):
    assert same(sides(), (sample.plain, "GET"), before=lambda span: span.end()) == [{}]
    assert same(sides(sampler=ALWAYS_OFF), (sample.plain, "GET")) == [{}]


def test_without_a_span_nothing_happens(sides):
    for side in sides():
        assert not get_current_span().is_recording()
        side.recorder.on_handler(sample.plain, "GET")
        assert side.tally.snapshot() == {"misses": {}, "failures": {}}


def test_attributes_that_another_thread_is_writing_are_waited_for(sides):
    _, in_c = sides()
    in_c.request((sample.plain, "GET"))
    span = in_c.tracer.start_span("GET", kind=SpanKind.SERVER)
    token = runtime.attach(set_span_in_context(span))
    context = runtime.get_current()
    runtime.detach(token)

    def told():
        runtime.attach(context)
        in_c.recorder.on_handler(sample.plain, "GET")

    thread = threading.Thread(target=told)
    with span._attributes._lock:
        thread.start()
        thread.join(0.2)
        found_meanwhile = dict(span._attributes._dict)
    thread.join()

    assert found_meanwhile == {}
    assert span.attributes[names.ORIGIN_TYPE] == "entry"


def test_an_error_of_ours_is_counted_once_and_never_raised(sides):
    def damage(span):
        del span._kind

    for side in sides():
        side.request((sample.plain, "GET"))
        side.request((sample.plain, "GET"), before=damage)

        assert side.tally.failures == {"entry": 1}


def test_no_handler_is_kept_alive_and_a_new_one_at_its_address_is_not_taken_for_it(sides):
    _, in_c = sides()
    lines = []
    for number in range(50):
        namespace = {"__name__": "made"}
        exec(compile("\n" * number + "def made(): pass", "/srv/shop/made.py", "exec"), namespace)
        handler = namespace.pop("made")
        for _ in range(2):
            [found] = in_c.request((handler, "GET"))
            lines.append(found[names.CODE_LINE_NUMBER])
        watcher = weakref.ref(handler)
        del handler, namespace
        gc.collect(0)
        assert watcher() is None

    assert lines == [1 + number // 2 for number in range(100)]
    assert in_c.recorder._answers == {}


def test_a_recorder_can_be_collected_with_all_it_has(sides):
    in_python, in_c = sides()
    in_c.request((sample.plain, "GET"))
    watcher = weakref.ref(in_c.recorder)

    del in_python, in_c
    gc.collect()

    assert watcher() is None


ROUTED = {"http.method": "GET", "http.route": "/orders/<id>", "http.status_code": 200}


def in_order(pair, attributes):
    """What both sides put on a span that starts with `attributes`, in the order in which it stands there."""
    expected, found = (list(side.request((sample.plain, "GET"), attributes=attributes)[0].items()) for side in pair)
    assert found == expected
    return found


def test_spans_that_look_alike_keep_their_own_values_and_their_order(sides):
    pair = sides()

    for number in range(30):
        found = in_order(pair, {**ROUTED, "http.target": f"/orders/{number}", "number": number})

        assert [name for name, _ in found[:5]] == [*ROUTED, "http.target", "number"]
        assert found[3:5] == [("http.target", f"/orders/{number}"), ("number", number)]
        assert dict(found)[names.ORIGIN_TYPE] == "entry"


@pytest.mark.parametrize(
    "other",
    [
        {**ROUTED, "http.request.header.accept": ["a", "b"]},
        {**ROUTED, "http.method": ["GET"]},
        {"http.method": "GET", "http.status_code": 200, "http.route": "/"},
        {"http.method": "GET"},
        {**ROUTED, "code.stacktrace": "x"},
        {**ROUTED, names.CODE_FILE_PATH: "mine.py"},
        {**{f"name.{number}": number for number in range(40)}},
        {},
    ],
    ids=["a sequence more", "a sequence", "another order", "fewer", "related", "the program's", "many", "none"],
)
def test_a_span_that_looks_otherwise_is_not_taken_for_one_that_looks_alike(sides, other):
    pair = sides()

    for number in range(40):
        in_order(pair, other if number % 4 == 3 else {**ROUTED, "http.status_code": number})


def test_equal_names_and_verbs_that_are_made_anew_for_each_request_are_told_by_their_text(sides):
    pair = sides()

    for number in range(40):
        verb = "".join(["G", "ET"])
        attributes = {"".join(["http.", "route"]): number}
        for side in pair:
            [found] = side.request((sample.plain, verb), attributes=attributes)
            assert (found["http.route"], found[names.ORIGIN_TYPE]) == (number, "entry")


def test_many_handlers_and_verbs_are_told_apart(sides):
    pair = sides()
    handlers = []
    for number in range(200):
        namespace = {"__name__": "made"}
        exec(compile("\n" * number + "def made(): pass", "/srv/shop/made.py", "exec"), namespace)
        handlers.append(namespace["made"])

    for _ in range(3):
        for number, handler in enumerate(handlers, 1):
            for verb in ("GET", "PUT", None):
                [found] = pair[1].request((handler, verb), attributes=ROUTED)
                assert found[names.CODE_LINE_NUMBER] == number


def test_what_the_program_adds_while_ours_is_being_added_is_not_lost(sides):
    _, in_c = sides()
    span = None

    def collecting(phase, info):
        del phase, info
        # The SDK's locks are not reentrant: a finalizer that writes to a span whose lock its thread holds would wait
        # for itself, with us or without. BoundedAttributes.__iter__ allocates while it holds one.
        if span is not None and not (span._lock.locked() or span._attributes._lock.locked()):
            written.append(bool(span.attributes) and names.ORIGIN_TYPE in span._attributes._dict)
            span.set_attribute("late", 1)

    def entered(current):
        nonlocal span
        span = current

    in_c.request((sample.plain, "GET"), attributes=ROUTED)
    before = gc.get_threshold()
    written = []
    gc.callbacks.append(collecting)
    gc.set_threshold(1)
    try:
        for _ in range(50):
            span = None
            in_c.request((sample.plain, "GET"), attributes=ROUTED, before=entered)
            collecting("", {})
            assert span.attributes.items() >= {**ROUTED, "late": 1, names.ORIGIN_TYPE: "entry"}.items()
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(collecting)
    assert False in written
