"""What exporters send with the export path is what they send without it, byte for byte."""

import copy
import io
import json
import threading

import pytest
from export_support import Spans, attributes_of, entry_at, exit_at, spans_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common._internal import trace_encoder
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits
from opentelemetry.sdk.trace.export import ConsoleSpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceState
from spanorigin import names
from spanorigin.export.batch import PREPARED_LIMIT_BYTES, Encoder, Merger

BEFORE = {"http.request.method": "GET", "server.port": 8000}
AFTER = {"http.response.status_code": 200, "sizes": [1, 2], "done": True}

texts = st.text(max_size=200)
scalars = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), texts)
attributes = st.dictionaries(
    st.text(min_size=1, max_size=20) | st.sampled_from(["code.column.number", "spanorigin.note"]),
    scalars | st.lists(st.integers(-5, 2**40), max_size=3) | st.lists(texts, max_size=3),
    max_size=6,
)
origins = st.none() | st.builds(
    exit_at,
    path=st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=300).map("/".__add__),
    line=st.integers(1, 2**31),
    function=st.text(st.characters(blacklist_categories=("Cs",)), min_size=1),
    frames=st.integers(1, 8),
)
shapes = st.fixed_dictionaries(
    {
        "origin": origins | st.builds(entry_at),
        "before": attributes,
        "after": attributes,
        "name": texts,
        "kind": st.sampled_from(SpanKind),
        "scope": st.sampled_from(["one", "two"]),
        "links": st.lists(
            st.builds(
                lambda trace, held: Link(SpanContext(trace, 7, True, trace_state=TraceState([("a", "b")])), held),
                st.integers(1, 2**128 - 1),
                attributes,
            ),
            max_size=2,
        ),
        "event": st.none() | attributes,
        "failed": st.booleans(),
        "provider": st.integers(0, 2),
    }
)
# Three providers, two of which have resources that are equal and yet not the same.
RESOURCES = [{"service.name": "shop"}, {"service.name": "shop"}, {"service.name": "pay", "replicas": 3}]


@given(st.lists(shapes, min_size=1, max_size=8))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_batch_serializes_to_the_same_bytes(merging, batch):
    providers = [Spans(resource=Resource(held)) for held in RESOURCES]

    def finish(shape):
        def then(span):
            if shape["event"] is not None:
                span.add_event("said", shape["event"])
            if shape["failed"]:
                span.set_status(Status(StatusCode.ERROR, "refused"))

        kept = {key: shape[key] for key in ("origin", "before", "after", "name", "kind", "scope", "links")}
        return providers[shape["provider"]].span(**kept, then=then)

    spans = [finish(shape) for shape in batch]

    assert merging.ours(spans) == merging.plain(spans)
    assert merging.path.verdict.accepted
    assert not merging.failures


@pytest.mark.parametrize("before", [{}, BEFORE], ids=["first", "behind others"])
@pytest.mark.parametrize("after", [{}, AFTER], ids=["last", "before others"])
@pytest.mark.parametrize("origin", [exit_at(), exit_at(frames=8), entry_at()], ids=["exit", "frames", "entry"])
def test_an_origin_comes_out_where_it_stood_among_the_attributes(merging, before, after, origin):
    span = Spans().span(origin, before, after)

    made = merging.merges([span])

    assert made == merging.plain([span])
    [sent] = spans_of(made)
    assert [key for key, _ in attributes_of(sent)] == [*before, *origin, *after]
    assert dict(attributes_of(sent)[len(before) :][: len(origin)]) == origin


def test_spans_keep_their_order_and_their_own_origins(merging):
    made = Spans()
    spans = [made.span(exit_at(line=number % 7 + 1), name=str(number), scope=f"s{number % 3}") for number in range(60)]

    sent = spans_of(merging.merges(spans))

    assert merging.ours(spans) == merging.plain(spans)
    assert all(dict(attributes_of(span))["code.line.number"] == int(span.name) % 7 + 1 for span in sent)


def test_a_path_that_is_not_ascii_or_not_even_utf_8_comes_out_as_the_encoder_has_it(merging, caplog):
    made = Spans()
    spans = [
        made.span(exit_at(path=path)) for path in ("/srv/größe/注文.py", "/srv/\N{PILE OF POO}.py", "/srv/\udcff.py")
    ]

    assert merging.merges(spans) == merging.plain(spans)
    good, _, lone = spans_of(merging.plain(spans))
    assert dict(attributes_of(good))[names.CODE_FILE_PATH] == "/srv/größe/注文.py"
    assert names.CODE_FILE_PATH not in dict(attributes_of(lone)), "the encoder leaves out what is no text"


def overwrite(span):
    span.set_attribute(names.CODE_LINE_NUMBER, 7)


def remove(span):
    del span._attributes[names.CODE_FUNCTION_NAME]


def remove_all_but_the_type(span):
    for name in (names.CODE_FILE_PATH, names.CODE_LINE_NUMBER, names.CODE_FUNCTION_NAME):
        del span._attributes[name]


def scatter(span):
    for name in list(exit_at())[::2]:
        span.set_attribute(name, exit_at()[name])  # to the end


@pytest.mark.parametrize("change", [overwrite, remove, remove_all_but_the_type, scatter])
def test_what_a_processor_did_to_an_origin_is_what_is_sent(merging, change):
    made = Spans()
    untouched = made.span(exit_at(), BEFORE, AFTER)
    changed = made.span(exit_at(), BEFORE, AFTER, then=change)

    spans = [untouched, changed, untouched]

    assert merging.merges(spans) == merging.plain(spans)
    assert list(changed.attributes.items()) != list(untouched.attributes.items())


@pytest.mark.parametrize("line", [True, 1.0, "1", False, 0, 0.0], ids=repr)
def test_values_that_only_compare_equal_are_not_taken_for_each_other(merging, line):
    made = Spans()
    one = made.span({**exit_at(), names.CODE_LINE_NUMBER: int(line)})
    other = made.span({**exit_at(), names.CODE_LINE_NUMBER: line})

    merging.merges([one])

    assert merging.merges([other, one, other]) == merging.plain([other, one, other])
    assert dict(attributes_of(spans_of(merging.ours([other]))[0]))[names.CODE_LINE_NUMBER] is not None


def test_a_value_with_an_equality_of_its_own_is_neither_asked_nor_prepared(merging):
    class Sly(str):
        __slots__ = ()

        def __eq__(self, other):
            raise AssertionError("asked")

        __hash__ = str.__hash__

    made = Spans()
    spans = [made.span({**exit_at(), names.CODE_FILE_PATH: Sly("/srv/shop/app/orders.py")}), made.span(exit_at())]

    assert merging.merges(spans) == merging.plain(spans)


def test_what_the_limits_dropped_and_cut_is_dropped_and_cut(merging):
    made = Spans(span_limits=SpanLimits(max_span_attributes=5, max_span_attribute_length=24))
    pushed_out = made.span(exit_at(), {"a": 1}, {"b": "x" * 60})
    pushed_further = made.span(exit_at(), {}, {letter: letter for letter in "bcdef"})

    spans = [pushed_out, pushed_further]

    assert merging.merges(spans) == merging.plain(spans)
    counts = [span.dropped_attributes_count for span in spans_of(merging.ours(spans))]
    assert counts == [span.dropped_attributes for span in spans]
    assert all(counts)


def test_an_origin_in_datadogs_form_is_merged_as_well(merging):
    datadog = {names.DATADOG_TYPE: "exit"} | {
        f"{names.DATADOG_FRAME_PREFIX}{number}.{field}": f"{field} {number}"
        for number in range(8)
        for field in ("file", "line", "type", "method")
    }
    made = Spans()
    spans = [made.span(datadog, BEFORE, AFTER), made.span({**exit_at(), **datadog}, BEFORE, AFTER)]

    assert merging.merges(spans) == merging.plain(spans)


def test_spans_of_another_make_travel_in_the_same_batch(merging):
    class Wrapped(ReadableSpan):
        """As exporters do that filter: same span, attributes of its own."""

        @property
        def attributes(self):
            return {**super().attributes, names.CODE_FILE_PATH: "[redacted]"}

    made = Spans()
    span = made.span(exit_at(), BEFORE)
    wrapped = Wrapped.__new__(Wrapped)
    wrapped.__dict__.update(span.__dict__)
    by_hand = ReadableSpan("made by hand", span.context, attributes=dict(exit_at()), resource=span.resource)

    spans = [span, wrapped, by_hand]

    assert merging.merges(spans) == merging.plain(spans)
    assert b"[redacted]" in merging.ours([span, wrapped])


def test_spans_that_form_their_resource_anew_keep_it(merging):
    class Forming(ReadableSpan):
        @property
        def resource(self):
            return Resource({"service.name": self.name})

        @property
        def instrumentation_scope(self):
            return InstrumentationScope(f"scope of {self.name}")

    made = Spans()
    spans = [made.span(exit_at())]
    for number in range(40):
        forming = Forming.__new__(Forming)
        forming.__dict__.update(made.span(exit_at(), name=f"s{number % 5}").__dict__)
        spans.append(forming)

    assert merging.merges(spans) == merging.plain(spans)


@pytest.mark.parametrize("name", list(exit_at()))
def test_an_origin_with_a_value_of_an_unforeseen_type_is_sent_as_it_is(merging, name):
    made = Spans()
    spans = [made.span({**exit_at(), name: True}, before, after) for before in ({}, BEFORE) for after in ({}, AFTER)]

    assert merging.merges(spans) == merging.plain(spans)


def test_a_batch_without_origins_is_left_to_the_encoder(merging):
    made = Spans()
    spans = [made.span(None, BEFORE), made.span({names.CODE_FILE_PATH: "/set/by/the/program.py"})]

    assert merging.ours(spans) == merging.plain(spans)
    assert merging.ours([]) == merging.plain([])
    assert merging.path.batches_merged == 0


def test_a_program_that_records_no_spans_exports_none(merging):
    made = Spans(sampler=ALWAYS_OFF)

    made.provider.get_tracer("one").start_span("GET", kind=SpanKind.CLIENT).end()

    assert made.memory.get_finished_spans() == ()


def test_a_span_is_unchanged_by_its_export(merging):
    span = Spans().span(exit_at(frames=3), BEFORE, AFTER)

    def seen_by_others():
        out = io.StringIO()
        ConsoleSpanExporter(out=out).export([span])
        return json.loads(out.getvalue()), list(span.attributes.items()), dict(copy.deepcopy(span.attributes.copy()))

    before = seen_by_others()
    merging.merges([span])

    assert seen_by_others() == before
    assert before[0]["attributes"] == {**BEFORE, **exit_at(frames=3), **AFTER}


def test_what_is_kept_prepared_stays_bounded_and_right():
    merger = Merger(Encoder(trace_encoder.encode_spans, trace_encoder._encode_span, trace_encoder._encode_attributes))
    made = Spans()
    sizes = []
    for batch in range(20):
        spans = [made.span(exit_at(function="f" * 5000, line=1 + 40 * batch + number)) for number in range(40)]
        made.memory.clear()
        assert merger.request(spans) == trace_encoder.encode_spans(spans)
        sizes.append(merger.prepared_bytes)

    assert max(sizes) <= PREPARED_LIMIT_BYTES
    assert sizes != sorted(sizes), "it started anew at least once"


def test_many_threads_export_their_own_spans_at_once(merging):
    made = Spans()
    batches = [[made.span(exit_at(line=1 + 50 * worker + n), BEFORE, AFTER) for n in range(50)] for worker in range(8)]
    expected = [merging.plain(batch) for batch in batches]
    results = [set() for _ in batches]
    start = threading.Barrier(len(batches))

    def export(worker):
        start.wait()
        for _ in range(10):
            results[worker].add(trace_encoder.encode_spans(batches[worker]).SerializePartialToString())

    threads = [threading.Thread(target=export, args=(worker,)) for worker in range(len(batches))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == [{body} for body in expected]
    assert 0 < merging.path.batches_merged <= 80
    assert not merging.failures
