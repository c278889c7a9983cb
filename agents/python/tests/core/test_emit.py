"""What a span carries, what it never loses, and what the SDK's limits leave room for."""

import threading

import pytest
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.trace import INVALID_SPAN
from spanorigin import emit, names
from spanorigin.model import EntryOrigin, ExitOrigin, LineNumber, Site

SITE = Site("/srv/shop/pay.py", LineNumber(88), "shop.pay.Cart.pay")
OUTER = Site("/srv/shop/views.py", LineNumber(5), "shop.views.checkout")
ONE = {
    names.CODE_FILE_PATH: "/srv/shop/pay.py",
    names.CODE_LINE_NUMBER: 88,
    names.CODE_FUNCTION_NAME: "shop.pay.Cart.pay",
    names.ORIGIN_TYPE: "exit",
}
FRAMES = "/srv/shop/pay.py:88 shop.pay.Cart.pay\n/srv/shop/views.py:5 shop.views.checkout"
DOORS = [emit.attach_to_new, emit.attach_to_open, emit.attach]
every_door = pytest.mark.parametrize("attach", DOORS, ids=lambda door: door.__name__)


def span(attributes=None, **limits):
    provider = TracerProvider(shutdown_on_exit=False, span_limits=SpanLimits(**limits))
    return provider.get_tracer("tests").start_span("span", attributes=attributes)


def test_one_frame_needs_no_list_of_frames():
    assert emit.exit_attributes(ExitOrigin((SITE,))) == ONE


def test_several_frames_are_listed_innermost_first():
    assert emit.exit_attributes(ExitOrigin((SITE, OUTER))) == {**ONE, names.ORIGIN_FRAMES: FRAMES}


def test_an_entry_says_that_it_is_one():
    assert emit.entry_attributes(EntryOrigin(SITE)) == {**ONE, names.ORIGIN_TYPE: "entry"}


@every_door
def test_attributes_come_beside_those_that_the_span_has(attach):
    made = span({"db.system": "sqlite"})

    assert attach(made, ONE) is None

    assert dict(made.attributes) == {"db.system": "sqlite", **ONE}
    assert type(made.attributes[names.CODE_LINE_NUMBER]) is int


@every_door
@pytest.mark.parametrize("name", sorted(emit.PROGRAMS))
def test_what_the_program_said_of_its_code_is_neither_overwritten_nor_added_to(attach, name):
    made = span({name: "mine"})

    assert attach(made, ONE) is emit.SET_BY_THE_PROGRAM

    assert dict(made.attributes) == {name: "mine"}


@every_door
def test_a_second_origin_does_not_replace_the_first(attach):
    made = span()
    attach(made, ONE)

    assert attach(made, emit.entry_attributes(EntryOrigin(OUTER))) is emit.SET_BY_THE_PROGRAM

    assert dict(made.attributes) == ONE


@every_door
def test_a_full_span_keeps_what_it_has(attach):
    held = {f"key.{number}": number for number in range(5)}
    made = span(held, max_span_attributes=8)

    assert attach(made, ONE) is emit.NO_ROOM

    assert dict(made.attributes) == held
    assert made.dropped_attributes == 0


@every_door
def test_the_list_of_frames_is_what_goes_first(attach):
    held = {f"key.{number}": number for number in range(4)}
    made = span(held, max_span_attributes=8)

    assert attach(made, {**ONE, names.ORIGIN_FRAMES: FRAMES}) is None

    assert dict(made.attributes) == {**held, **ONE}


@every_door
def test_a_path_or_a_name_is_never_cut(attach):
    made = span(max_span_attribute_length=len(ONE[names.CODE_FUNCTION_NAME]) - 1)

    assert attach(made, ONE) is emit.NO_ROOM

    assert dict(made.attributes) == {}


@every_door
@pytest.mark.parametrize(
    ("length", "listed"),
    [
        (len(FRAMES), FRAMES),
        (len(FRAMES) - 1, FRAMES.split("\n")[0]),
        (len(FRAMES.split("\n")[0]) + 1, FRAMES.split("\n")[0]),
        (len(FRAMES.split("\n")[0]) - 1, None),
    ],
)
def test_the_list_is_cut_between_frames_only(attach, length, listed):
    made = span(max_span_attribute_length=length)

    assert attach(made, {**ONE, names.ORIGIN_FRAMES: FRAMES}) is None

    assert made.attributes.get(names.ORIGIN_FRAMES) == listed
    assert all(made.attributes[name] == value for name, value in ONE.items())


@every_door
def test_a_span_without_attributes_at_all_stays_without(attach):
    made = span(max_span_attributes=0)

    assert attach(made, ONE) is emit.NO_ROOM

    assert dict(made.attributes) == {}


@pytest.mark.parametrize("attach", [emit.attach_to_open, emit.attach], ids=lambda door: door.__name__)
def test_an_ended_span_is_left_alone(attach, caplog):
    made = span()
    made.end()

    assert attach(made, ONE) is emit.ENDED

    assert dict(made.attributes) == {}
    assert caplog.records == []


@pytest.mark.parametrize("attach", [emit.attach_to_open, emit.attach], ids=lambda door: door.__name__)
def test_a_span_that_is_not_recorded_is_left_alone(attach):
    assert attach(INVALID_SPAN, ONE) is emit.ENDED


def test_a_span_of_another_layout_is_served_through_the_public_api():
    class OtherSpan:
        def __init__(self):
            self.attributes = {}

        def is_recording(self):
            return True

        def set_attributes(self, attributes):
            self.attributes.update(attributes)

    for attach in (emit.attach_to_open, emit.attach):
        made = OtherSpan()
        assert attach(made, ONE) is None
        assert made.attributes == ONE


def test_the_prepared_attributes_are_shared_and_never_changed():
    prepared = emit.exit_attributes(ExitOrigin((SITE, OUTER)))
    before = dict(prepared)

    for limits in ({}, {"max_span_attributes": 4}, {"max_span_attribute_length": 45}):
        made = span(**limits)
        for attach in DOORS:
            attach(made, prepared)
        made.set_attribute(names.CODE_LINE_NUMBER, 1)

    assert prepared == before


def test_the_open_door_waits_for_a_thread_that_is_writing():
    made = span()
    done = threading.Event()

    def work():
        emit.attach_to_open(made, ONE)
        done.set()

    with made._lock:
        thread = threading.Thread(target=work)
        thread.start()
        assert not done.wait(0.05)
    thread.join()
    assert dict(made.attributes) == ONE


def test_this_sdk_is_written_to_directly_and_the_trial_leaves_nothing_behind():
    """The canary of decision 0013: it fails when an SDK release keeps attributes in another way."""
    attach, why = emit.attach_at_start()

    assert attach is emit.attach_to_new
    assert why.startswith("directly")


def test_an_sdk_that_keeps_attributes_in_another_way_is_written_to_through_its_api(monkeypatch):
    class Other:
        """Stands where the SDK's class was, so no span has it."""

    monkeypatch.setattr(emit, "BoundedAttributes", Other)

    attach, why = emit.attach_at_start()

    assert attach is emit.attach
    assert why.startswith("public API")
