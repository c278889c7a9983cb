"""Cases 39 to 42: the SDK's limits, what the program set itself, and who may switch capture."""

import dataclasses
import importlib.util
import itertools

import case_web
import exit_shapes as sample
import pytest
from case_support import NOT_SAMPLES, Program, entry_at
from exit_support import Agent, Library, frame
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.trace import SpanKind
from spanorigin import agent as house
from spanorigin import names
from spanorigin.settings import Settings
from spanorigin.switches import Wish

#: What an exit needs beside the one attribute of the library's own.
WHOLE = 1 + 4


@pytest.mark.parametrize("limit", range(1, 8))
def test_case_39_an_exit_fits_below_the_limit_of_attributes_or_is_left_out(walker, limit):
    provider = TracerProvider(span_limits=SpanLimits(max_span_attributes=limit), shutdown_on_exit=False)
    with Agent(provider, walker=walker, exclude=NOT_SAMPLES) as agent:
        for _ in range(2):  # at first sight, and seen before
            sample.recursive(Library(provider).call, 3)

        for span in agent.spans():
            assert span.attributes["peer"] == "there"
            assert (names.ORIGIN_TYPE in span.attributes) == (limit >= WHOLE)
            assert (names.ORIGIN_FRAMES in span.attributes) == (limit > WHOLE)
            assert (len(span.attributes), span.dropped_attributes) == (
                min(limit, WHOLE + 1) if limit >= WHOLE else 1,
                0,
            )
        assert agent.misses() == ({} if limit >= WHOLE else {"attribute-limit": 2})


@pytest.mark.parametrize("spare", [-1, 0, 200, 20_000])
def test_case_39_no_value_is_cut_by_the_limit_of_their_length(walker, spare):
    """A path that were cut would name another file; of the outer frames those that fit are kept whole."""
    length = len(sample.__file__) + spare
    provider = TracerProvider(span_limits=SpanLimits(max_span_attribute_length=length), shutdown_on_exit=False)
    with Agent(provider, walker=walker, exclude=NOT_SAMPLES) as agent:
        sample.recursive(Library(provider).call, 20)

        [span] = agent.spans()
    if spare < 0:
        assert dict(span.attributes) == {"peer": "there"}
        return
    line = frame("exit_shapes", "recursing", "recursive").line
    outer = f"{sample.__file__}:{line} exit_shapes.recursive"
    assert span.attributes[names.CODE_FILE_PATH] == sample.__file__
    frames = span.attributes.get(names.ORIGIN_FRAMES, "").splitlines()
    assert frames[1:] == [outer] * (len(frames) - 1)
    assert len(frames) == {0: 0, 200: min(8, (length + 1) // (len(outer) + 1)), 20_000: 8}[spare]


@pytest.mark.parametrize("limit", [3, 30])
def test_case_39_an_entry_fits_or_is_left_out(limit):
    provider = TracerProvider(span_limits=SpanLimits(max_span_attributes=limit), shutdown_on_exit=False)
    with Program(provider, exclude=NOT_SAMPLES) as program:
        assert program.ask(program.flask(case_web.flask_app(plain=case_web.plain)), "/plain") == [200]

        assert program.entries() == [entry_at(case_web, "plain") if limit == 30 else None]


@pytest.mark.parametrize(
    "name", ["code.file.path", "code.line.number", "code.function.name", "code.filepath", "code.lineno"]
)
def test_case_40_an_exit_that_says_itself_where_it_comes_from_stays_as_it_is(agent, name):
    own = {name: 7 if "line" in name else "mine"}

    for _ in range(2):
        sample.plain(Library(agent.provider, attributes=own).call)

    assert [dict(span.attributes) for span in agent.spans()] == [own] * 2
    assert agent.misses() == {"set-by-the-program": 2}


def test_case_40_an_entry_that_says_itself_where_it_comes_from_stays_as_it_is(program):
    with program.provider.get_tracer("x").start_as_current_span(
        "request", kind=SpanKind.SERVER, attributes={"code.file.path": "mine.py"}
    ):
        case_web.flask_app(plain=case_web.plain).test_client().get("/plain")

    [span] = program.spans(SpanKind.SERVER)
    assert dict(span.attributes) == {"code.file.path": "mine.py"}


def test_case_40_what_the_program_sets_later_stands(agent):
    span = agent.provider.get_tracer("x").start_span
    made = []
    sample.middleware(lambda _: made.append(span("call", kind=SpanKind.CLIENT)), None)

    made[0].set_attribute("code.line.number", 1)
    made[0].end()

    assert agent.spans()[0].attributes["code.line.number"] == 1


SAID = (None, False, True)
VARIABLES = ("SPANORIGIN_ENABLED", "DD_CODE_ORIGIN_FOR_SPANS_ENABLED")


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(("environment", "remote", "code"), list(itertools.product(SAID, repeat=3)))
def test_case_41_false_in_the_environment_beats_remote_which_beats_code_and_none_is_no_word(
    variable, environment, remote, code
):
    settings = Settings.from_environment({} if environment is None else {variable: str(environment).lower()})
    agent = Agent()
    agent.settings = dataclasses.replace(settings, exclude=NOT_SAMPLES, door="off")
    with agent:
        house.switch(Wish(enabled=code))
        house.switch(Wish(enabled=remote), "the server", remote=True)
        house.switch(Wish(enabled=None), "the server", remote=True)  # a message without an opinion

        sample.plain(Library(agent.provider).call)

        captured = [bool(origin) for origin in agent.origins()]
    wanted = code if remote is None else remote
    assert captured == [environment is not False and wanted is not False]


def test_case_41_our_variable_wins_over_datadogs():
    environ = {"SPANORIGIN_ENABLED": "true", "DD_CODE_ORIGIN_FOR_SPANS_ENABLED": "false"}

    assert Settings.from_environment(environ).enabled is True


def test_case_41_a_remote_word_takes_hold_of_calls_that_are_under_way(agent, library):
    def switched(call):
        call()
        house.switch(Wish(exit=False), "the server", remote=True)
        call()
        house.switch(Wish(exit=None), "the server", remote=True)
        call()
        house.switch(Wish(exit=True), "the server", remote=True)
        call()

    sample.middleware(switched, library.call)

    assert [bool(origin) for origin in agent.origins()] == [True, False, False, True]


def test_case_42_there_are_no_live_sessions_yet():
    """Snapshots and the levels of sessions come with live debugging. Then this fails, and the case gets its tests."""
    assert importlib.util.find_spec("spanorigin.probes") is None
    assert not any("snapshot" in value for value in vars(names).values() if isinstance(value, str))
