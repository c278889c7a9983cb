"""A processor whose on_start is in C leaves the same spans and the same counts behind as the one in Python."""

import gc
import sys
import threading
import weakref

import pytest
from opentelemetry.sdk.trace import SpanLimits, SpanProcessor, TracerProvider, _Span
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags, set_span_in_context
from spanorigin import emit
from spanorigin.counters import Tally
from spanorigin.origin.governor import EVERY, Governor
from spanorigin.origin.processor import OriginProcessor
from spanorigin.origin.serving import OpenEntries
from walkers_support import LAUNCHER, LIBRARY, USER, in_file, make_walker, missing_walker, passing_on, stack

A, B = f"{USER}/a.py", f"{USER}/b.py"
KINDS = list(SpanKind)


@pytest.fixture(params=["public", "raw"])
def both(request):
    """Two providers alike, one with on_start in Python and one with it in C."""
    reason = missing_walker(request.param)
    if reason:
        pytest.skip(reason)
    return lambda **options: (Traced("python", **options), Traced(request.param, **options))


class Traced:
    """A provider with the origin processor on it, and a way to start spans from a library."""

    def __init__(self, kind, limits=None, prepare=emit.exit_attributes, governed=False):
        self.tally = Tally()
        walker = make_walker(kind, prepare=prepare)
        self._told = []
        governor = Governor(float("inf"), self.tally) if governed else None
        if governed:
            governor.sampled = lambda taken_ns: [tell(taken_ns) for tell in self._told]
        self.processor = OriginProcessor(walker, emit.attach_to_new, self.tally, governor=governor)
        if kind != "python":
            assert type(self.processor.on_start).__name__ == "OnStart"
        self.provider = TracerProvider(span_limits=limits or SpanLimits(), shutdown_on_exit=False)
        self.provider.add_span_processor(self.processor)
        self.start = in_file(f"{LIBRARY}/client.py", "def start(*_, **how): return start_span('x', **how)").define(
            "start", start_span=self.provider.get_tracer("on start").start_span
        )

    def tell(self, told):
        """Have `told` hear of the exits that are timed."""
        self._told.append(told)

    def span(self, *files, **how):
        """The attributes of a span started below functions of `files`."""
        span = stack(lambda: self.start(**how), *files)
        span.end()
        return dict(span.attributes), list(span.attributes)


def same(traced, *files, **how):
    python, in_c = traced
    expected = python.span(*files, **how)
    assert in_c.span(*files, **how) == expected
    assert in_c.tally.snapshot() == python.tally.snapshot()
    return expected[0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_kinds_of_span_get_an_origin(both, kind):
    attributes = same(both(), A, B, kind=kind)

    assert ("code.line.number" in attributes) == (kind in (SpanKind.CLIENT, SpanKind.PRODUCER))


@pytest.mark.parametrize(
    "set_by_the_program",
    [
        {"code.file.path": "/mine.py"},
        {"code.line.number": 7},
        {"code.function.name": "mine"},
        {"code.filepath": "/mine.py", "db.system": "sqlite"},
        {"code.lineno": 7},
        {"code.function": "mine"},
    ],
)
def test_what_the_program_set_is_left_alone_and_counted(both, set_by_the_program):
    traced = both()

    assert same(traced, A, kind=SpanKind.CLIENT, attributes=set_by_the_program) == set_by_the_program
    assert traced[1].tally.misses == {"set-by-the-program": 1}


def test_names_of_any_kind_beside_ours_change_nothing(both):
    mine = {"ключ": 1, "code": 2, "code.": 3, "code.stacktrace": "…", "c": True, "db.statement": "SELECT 'ü'"}

    assert same(both(), A, kind=SpanKind.CLIENT, attributes=mine)["code.file.path"] == A


def test_other_attributes_come_last_in_their_order_and_stay(both):
    python, in_c = both()
    mine = {"db.system": "sqlite", "code.url": "unrelated", "db.rows": 3}

    expected = python.span(A, B, kind=SpanKind.CLIENT, attributes=mine)

    assert in_c.span(A, B, kind=SpanKind.CLIENT, attributes=mine) == expected
    assert expected[1][-3:] == list(mine)


@pytest.mark.parametrize("room", range(8))
@pytest.mark.parametrize("files", [(A,), (A, B)])
def test_the_limit_on_the_count_of_attributes_is_kept(both, room, files):
    mine = {"one": 1, "two": 2}

    attributes = same(
        both(limits=SpanLimits(max_span_attributes=2 + room)), *files, kind=SpanKind.CLIENT, attributes=mine
    )

    assert len(attributes) <= 2 + room
    assert mine.items() <= attributes.items()


@pytest.mark.parametrize("length", [1, 10, 40, 1000])
def test_the_limit_on_the_length_of_values_is_kept(both, length):
    attributes = same(both(limits=SpanLimits(max_span_attribute_length=length)), A, B, kind=SpanKind.CLIENT)

    assert all(len(value) <= length for value in attributes.values() if isinstance(value, str))


@pytest.mark.parametrize("files", [(LIBRARY,), (LIBRARY, LAUNCHER, A), ()])
def test_misses_are_counted_by_reason(both, files):
    traced = both()

    for _ in range(3):
        assert same(traced, *files, kind=SpanKind.PRODUCER) == {}

    assert sum(traced[1].tally.misses.values()) == 3
    assert traced[1].tally.words


def test_open_entry_spans_are_remembered_as_before(both):
    _, in_c = both()

    server = in_c.start(kind=SpanKind.SERVER)

    assert in_c.processor.open_entries.span_for(server) is server
    server.end()
    assert in_c.processor.open_entries.span_for(server) is None


@pytest.mark.parametrize("error", [LookupError("told"), RecursionError(), MemoryError()])
def test_an_error_of_ours_is_counted_and_reaches_nobody(both, error):
    def prepare(origin):
        raise error

    traced = both(prepare=prepare)

    assert same(traced, A, kind=SpanKind.CLIENT) == {}
    assert traced[1].tally.failures == {"span start": 1}


def test_an_interrupt_meant_for_the_program_reaches_it(both):
    def prepare(origin):
        raise KeyboardInterrupt

    _, in_c = both(prepare=prepare)

    with pytest.raises(KeyboardInterrupt):
        in_c.span(A, kind=SpanKind.CLIENT)


def test_even_a_counter_that_fails_reaches_nobody(both):
    def failing(*_):
        raise LookupError

    _, in_c = both()
    walker = make_walker("public", prepare=failing)
    tally = FailingTally()
    in_c.processor.on_start = walker.as_on_start(
        in_c.processor.on_start, emit.attach_to_new, tally.miss, tally, OpenEntries()
    )

    assert in_c.span(A, kind=SpanKind.CLIENT)[0] == {}
    assert in_c.span(LIBRARY, kind=SpanKind.CLIENT)[0] == {}


class FailingTally:
    """Counters that are broken."""

    def miss(self, refusal, span):
        raise LookupError

    def failure(self, room, error):
        raise LookupError


def test_a_span_of_another_class_is_left_to_python(both):
    _, in_c = both()
    asked = []

    class Other:
        _kind = SpanKind.CLIENT

    in_c.processor.on_start = make_walker("public").as_on_start(
        lambda span, parent_context=None: asked.append((span, parent_context)),
        emit.attach_to_new,
        Tally().miss,
        Tally(),
        OpenEntries(),
    )
    other = Other()
    in_c.processor.on_start(other, parent_context="context")
    in_c.processor.on_start(other, "context")
    in_c.processor.on_start(span=other)

    assert asked == [(other, "context"), (other, "context"), (other, None)]


def test_on_start_is_called_with_or_without_the_name_of_its_second_argument(both):
    _, in_c = both()
    found = []

    class Beside(SpanProcessor):
        def on_start(self, span, parent_context=None):
            span._attributes._dict.clear()
            stack(lambda: in_c.processor.on_start(span, parent_context), A)
            found.append(dict(span.attributes))

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(Beside())
    provider.get_tracer("beside").start_span("x", kind=SpanKind.CLIENT).end()

    assert found[0]["code.file.path"] == A


def test_an_sdk_with_another_layout_keeps_the_on_start_in_python():
    if missing_walker("public"):
        pytest.skip(missing_walker("public"))

    assert make_walker("public").as_on_start(nothing, emit.attach, nothing, Tally(), OpenEntries()) is None


def nothing(*_, **__):
    pass


def test_exits_are_counted_whatever_becomes_of_them(both):
    for traced in both():
        for kind in KINDS:
            traced.span(A, kind=kind)
        traced.span(LIBRARY, kind=SpanKind.CLIENT)
        traced.span(A, kind=SpanKind.CLIENT, attributes={"code.lineno": 1})
        traced.span(LIBRARY, LAUNCHER, A, kind=SpanKind.CLIENT)

        assert traced.processor.exits == 5


def test_one_exit_in_so_many_is_timed_and_no_span_of_another_kind(both):
    for traced in both(governed=True):
        told = []
        traced.tell(told.append)

        for number in range(3 * EVERY):
            traced.span(A, B, kind=SpanKind.CLIENT if number % 2 else SpanKind.PRODUCER)
            traced.span(A, kind=SpanKind.SERVER)

        assert len(told) == 3
        assert all(type(taken) is int for taken in told)
        assert traced.tally.failures == {}


def test_an_exit_takes_more_time_where_more_is_done(both):
    def dear(origin):
        sum(range(300_000))
        return emit.exit_attributes(origin)

    for traced in both(governed=True, prepare=dear):
        told = []
        traced.tell(told.append)

        for number in range(EVERY):
            traced.span(A if number < EVERY - 1 else B, kind=SpanKind.CLIENT)

        assert told[0] > 500_000


def test_while_thinned_each_exit_is_asked_for_and_each_captured_one_is_timed(both):
    for traced in both(governed=True):
        asked, told = [], []
        traced.tell(told.append)
        traced.processor._thin_by(lambda span, asked=asked: asked.append(span) or len(asked) % 4 != 0)

        found = [traced.span(A, kind=SpanKind.CLIENT)[0] for _ in range(20)]
        traced.span(A, kind=SpanKind.INTERNAL)
        traced.processor._thin_by(None)
        found.append(traced.span(A, kind=SpanKind.CLIENT)[0])

        assert [bool(attributes) for attributes in found] == [number % 4 == 0 for number in range(1, 21)] + [True]
        assert (len(asked), len(told)) == (20, 5)
        assert traced.processor.exits == 21


def test_a_governor_that_fails_reaches_nobody(both):
    for traced in both(governed=True):
        traced.processor._thin_by(lambda span: 1 / 0)

        assert traced.span(A, kind=SpanKind.CLIENT)[0] == {}
        assert traced.tally.failures == {"span start": 1}


def test_thinning_may_end_in_the_middle_of_being_asked(both):
    for traced in both(governed=True):
        traced.processor._thin_by(lambda span, traced=traced: traced.processor._thin_by(None))

        assert traced.span(A, kind=SpanKind.CLIENT)[0]
        assert traced.processor.exits == 1


@pytest.mark.parametrize("count", range(12))
def test_with_few_and_with_many_attributes_of_its_own(both, count):
    mine = {f"attribute.{number}": number for number in range(count)}

    attributes = same(both(), A, B, kind=SpanKind.CLIENT, attributes=mine)

    assert mine.items() <= attributes.items()
    assert attributes["code.file.path"] == A


def test_what_is_prepared_is_never_changed_by_a_span(both):
    for traced in both():
        first = stack(lambda traced=traced: traced.start(kind=SpanKind.CLIENT, attributes={"mine": 1}), A)
        first.set_attribute("code.line.number", 7)
        first.set_attribute("later", 1)
        first.end()

        assert set(traced.span(A, kind=SpanKind.CLIENT)[0]) == set(first.attributes) - {"mine", "later"}
        assert traced.span(A, kind=SpanKind.CLIENT)[0]["code.line.number"] == 2


NAMES = ("db.system", "db.statement", "db.rows")


@pytest.mark.parametrize(
    "given",
    [
        lambda number: dict.fromkeys(NAMES, number),
        lambda number: dict.fromkeys(NAMES[: number % 4], number),
        lambda number: dict.fromkeys(NAMES if number % 2 else reversed(NAMES), number),
        lambda number: {f"made.{number % 2}": number, "db.rows": f"{number}"},
        lambda number: {"".join(("made", ".anew")): number},
        lambda number: {**dict.fromkeys(NAMES, number), **({"code.lineno": 7} if number % 3 == 0 else {})},
        lambda number: {"db.rows": (number, "a") if number % 2 else number, "db.system": [True, False]},
        lambda number: {"db.rows": 1.5 * number, "db.system": number % 2 == 0, "db.name": "x" * number},
    ],
    ids=["same names", "more and fewer", "another order", "other names", "new strings", "ours", "lists", "kinds"],
)
def test_each_span_has_its_own_values_however_often_its_names_came_before(both, given):
    traced = both()

    for number in range(40):
        mine = given(number)
        attributes = same(traced, A, B, kind=SpanKind.CLIENT, attributes=mine)

        assert {name: attributes[name] for name in mine} == {
            name: tuple(value) if isinstance(value, list) else value for name, value in mine.items()
        }
        assert ("code.file.path" in attributes) == ("code.lineno" not in mine)


def test_spans_of_one_line_and_names_go_on_apart(both):
    _, in_c = both()
    caller = passing_on(A, lambda: in_c.start(kind=SpanKind.CLIENT, attributes=dict.fromkeys(NAMES, 0)))
    spans = [caller() for _ in range(10)]

    for number, span in enumerate(spans):
        span.set_attribute("db.rows", number)
        span.set_attribute(f"later.{number}", [number])
        span.set_attribute("code.line.number", -number)

    for number, span in enumerate(spans):
        assert (span.attributes["db.rows"], span.attributes["code.line.number"]) == (number, -number)
        assert [name for name in span.attributes if name.startswith("later")] == [f"later.{number}"]


def test_a_value_lives_as_long_as_its_span(both):
    for traced in both():
        value = "value" * 1000
        held = sys.getrefcount(value)
        for _ in range(20):
            traced.span(A, kind=SpanKind.CLIENT, attributes={"db.statement": value})

        gc.collect()  # the functions of a test's stack refer to themselves
        assert sys.getrefcount(value) == held


def test_an_attribute_that_refers_to_its_span_is_collected(both):
    """The collector knows of a span's dictionary as soon as it has to."""

    class Local:
        pass

    _, in_c = both()
    caller = passing_on(A, lambda: in_c.start(kind=SpanKind.CLIENT, attributes=dict.fromkeys(NAMES, 0)))
    for _ in range(5):
        span, local = caller(), Local()
        local.span = span
        span._attributes._dict["db.rows"] = local
        watched = weakref.ref(local)
        del span, local
        gc.collect()

        assert watched() is None


@pytest.fixture
def spans_class():
    """A class of spans that tests may change."""
    kept = dict(vars(_Span))
    yield _Span
    for name in set(vars(_Span)) - set(kept):
        delattr(_Span, name)


def test_a_class_that_is_changed_later_is_asked_anew(both, spans_class):
    _, in_c = both()
    assert in_c.span(A, kind=SpanKind.CLIENT)[0]

    spans_class._kind = property(lambda span: SpanKind.INTERNAL)
    with pytest.raises(AttributeError):
        in_c.span(A, kind=SpanKind.CLIENT)  # the SDK itself can no longer write its attribute
    del spans_class._kind

    assert in_c.span(A, kind=SpanKind.CLIENT)[0]
    spans_class.unrelated = 1
    assert in_c.span(A, kind=SpanKind.CLIENT)[0]


@pytest.mark.parametrize("touched", ["the span's", "its attributes'", "both"])
def test_spans_whose_dictionaries_somebody_looked_at_are_served_alike(both, touched):
    """An instance has no dictionary of its own until somebody asks for it."""
    looked_at = []

    class Looking(SpanProcessor):
        def on_start(self, span, parent_context=None):
            looked_at.extend([span.__dict__] if touched != "its attributes'" else [])
            looked_at.extend([span._attributes.__dict__] if touched != "the span's" else [])

    traced = both()
    for each in traced:
        each.provider._active_span_processor._span_processors = (Looking(), each.processor)

    for _ in range(3):
        assert same(traced, A, B, kind=SpanKind.CLIENT, attributes={"mine": 1})["code.file.path"] == A
    assert traced[1].tally.failures == {}
    if touched != "the span's":
        assert all(held["_dict"]["code.file.path"] == A for held in looked_at if "_dict" in held)


def test_many_threads_start_spans_at_once(both):
    _, in_c = both()
    wrong = []

    def work(number):
        caller = passing_on(f"{USER}/t{number}.py", lambda: in_c.start(kind=SpanKind.CLIENT), number)
        for _ in range(300):
            span = caller()
            if (span.attributes["code.file.path"], span.attributes["code.line.number"]) != (
                f"{USER}/t{number}.py",
                number + 1,
            ):
                wrong.append(span)
            span.end()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert in_c.tally.failures == {}


def test_entry_spans_are_not_looked_at_while_nobody_asks_for_them(both):
    for traced in both():
        traced.processor.minds_entries = False
        spans = [traced.start(kind=SpanKind.SERVER)]
        assert remembered(traced) == {}

        traced.processor.minds_entries = True
        spans.append(traced.start(kind=SpanKind.SERVER))
        assert len(remembered(traced)) == 1


def remembered(traced):
    """The open entries by their trace, those included that a walker in C still keeps to itself."""
    traced.processor.open_entries.settle()
    return traced.processor.open_entries.by_trace


def test_a_request_that_is_over_before_many_others_have_begun_leaves_nothing_behind(both):
    for traced in both():
        for _ in range(1000):
            traced.start(kind=SpanKind.SERVER).end()

        in_flight = [traced.start(kind=SpanKind.SERVER) for _ in range(300)]
        inner = traced.start(context=set_span_in_context(in_flight[0]), kind=SpanKind.INTERNAL)
        assert traced.processor.open_entries.span_for(inner) is in_flight[0]
        del inner

    assert 300 <= len(remembered(traced)) <= 300 + 256


def test_entries_that_start_while_others_are_handed_over_are_remembered_too(both):
    """What a garbage collection sets off may start spans, and so may what they set off."""
    _, in_c = both()
    late = []
    kept = [in_c.start(kind=SpanKind.SERVER) for _ in range(256)]

    class Starts:
        def __del__(self):
            late.extend(in_c.start(kind=SpanKind.SERVER) for _ in range(300))

    kept[0].cycle = [Starts()]
    kept[0].cycle.append(kept[0].cycle)
    del kept[0].cycle
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        kept.append(in_c.start(kind=SpanKind.SERVER))
    finally:
        gc.set_threshold(*before)

    assert len(late) == 300
    assert set(remembered(in_c)) == {span.context.trace_id for span in kept + late}


def test_many_entries_and_several_of_one_trace_are_remembered_alike(both):
    remote = NonRecordingSpan(SpanContext(77, 78, is_remote=True, trace_flags=TraceFlags(1)))
    for traced in both():
        spans = [traced.start(kind=SpanKind.SERVER) for _ in range(600)]
        first, second = (traced.start(kind=SpanKind.CONSUMER, context=set_span_in_context(remote)) for _ in range(2))
        inner = traced.start(kind=SpanKind.SERVER, context=set_span_in_context(first))

        span_for = traced.processor.open_entries.span_for
        assert len(remembered(traced)) == 601
        assert [span_for(span) for span in (spans[0], first, second, inner)] == [spans[0], first, second, inner]
        assert span_for(traced.start(kind=SpanKind.INTERNAL, context=set_span_in_context(first))) is first
        assert span_for(traced.start(kind=SpanKind.INTERNAL, context=set_span_in_context(inner))) is None
