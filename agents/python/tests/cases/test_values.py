"""Cases 1 to 4: what an origin says, and of which type."""

import asyncio
import importlib
import sys
from pathlib import Path

import case_web
import exit_shapes as sample
import pytest
from case_support import Program, entry_at
from exit_support import Agent, Library, frame
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.trace import SpanKind


@pytest.mark.parametrize(
    ("view", "mark", "qualified_name"),
    [
        (case_web.plain, "plain", "plain"),
        (case_web.make_nested(), "nested", "make_nested.<locals>.nested"),
        (case_web.Shop().bound, "bound", "Shop.bound"),
        (case_web.anonymous, "anonymous", "<lambda>"),
        (case_web.decorated, "decorated", "decorated"),
    ],
    ids=["function", "nested", "method", "lambda", "decorated"],
)
def test_case_01_an_entry_names_type_file_def_line_module_and_qualified_name(view, mark, qualified_name, not_samples):
    with Program(attributes="both", exclude=not_samples) as program:
        program.ask(program.flask(case_web.flask_app(view=view)), "/view")

        [span] = program.spans(SpanKind.SERVER)
    place = entry_at(case_web, mark, qualified_name)
    assert Path(place.file).is_absolute()
    assert {
        name: value for name, value in span.attributes.items() if name.startswith(("code.", "spanorigin", "_dd"))
    } == {
        "spanorigin.type": "entry",
        "code.file.path": place.file,
        "code.line.number": place.line,
        "code.function.name": f"case_web.{qualified_name}",
        "_dd.code_origin.type": "entry",
        "_dd.code_origin.frames.0.file": place.file,
        "_dd.code_origin.frames.0.line": str(place.line),
        "_dd.code_origin.frames.0.type": "case_web",
        "_dd.code_origin.frames.0.method": qualified_name,
    }


@pytest.mark.parametrize(
    ("function", "mark"), [("plain", "plain"), ("over_lines", "over-lines"), ("in_a_loop", "loop")]
)
def test_case_02_an_exit_names_the_line_that_calls(agent, library, function, mark):
    for _ in range(2):  # at first sight, and seen before
        getattr(sample, function)(library.call)

        origins = agent.origins()
        assert origins == [[frame("exit_shapes", mark, function)]] * len(origins)
    assert len(origins) == (3 if mark == "loop" else 1)


def test_case_02_a_chain_of_calls_over_lines_names_the_line_of_the_last(agent, library):
    sample.chained(library.Builder())

    assert agent.origins() == [[frame("exit_shapes", "chained", "chained")]]


def test_case_02_a_function_that_is_edited_and_loaded_again_names_its_new_line(agent, library, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    source = "def work(call):\n    call()\n"
    lines = []
    for added in (0, 1, 5):
        (tmp_path / "case_edited.py").write_text("\n" * added + source)
        edited = importlib.reload(sys.modules["case_edited"]) if added else importlib.import_module("case_edited")
        edited.work(library.call)
        [[found]] = agent.origins()
        lines.append(found.line)
    del sys.modules["case_edited"]

    assert lines == [2, 3, 7]


@pytest.mark.parametrize("kind", [SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CONSUMER])
def test_case_03_a_span_that_is_neither_has_nothing(agent, kind):
    sample.plain(Library(agent.provider, kind).call)

    [span] = agent.spans(kind)
    assert dict(span.attributes) == {"peer": "there"}


def test_case_04_a_line_is_an_integer_in_opentelemetrys_form_on_the_wire_too(agent, library):
    sample.plain(library.call)
    asyncio.run(sample.awaited(library.async_call))

    spans = agent.spans()
    sent = encode_spans(spans).resource_spans[0].scope_spans[0].spans
    lines = [pair.value for span in sent for pair in span.attributes if pair.key == "code.line.number"]
    assert [line.WhichOneof("value") for line in lines] == ["int_value"] * 2
    assert [line.int_value for line in lines] == [span.attributes["code.line.number"] for span in spans]


def test_case_04_everything_is_a_string_in_datadogs_form(walker, not_samples):
    with Agent(attributes="datadog", walker=walker, exclude=not_samples) as agent:
        sample.recursive(Library(agent.provider).call, 2)

        [span] = agent.spans()
    tags = {name: value for name, value in span.attributes.items() if name.startswith("_dd.code_origin.")}
    assert set(map(type, tags.values())) == {str}
    assert [tags[f"_dd.code_origin.frames.{number}.line"] for number in range(3)] == [
        str(frame("exit_shapes", mark, "recursive").line) for mark in ("recursed", "recursing", "recursing")
    ]
    assert not any(name.startswith("code.") for name in span.attributes)
