"""The export path stands in for the exporters' encoder where that is surely the same, and steps back elsewhere."""

import gc
import inspect
import subprocess
import sys
import textwrap
import weakref
from pathlib import Path
from types import ModuleType

import pytest
import spanorigin
from export_support import Merging, Spans, attributes_of, entry_at, exit_at, spans_of
from opentelemetry.exporter.otlp.proto.common import trace_encoder as face
from opentelemetry.exporter.otlp.proto.common._internal import trace_encoder
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind
from spanorigin.export.path import FAILURE_LIMIT, SMALLEST_BATCH
from spanorigin.export.recognise import parts, recognise

BEFORE = {"http.request.method": "GET", "server.port": 8000}
AFTER = {"http.response.status_code": 200}


def some_spans():
    made = Spans()
    return [
        made.span(exit_at(), BEFORE, AFTER),
        made.span(exit_at(frames=8), BEFORE, AFTER, scope="two"),
        made.span(None, BEFORE, kind=SpanKind.INTERNAL),
        made.span(entry_at(), BEFORE, AFTER, kind=SpanKind.SERVER),
    ]


def test_the_encoder_of_the_installed_exporters_is_recognised(merging):
    """A canary: when it fails, a new release of the exporters needs a look; until then it encodes plainly."""
    assert merging.path.verdict.accepted, merging.path.verdict.reason


def test_the_http_exporter_sends_the_same_body_with_and_without(http_receiver, merging):
    exporter = OTLPSpanExporter(endpoint=http_receiver.endpoint)
    spans = some_spans()

    exporter.export(spans)
    exporter.export(spans)
    merged = merging.path.batches_merged
    merging.path.uninstall()
    exporter.export(spans)
    exporter.shutdown()

    first, second, plain = http_receiver.bodies
    assert merged == 2
    assert first == second == plain
    assert len(spans_of(plain)) == len(spans)


def test_the_grpc_exporter_sends_the_same_message_with_and_without(grpc_receiver, merging):
    grpc_exporter = pytest.importorskip("opentelemetry.exporter.otlp.proto.grpc.trace_exporter")
    exporter = grpc_exporter.OTLPSpanExporter(endpoint=grpc_receiver.endpoint, insecure=True)
    spans = some_spans()

    exporter.export(spans)
    exporter.export(spans)
    merged = merging.path.batches_merged
    merging.path.uninstall()
    exporter.export(spans)
    exporter.shutdown()

    first, second, plain = grpc_receiver.bodies
    assert merged == 2
    assert first == second == plain


def test_a_batch_processor_sends_every_span_with_its_own_attributes(http_receiver, merging):
    made = Spans()
    made.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=http_receiver.endpoint)))

    ended = [made.span(exit_at(line=number), BEFORE, AFTER) for number in range(1, 701)]
    made.provider.force_flush()
    made.provider.shutdown()

    sent = [span for body in http_receiver.bodies for span in spans_of(body)]
    assert merging.path.batches_merged == len(http_receiver.bodies) > 1
    assert {(span.span_id, *attributes_of(span)) for span in sent} == {
        (span.context.span_id.to_bytes(8, "big"), *span.attributes.items()) for span in ended
    }


def test_origins_that_the_agent_found_arrive_at_the_receiver(http_receiver, merging):
    made = Spans()
    made.attaching.origin = None
    made.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=http_receiver.endpoint)))
    spanorigin.install(made.provider)
    try:
        line = inspect.currentframe().f_lineno + 2
        for _ in range(5):
            made.provider.get_tracer("one").start_span("GET", kind=SpanKind.CLIENT).end()
        made.provider.shutdown()
    finally:
        spanorigin.uninstall()

    [body] = http_receiver.bodies
    sent = [dict(attributes_of(span)) for span in spans_of(body)]
    assert [(held["code.file.path"], held["code.line.number"], held["spanorigin.type"]) for held in sent] == [
        (__file__, line, "exit")
    ] * 5
    assert merging.path.batches_merged == 1
    assert body == merging.plain(made.memory.get_finished_spans())


def in_a_fresh_process(program, *arguments):
    source = Path(sys.modules["spanorigin"].__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *arguments, str(source)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_exporter_that_is_loaded_later_is_met_then(http_receiver):
    said = in_a_fresh_process(
        """
        import sys
        sys.path.insert(0, sys.argv[-1])
        from spanorigin import emit
        from spanorigin.export import install
        from spanorigin.frameworks.imports import watch_imports
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor

        path = install(watch_imports, print, smallest_batch=1)
        print(path.verdict.reason)
        print(any(name.startswith(("opentelemetry.exporter", "google.protobuf")) for name in sys.modules))
        from opentelemetry.exporter.otlp.proto.http import trace_exporter
        from opentelemetry.exporter.otlp.proto.common._internal import trace_encoder
        print(path.verdict.reason)
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(trace_exporter.OTLPSpanExporter(endpoint=sys.argv[1])))
        span = provider.get_tracer("one").start_span("GET")
        emit.attach(span, {"code.file.path": "/a.py", "spanorigin.type": "exit"})
        span.end()
        print(path.batches_merged)
        path.uninstall()
        back = trace_exporter.encode_spans
        print(back is trace_encoder.encode_spans, hasattr(back, "__wrapped__"))
        """,
        http_receiver.endpoint,
    )

    assert said == [
        "plain encoding: no OTLP protobuf exporter has been loaded",
        "False",
        "merging prepared bytes: the OTLP exporter's encoder is the known one",
        "1",
        "True False",
    ]
    [span] = spans_of(http_receiver.bodies[0])
    assert attributes_of(span) == [("code.file.path", "/a.py"), ("spanorigin.type", "exit")]


def test_uninstalling_puts_the_encoders_own_function_back_everywhere():
    http = sys.modules["opentelemetry.exporter.otlp.proto.http.trace_exporter"]
    holders = (trace_encoder, face, http)
    before = [module.encode_spans for module in holders]

    merging = Merging()
    during = [module.encode_spans for module in holders]
    kept = trace_encoder.encode_spans
    merging.path.uninstall()

    assert [module.encode_spans for module in holders] == before
    assert all(ours is not theirs for ours, theirs in zip(during, before, strict=True))
    spans = some_spans()
    assert kept(spans) == trace_encoder.encode_spans(spans)
    assert merging.path.batches_merged == 0
    assert merging.path.verdict.reason == "plain encoding: uninstalled"


def test_a_path_can_be_installed_again_after_it_was_taken_out():
    spans = some_spans()
    for _ in range(3):
        merging = Merging()
        assert merging.merges(spans) == merging.plain(spans)
        merging.path.uninstall()


def test_a_batch_that_is_too_small_to_gain_is_left_to_the_encoder():
    merging = Merging(SMALLEST_BATCH)
    spans = [Spans().span(exit_at(), BEFORE) for _ in range(SMALLEST_BATCH)]

    assert merging.ours(spans[1:]) == merging.plain(spans[1:])
    assert merging.path.batches_merged == 0
    assert merging.merges(spans) == merging.plain(spans)
    merging.path.uninstall()


def test_our_function_looks_like_the_encoders_own(merging):
    ours, theirs = trace_encoder.encode_spans, merging.theirs

    assert ours is not theirs
    assert (ours.__name__, ours.__module__, ours.__doc__) == (theirs.__name__, theirs.__module__, theirs.__doc__)
    assert ours(sdk_spans=iter(spans := some_spans())) == theirs(spans)


# What is not recognised


def encoder_module(**changes):
    """The encoder's module, and the changes that a release or another tool might make to it."""
    module = ModuleType(trace_encoder.__name__)
    vars(module).update(vars(trace_encoder))
    for name, part in changes.items():
        if part is None:
            delattr(module, name)
        else:
            part.__module__ = getattr(trace_encoder, name).__module__
            setattr(module, name, part)
    return module


@pytest.mark.parametrize("missing", ["encode_spans", *parts(trace_encoder)])
def test_an_encoder_that_lacks_a_part_encodes_plainly(missing):
    encoder, reason = recognise(encoder_module(**{missing: None}))

    assert encoder is None
    assert reason == f"plain encoding: this release of the OTLP exporter has no {missing}"


def reversed_attributes(sdk_spans):
    request = theirs(sdk_spans)
    for resource_spans in request.resource_spans:
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                held = list(span.attributes)[::-1]
                del span.attributes[:]
                span.attributes.extend(held)
    return request


def counting_attributes(span):
    message = trace_encoder._encode_span(span)
    message.dropped_events_count = len(span.attributes)
    return message


def reading_twice(span):
    read = dict(span.attributes.items())
    message = trace_encoder._encode_span(span)
    message.dropped_events_count = len(read)
    return message


def two_arguments(span, context):
    return trace_encoder._encode_span(span)


theirs = trace_encoder.encode_spans


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"encode_spans": reversed_attributes}, "a trial batch came out differently"),
        ({"_encode_span": counting_attributes}, "works in another way (TypeError)"),
        ({"_encode_span": reading_twice}, "a trial batch came out differently"),
        ({"_encode_span": two_arguments}, "works in another way (TypeError)"),
    ],
)
def test_an_encoder_that_works_in_another_way_encodes_plainly(changes, reason):
    encoder, why = recognise(encoder_module(**changes))

    assert encoder is None
    assert why.startswith("plain encoding")
    assert reason in why


def test_an_encoder_that_another_tool_has_changed_before_us_is_left_alone():
    module = encoder_module()
    module._encode_span = lambda span: trace_encoder._encode_span(span)

    encoder, reason = recognise(module)

    assert encoder is None
    assert reason == "plain encoding: another tool has put its own _encode_span into the OTLP exporter"


def test_an_encoder_that_another_tool_changes_after_us_is_left_alone_from_then_on(merging, monkeypatch):
    spans = some_spans()
    merging.merges(spans)
    encode_span = trace_encoder._encode_span

    def redacting(span):
        message = encode_span(span)
        for item in message.attributes:
            if item.key == "code.file.path":
                item.value.string_value = "[redacted]"
        return message

    monkeypatch.setattr(trace_encoder, "_encode_span", redacting)
    sent = spans_of(trace_encoder.encode_spans(spans).SerializePartialToString())

    paths = [dict(attributes_of(span)).get("code.file.path") for span in sent]
    assert paths.count("[redacted]") == 3
    assert paths.count(None) == 1
    assert not merging.path.verdict.accepted
    assert "another tool" in merging.path.verdict.reason


# What fails


class Failing:
    """In a merger's place: fails, as a mistake of ours would."""

    def __init__(self):
        self.calls = 0

    def request(self, spans):
        self.calls += 1
        raise LookupError("a mistake of ours")


def test_a_mistake_of_ours_loses_no_span_is_counted_and_ends_the_attempts(http_receiver, merging):
    exporter = OTLPSpanExporter(endpoint=http_receiver.endpoint)
    failing = merging.path._merger = Failing()
    spans = some_spans()

    for _ in range(FAILURE_LIMIT + 2):
        exporter.export(spans)
    exporter.shutdown()

    assert http_receiver.bodies == [merging.plain(spans)] * (FAILURE_LIMIT + 2)
    assert failing.calls == FAILURE_LIMIT
    assert [str(error) for error in merging.failures] == ["a mistake of ours"] * FAILURE_LIMIT
    assert merging.path.verdict.reason == f"plain encoding: gave up after {FAILURE_LIMIT} errors (LookupError)"


def test_spans_that_nobody_can_encode_fail_as_they_always_did_and_are_no_mistake_of_ours(merging):
    spans = some_spans()
    spans[0].__dict__["_start_time"] = "yesterday"

    with pytest.raises(TypeError) as plainly:
        merging.theirs(spans)
    with pytest.raises(TypeError) as ours:
        trace_encoder.encode_spans(spans)

    assert str(ours.value) == str(plainly.value)
    assert merging.failures == []
    good = some_spans()
    assert merging.merges(good) == merging.plain(good)


def test_a_mistake_of_ours_keeps_no_frame_alive(merging):
    class Held:
        pass

    class FailingWith(Failing):
        def request(self, spans):
            held = Held()
            alive.append(weakref.ref(held))
            raise LookupError("a mistake of ours")

    alive = []
    merging.path._merger = FailingWith()
    gc.disable()
    try:
        trace_encoder.encode_spans(some_spans())
        assert [held() for held in alive] == [None]
    finally:
        gc.enable()


def test_a_first_batch_that_comes_out_differently_is_sent_plainly_and_ends_the_merging(merging):
    class Forgetful:
        def request(self, spans):
            return merging.theirs(spans[1:])

    merging.path._merger = Forgetful()
    spans = some_spans()

    assert merging.ours(spans) == merging.plain(spans)
    assert merging.path.verdict.reason == "plain encoding: the first batch came out differently"
    assert merging.path.batches_merged == 0
