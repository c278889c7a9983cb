"""A library's coroutine that runs as a task has the origin of the user's line that awaits it; never a wrong one."""

import asyncio
import gc
import sys
import threading
import weakref

import border_tasks as sample
import pytest
from exit_support import Agent, Library, frame
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from spanorigin import names

FILE = "border_tasks"


def at(mark, function):
    return frame(FILE, mark, function)


@pytest.mark.parametrize(
    ("function", "mark", "spans"),
    [
        ("gathered", "gathered", 2),
        ("gathered_before_it_is_awaited", "awaiting-both", 2),
        ("as_task", "as-task", 1),
        ("within_a_time", "within-a-time", 1),
        ("shielded", "shielded", 1),
        ("waited_for", "waited-for", 1),
        ("nested", "nested", 1),
    ],
)
def test_the_line_that_awaits_the_task_is_the_origin(agent, library, function, mark, spans):
    for _ in range(2):  # at first sight, and seen before
        asyncio.run(getattr(sample, function)(library.async_call))

        assert agent.origins() == [[at(mark, function)]] * spans
    assert agent.misses() == {}


def test_uvloop_runs_the_same_tasks(agent, library):
    uvloop = pytest.importorskip("uvloop")
    loop = uvloop.new_event_loop()

    sample.on_a_loop(loop, sample.gathered(library.async_call))
    sample.on_a_loop(loop, sample.nested(library.async_call))
    sample.on_a_loop(loop, library.async_call())
    loop.close()

    assert agent.origins() == [*[[at("gathered", "gathered")]] * 2, [at("nested", "nested")], []]


def test_the_frames_that_await_the_awaiting_one_come_next(agent, library):
    asyncio.run(sample.through_a_function_of_its_own(library.async_call))

    assert agent.origins() == [[at("gathered", "gathered"), at("through", "through_a_function_of_its_own")]] * 2


def test_the_awaiting_frames_end_at_their_own_task(agent, library):
    asyncio.run(sample.own_tasks_around(library.async_call))

    assert agent.origins() == [[at("own-task", "own_tasks_around.<locals>.work")]] * 2


def test_such_an_origin_is_marked_and_others_are_not(agent, library):
    asyncio.run(sample.as_task(library.async_call))
    asyncio.run(sample.awaiting(library.async_call()))

    inherited, on_the_stack = agent.spans()
    assert inherited.attributes[names.ORIGIN_INHERITED] == "task"
    assert names.ORIGIN_INHERITED not in on_the_stack.attributes


@pytest.mark.parametrize(
    "function", ["busy_with_something_else", "never_awaited", "awaited_twice", "as_completed", "pulling_a_generator"]
)
def test_a_task_that_no_single_line_of_the_users_awaits_has_no_origin(agent, library, function):
    asyncio.run(getattr(sample, function)(library.async_call))

    assert agent.origins() == [[]]
    assert agent.misses() == {"launched-elsewhere": 1}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="TaskGroup came with 3.11")
def test_a_group_of_tasks_does_not_say_which_line_asked_for_one(agent, library):
    asyncio.run(sample.in_a_group(library.async_call))

    assert agent.origins() == [[]]
    assert agent.misses() == {"launched-elsewhere": 1}


_SERVICE = """
import asyncio

async def gathers(async_call):
    await asyncio.gather(async_call())

def plainly(async_call):
    return asyncio.gather(async_call())
"""


def test_a_library_that_awaits_its_own_task_is_not_answered_for_by_the_code_that_awaits_the_library(agent, library):
    """Main code awaits a server, and the server its tasks: main asked for none of their calls."""
    service = {}
    exec(compile(_SERVICE, library.call.__code__.co_filename.replace("client", "service"), "exec"), service)

    asyncio.run(sample.awaiting(service["gathers"](library.async_call)))

    assert agent.origins() == [[]]


def test_a_server_between_the_task_and_the_call_asked_for_it_itself(agent):
    server = Library(agent.provider, file="uvicorn/server.py")

    asyncio.run(sample.as_task(server.async_call))

    assert agent.origins() == [[]]
    assert agent.misses() == {"launched-elsewhere": 1}


def test_a_callback_of_the_users_is_the_origin_itself_and_a_librarys_has_none(agent, library):
    asyncio.run(sample.from_a_callback(library.call))
    asyncio.run(sample.of_the_library_as_a_callback(library.call))

    assert agent.origins() == [[at("callback", "from_a_callback.<locals>.<lambda>")], []]


def test_a_task_on_another_threads_loop_has_no_origin(agent, library):
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    asyncio.run(sample.from_another_loop(library.async_call, loop))
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()

    assert agent.origins() == [[]]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with 3.12")
def test_an_eager_task_names_the_line_it_starts_in_and_later_the_one_that_awaits_it(agent, library):
    loop = asyncio.new_event_loop()
    loop.set_task_factory(asyncio.eager_task_factory)

    loop.run_until_complete(sample.as_task(library.async_call))
    loop.close()

    assert agent.origins() == [[at("as-task", "as_task")]]


def test_many_tasks_at_once_keep_their_own_lines(agent, library):
    async def many():
        shapes = [sample.gathered, sample.as_task, sample.shielded, sample.never_awaited]
        await asyncio.gather(*(shapes[number % 4](library.async_call) for number in range(80)))

    asyncio.run(many())

    lines = [tuple(origin) for origin in agent.origins()]
    expected = {
        (at("gathered", "gathered"),): 40,
        (at("as-task", "as_task"),): 20,
        (at("shielded", "shielded"),): 20,
        (): 20,
    }
    assert {line: lines.count(line) for line in set(lines)} == expected


def test_neither_tasks_nor_coroutines_nor_their_frames_are_kept(agent, library):
    held = []

    class Marked:
        pass

    async def awaits():
        marked = Marked()
        held.append(weakref.ref(marked))
        await sample.gathered(library.async_call)

    gc.disable()
    try:
        asyncio.run(awaits())
        assert held[0]() is None
    finally:
        gc.enable()


def test_what_the_program_does_when_a_task_is_done_is_not_run(agent, library):
    seen = []

    class Callback:
        def __call__(self, task):
            seen.append("called")

        def __getattribute__(self, name):
            seen.append(name)
            return object.__getattribute__(self, name)

    async def with_a_callback():
        task = asyncio.ensure_future(library.async_call())
        task.add_done_callback(Callback())
        await sample.awaiting(task)

    asyncio.run(with_a_callback())

    assert len(agent.origins()[0]) == 1
    assert seen == ["called"]


def test_limits_on_attributes_are_kept(walker):
    for limit in range(1, 8):
        provider = TracerProvider(span_limits=SpanLimits(max_span_attributes=limit), shutdown_on_exit=False)
        with Agent(provider, walker=walker, exclude=("*/tests/borders/*", "*/tests/exit/*")) as agent:
            asyncio.run(sample.through_a_function_of_its_own(Library(provider).async_call))

            for span in agent.spans():
                assert span.attributes["peer"] == "there"
                assert (names.ORIGIN_TYPE in span.attributes) == (limit >= 6)
                assert (names.ORIGIN_INHERITED in span.attributes) == (limit >= 6)
                assert (names.ORIGIN_FRAMES in span.attributes) == (limit >= 7)
