"""Origins in Datadog's form, alone and beside OpenTelemetry's: what is written, and what is never lost for it."""

import exit_shapes as sample
import pytest
from exit_support import SAMPLES, Agent, Library, frame
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.trace import SpanKind
from spanorigin import agent as house
from spanorigin import emit, names
from spanorigin.forms import FORMS
from spanorigin.model import EntryOrigin, ExitOrigin, LineNumber, Site
from spanorigin.settings import Settings

EXCLUDED = ("*/tests/forms/*", "*/tests/exit/*")
PAY = Site("/srv/shop/pay.py", LineNumber(88), "app.pay.Cart.pay", "app.pay")
VIEW = Site("/srv/shop/my views.py", LineNumber(7), "app.views.show.<locals>.<lambda>", "app.views")
SCRIPT = Site("/srv/job.py", LineNumber(1), "<module>")
OTEL = ("code.", "spanorigin.")
DATADOG = "_dd.code_origin."


def parts(form, *prefixes):
    return {name: value for name, value in form.items() if name.startswith(prefixes)}


def test_datadogs_form_has_four_strings_for_each_frame_innermost_first():
    assert FORMS["datadog"].for_exit(ExitOrigin((PAY, VIEW, SCRIPT))) == {
        "_dd.code_origin.type": "exit",
        "_dd.code_origin.frames.0.file": "/srv/shop/pay.py",
        "_dd.code_origin.frames.0.line": "88",
        "_dd.code_origin.frames.0.type": "app.pay",
        "_dd.code_origin.frames.0.method": "Cart.pay",
        "_dd.code_origin.frames.1.file": "/srv/shop/my views.py",
        "_dd.code_origin.frames.1.line": "7",
        "_dd.code_origin.frames.1.type": "app.views",
        "_dd.code_origin.frames.1.method": "show.<locals>.<lambda>",
        "_dd.code_origin.frames.2.file": "/srv/job.py",
        "_dd.code_origin.frames.2.line": "1",
        "_dd.code_origin.frames.2.type": "",
        "_dd.code_origin.frames.2.method": "<module>",
    }


def test_an_entry_has_frame_0_alone():
    written = FORMS["datadog"].for_entry(EntryOrigin(PAY))

    assert written["_dd.code_origin.type"] == "entry"
    assert {name.split(".")[3] for name in written if ".frames." in name} == {"0"}


def test_a_module_whose_name_ends_as_a_class_begins_is_told_from_it():
    site = Site("/a.py", LineNumber(1), "app.app.App", "app")

    assert FORMS["datadog"].for_entry(EntryOrigin(site))["_dd.code_origin.frames.0.method"] == "app.App"


def test_both_is_the_one_and_the_other():
    origin = ExitOrigin((PAY, VIEW), inherited="task")

    assert FORMS["both"].for_exit(origin) == {**FORMS["otel"].for_exit(origin), **FORMS["datadog"].for_exit(origin)}
    assert FORMS["datadog"].for_exit(origin)["spanorigin.inherited"] == "task"


@pytest.mark.parametrize("form", ["datadog", "both"])
def test_the_agent_writes_the_form_it_was_told_with_each_walker(walker, form):
    with Agent(walker=walker, attributes=form, exclude=EXCLUDED) as agent:
        library = Library(agent.provider)
        for _ in range(2):  # at first sight, and seen before
            sample.context_manager(library.call)

    first, second = (dict(span.attributes) for span in agent.spans())
    assert first == second
    managed, entering = (frame("exit_shapes", mark, "").line for mark in ("managed", "entering"))
    file = str(SAMPLES / "exit_shapes.py")
    assert parts(first, DATADOG) == {
        "_dd.code_origin.type": "exit",
        "_dd.code_origin.frames.0.file": file,
        "_dd.code_origin.frames.0.line": str(managed),
        "_dd.code_origin.frames.0.type": "exit_shapes",
        "_dd.code_origin.frames.0.method": "managed",
        "_dd.code_origin.frames.1.file": file,
        "_dd.code_origin.frames.1.line": str(entering),
        "_dd.code_origin.frames.1.type": "exit_shapes",
        "_dd.code_origin.frames.1.method": "context_manager",
    }
    assert parts(first, *OTEL).get("code.line.number") == (managed if form == "both" else None)
    assert first["peer"] == "there"


@pytest.mark.parametrize("form", ["otel", "datadog", "both"])
@pytest.mark.parametrize("name", ["code.file.path", "code.lineno", "_dd.code_origin.type"])
def test_what_the_program_set_is_left_alone(walker, form, name):
    with Agent(walker=walker, attributes=form, exclude=EXCLUDED) as agent:
        sample.plain(Library(agent.provider, attributes={name: "mine"}).call)

    [span] = agent.spans()
    if form == "otel" and name == "_dd.code_origin.type":
        assert span.attributes[name] == "mine"  # nothing of ours is called that, so there is room for both
        assert span.attributes["spanorigin.type"] == "exit"
    else:
        assert dict(span.attributes) == {name: "mine"}


def test_every_name_of_the_programs_begins_as_the_walkers_in_c_look_for():
    assert all(name.startswith(emit.PREFIXES) for name in {*emit.PROGRAMS, names.DATADOG_TYPE})


@pytest.mark.parametrize("form", ["datadog", "both"])
@pytest.mark.parametrize("room", range(16))
def test_whole_frames_are_left_out_where_the_limit_on_the_count_has_no_room(walker, form, room):
    provider = TracerProvider(span_limits=SpanLimits(max_span_attributes=1 + room), shutdown_on_exit=False)
    with Agent(provider, walker=walker, attributes=form, exclude=EXCLUDED) as agent:
        sample.context_manager(Library(provider).call)

    [span] = agent.spans()
    assert span.attributes["peer"] == "there"
    assert span.dropped_attributes == 0
    written = parts(span.attributes, DATADOG)
    least = {"datadog": 5, "both": 9}[form]
    with_frames = {"datadog": 9, "both": 14}[form]
    assert len(written) == (0 if room < least else 5 if room < with_frames else 9)


@pytest.mark.parametrize("length", [3, 20, 200])
def test_what_the_limit_on_length_would_cut_is_left_out(walker, length):
    provider = TracerProvider(span_limits=SpanLimits(max_span_attribute_length=length), shutdown_on_exit=False)
    with Agent(provider, walker=walker, attributes="datadog", exclude=EXCLUDED) as agent:
        sample.context_manager(Library(provider).call)

    [span] = agent.spans()
    assert len(parts(span.attributes, DATADOG)) == (9 if length == 200 else 0)


def test_an_outer_frame_that_is_too_long_takes_those_behind_it_along():
    provider = TracerProvider(span_limits=SpanLimits(max_span_attribute_length=20), shutdown_on_exit=False)
    span = provider.get_tracer("forms").start_span("x")

    assert emit.attach_to_new(span, FORMS["datadog"].for_exit(ExitOrigin((PAY, VIEW, PAY)))) is None

    assert {name.split(".")[3] for name in span.attributes if ".frames." in name} == {"0"}


@pytest.mark.parametrize(
    ("form", "on_the_root", "on_the_handlers_own"),
    [
        ("otel", {"spanorigin.type"}, set()),
        ("datadog", {"_dd.code_origin.type"}, {"_dd.code_origin.type"}),
        ("both", {"spanorigin.type", "_dd.code_origin.type"}, {"_dd.code_origin.type"}),
    ],
)
def test_an_entry_is_on_the_local_root_and_in_datadogs_form_on_the_handlers_own_span(
    form, on_the_root, on_the_handlers_own
):
    provider = TracerProvider(shutdown_on_exit=False)
    house.install(provider, settings=Settings(attributes=form, exclude=EXCLUDED))
    try:
        recorder = _recorder()
        tracer = provider.get_tracer("forms")
        with (
            tracer.start_as_current_span("root", kind=SpanKind.SERVER) as root,
            tracer.start_as_current_span("between") as between,
            tracer.start_as_current_span("own") as own,
        ):
            recorder.on_handler(sample.plain)
            recorder.on_handler(sample.chained)  # an inner handler changes nothing
        misses = house.status().misses
    finally:
        house.uninstall()

    types = {names.ORIGIN_TYPE, names.DATADOG_TYPE}
    assert types & set(root.attributes) == on_the_root
    assert types & set(own.attributes) == on_the_handlers_own
    assert not between.attributes
    assert misses == {}
    line = str(sample.plain.__code__.co_firstlineno)
    for span in (root, own):
        assert span.attributes.get("_dd.code_origin.frames.0.line", line) == line
        assert span.attributes.get("_dd.code_origin.frames.0.type", "exit_shapes") == "exit_shapes"


def _recorder():
    """The recorder of the running agent, as its frameworks were handed it."""
    return house._Process.running.recorder


@pytest.mark.parametrize("form", ["datadog", "both"])
def test_merged_at_export_the_bytes_are_the_encoders_own(form):
    trace_encoder = pytest.importorskip("opentelemetry.exporter.otlp.proto.common._internal.trace_encoder")
    plain = trace_encoder.encode_spans
    with Agent(attributes=form, exclude=EXCLUDED) as agent:
        library = Library(agent.provider)
        for _ in range(3):
            sample.context_manager(library.call)
            sample.plain(library.call)
        spans = agent.spans()
        # The first batch that names a file tells of its content as well, which no encoder does.
        trace_encoder.encode_spans(spans)
        merged = [trace_encoder.encode_spans(spans).SerializePartialToString() for _ in range(2)]
        assert house._Process.running.exporting.batches_merged == 3

    assert merged == [plain(spans).SerializePartialToString()] * 2
