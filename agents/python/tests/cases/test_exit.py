"""Cases 25 to 35: which line an exit span names, on every stack that a call can stand on."""

import asyncio
import sys
from types import FunctionType

import border_tasks
import border_threads
import case_exits
import exit_shapes as sample
import exit_twin_a
import exit_twin_b
import pytest
from exit_support import Agent, Library, frame, frames_of
from flask import Flask
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.trace import SpanKind
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool


def at(mark, function, file="exit_shapes"):
    return frame(file, mark, function)


def test_case_25_a_client_and_a_producer_have_an_origin_and_other_kinds_have_none(agent):
    for kind in SpanKind:
        sample.plain(Library(agent.provider, kind).call)

    by_kind = {span.kind: "code.line.number" in span.attributes for span in agent.exporter.get_finished_spans()}
    assert by_kind == {kind: kind in (SpanKind.CLIENT, SpanKind.PRODUCER) for kind in SpanKind}


@pytest.mark.parametrize("depth", [1, 8, 64, 1000])
def test_case_26_library_frames_above_the_call_are_passed_over(agent, library, depth):
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)
    try:
        for _ in range(2):  # at first sight, and seen before
            sample.plain(lambda: library.deep(depth))
    finally:
        sys.setrecursionlimit(before)

    assert agent.origins() == [[at("plain", "plain")]] * 2


def test_case_27_a_stack_without_the_users_code_has_no_attributes_and_a_reason(agent, library):
    library.call()
    library.deep(50)

    assert agent.origins() == [[], []]
    assert agent.misses() == {"no-user-frame": 2}


@pytest.mark.parametrize("limit", [1, 2, 8, 20])
def test_case_28_no_more_frames_than_the_setting_says_innermost_first(walker, limit, not_samples):
    with Agent(max_frames=limit, walker=walker, exclude=not_samples) as agent:
        for _ in range(2):  # at first sight, and seen before
            sample.recursive(Library(agent.provider).call, 30)

        expected = [at("recursed", "recursive"), *[at("recursing", "recursive")] * 30]
        assert agent.origins() == [expected[:limit]] * 2


def test_case_29_through_awaits_every_awaiting_frame_is_there(agent, library):
    for _ in range(2):
        asyncio.run(sample.awaited_through(library.async_call))

    assert agent.origins() == [[at("awaited", "awaited"), at("awaited-caller", "awaited_through")]] * 2


@pytest.mark.parametrize(
    ("function", "mark"), [("gathered", "gathered"), ("as_task", "as-task"), ("within_a_time", "within-a-time")]
)
def test_case_29_a_librarys_coroutine_in_a_task_names_the_line_that_awaits_it(agent, library, function, mark):
    asyncio.run(getattr(border_tasks, function)(library.async_call))

    origins = agent.origins()
    assert origins == [[at(mark, function, "border_tasks")]] * (2 if mark == "gathered" else 1)


@pytest.mark.parametrize("function", ["never_awaited", "awaited_twice", "as_completed", "of_the_library_as_a_callback"])
def test_case_29_a_task_that_no_single_line_awaits_has_none_and_never_the_launcher(agent, library, function):
    call = library.call if function.endswith("callback") else library.async_call

    asyncio.run(getattr(border_tasks, function)(call))

    assert (agent.origins(), agent.misses()) == ([[]], {"launched-elsewhere": 1})


@pytest.mark.parametrize("function", ["to_thread", "in_executor"])
def test_case_29_a_library_function_sent_to_a_thread_by_a_coroutine_has_none(agent, library, function):
    asyncio.run(getattr(border_threads, function)(library.call))

    assert (agent.origins(), agent.misses()) == ([[]], {"launched-elsewhere": 1})


@pytest.mark.parametrize("function", ["submitted", "mapped", "in_a_thread", "in_a_pool_of_multiprocessing"])
def test_case_29_a_library_function_in_a_pool_or_a_thread_has_none(agent, library, function):
    getattr(border_threads, function)(library.call)

    assert (agent.origins(), agent.misses()) == ([[]], {"launched-elsewhere": 1})


@pytest.mark.parametrize("function", ["own_function_submitted", "own_function_in_a_thread"])
def test_case_29_the_users_own_function_in_a_pool_or_a_thread_is_the_origin(agent, library, function):
    getattr(border_threads, function)(library.call)

    assert agent.origins() == [[at("own", "own_function", "border_threads")]]


@pytest.fixture
def traced_engine(agent):
    """Makes an engine's statements spans of the agent's provider, by the real instrumentation."""
    instrumentor = SQLAlchemyInstrumentor()

    def traced(engine):
        instrumentor.instrument(engine=getattr(engine, "sync_engine", engine), tracer_provider=agent.provider)
        return engine

    yield traced
    instrumentor.uninstrument()


def test_case_30_sqlalchemys_asyncio_names_the_awaiting_line_through_its_greenlet(agent, traced_engine):
    engine = traced_engine(create_async_engine("sqlite+aiosqlite://"))

    async def twice():
        for _ in range(2):  # at first sight, and seen before
            await case_exits.asks_async(engine)
        await engine.dispose()

    asyncio.run(twice())

    statements = [span for span in agent.spans() if span.name.startswith("select")]
    assert [(span.attributes["code.line.number"], span.attributes["code.function.name"]) for span in statements] == [
        (place.line, place.function) for place in [at("asks-async", "asks_async", "case_exits")] * 2
    ]


@pytest.mark.parametrize(
    ("path", "mark", "function"),
    [
        ("/loads", "loads", "loads"),
        ("/lazily", "lazily", "lazily"),
        # No view, but nearer than the middleware.
        ("/through-a-hook", "hook", "answers_early"),
    ],
)
def test_case_31_a_users_middleware_is_not_chosen_when_a_nearer_user_frame_asks(
    agent, traced_engine, path, mark, function
):
    engine = traced_engine(create_engine("sqlite://", poolclass=StaticPool))
    client = case_exits.shop(Flask, engine).test_client()
    agent.forget()

    for _ in range(2):  # at first sight, and seen before
        assert client.get(path).status_code == 200

    items = [span for span in agent.spans() if "FROM item" in span.attributes.get("db.statement", "")]
    assert [frames_of(span) for span in items] == [[at(mark, f"shop.<locals>.{function}", "case_exits")]] * 2


def test_case_32_a_comprehension_names_its_line_whether_it_has_a_frame_of_its_own_or_not(agent, library):
    sample.in_a_comprehension(library.call)

    outer = at("comprehension", "in_a_comprehension")
    inner = at("comprehension", "in_a_comprehension.<locals>.<listcomp>")
    # From 3.12 on, a comprehension runs in the frame around it.
    own = [outer] if sys.version_info >= (3, 12) else [inner, outer]
    assert agent.origins() == [own] * 2


def test_case_32_a_generator_names_the_line_that_calls_and_then_the_one_that_pulls(agent, library):
    for _ in range(2):
        sample.pulling(library.call)

    assert agent.origins() == [[at("generator", "in_a_generator"), at("pulling", "pulling")]] * 2


def test_case_32_an_async_generator_of_a_library_names_the_line_that_pulls(agent, library):
    asyncio.run(sample.async_iteration(library.async_source))

    inner = at("async-for", "async_iteration.<locals>.<listcomp>")
    innermost = [] if sys.version_info >= (3, 12) else [inner]
    assert agent.origins() == [[*innermost, at("async-for", "async_iteration")]]


def test_case_33_equal_functions_in_two_files_name_their_own_file(agent, library):
    assert exit_twin_a.twin.__code__ == exit_twin_b.twin.__code__

    for _ in range(2):
        exit_twin_a.twin(library.call)
        exit_twin_b.twin(library.call)

    assert agent.origins() == [[at("twin", "twin", "exit_twin_a")], [at("twin", "twin", "exit_twin_b")]] * 2


def test_case_34_functions_made_at_one_address_after_another_name_their_own_lines(agent, library):
    addresses, original = set(), sample.plain.__code__
    for line in range(1, 301):
        function = FunctionType(original.replace(co_firstlineno=line), {"__name__": "made"})
        addresses.add(id(function.__code__))
        function(library.call)
        del function

    assert len(addresses) < 300, "no address was used again, so nothing was shown"
    assert [frames[0].line for frames in agent.origins()] == list(range(2, 302))


def test_case_34_a_module_that_is_loaded_and_dropped_over_and_over_names_its_own_lines(agent, library, tmp_path):
    """Whole modules, so that several code objects die at once and others of them take each other's addresses."""
    file = tmp_path / "plugin.py"
    addresses, expected = [], []
    for number in range(60):
        source = "\n" * (number % 7) + "def outer(call):\n    return inner(call)\n\ndef inner(call):\n    call()\n"
        namespace = {"__name__": "plugin"}
        exec(compile(source, str(file), "exec"), namespace)
        addresses.append(id(namespace["inner"].__code__))
        namespace["outer"](library.call)
        expected.append([number % 7 + 5, number % 7 + 2])
        namespace.clear()

    assert len(set(addresses)) < 60, "no address was used again, so nothing was shown"
    assert [[found.line for found in origin] for origin in agent.origins()] == expected


def test_case_35_two_calls_on_a_line_share_their_origin(agent, library):
    sample.twice_on_a_line(library.call)

    assert agent.origins() == [[at("twice", "twice_on_a_line")]] * 2


def test_case_35_two_sites_of_a_function_have_two_origins_each_time(agent, library):
    for _ in range(2):
        sample.two_sites(library.call)

    assert agent.origins() == [[at("first-site", "two_sites")], [at("second-site", "two_sites")]] * 2
