"""What was missed is counted by reason, and the newest spans of each reason are remembered."""

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind
from spanorigin.counters import NEWEST, Tally
from spanorigin.model import Refusal

OFTEN, RARELY = Refusal("often", "happens all the time"), Refusal("rarely", "happens once")


def spans(*names):
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("somelibrary")
    return [tracer.start_span(name, kind=SpanKind.CLIENT) for name in names]


def test_a_missed_span_is_remembered_with_what_it_takes_to_find_it_again():
    tally = Tally()
    [span] = spans("GET")

    tally.miss(OFTEN, span)

    [missed] = tally.newest["often"]
    context = span.get_span_context()
    assert (missed.name, missed.kind, missed.scope) == ("GET", SpanKind.CLIENT, "somelibrary")
    assert (missed.trace_id, missed.span_id) == (context.trace_id, context.span_id)
    assert missed.at_ns >= span.start_time


def test_a_frequent_reason_does_not_push_a_rare_one_out_and_neither_grows():
    tally = Tally()
    rare, *frequent = spans("rare", *(f"call {number}" for number in range(3 * NEWEST)))

    tally.miss(RARELY, rare)
    for span in frequent:
        tally.miss(OFTEN, span)

    assert tally.misses == {"rarely": 1, "often": 3 * NEWEST}
    assert [missed.name for missed in tally.newest["rarely"]] == ["rare"]
    assert [missed.name for missed in tally.newest["often"]] == [span.name for span in frequent[-NEWEST:]]


def test_a_span_of_another_make_is_remembered_as_far_as_it_can_be():
    tally = Tally()

    tally.miss(OFTEN, object())

    [missed] = tally.newest["often"]
    assert (missed.name, missed.kind, missed.trace_id) == ("", None, 0)
