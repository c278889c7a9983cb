"""A library's function that runs in a thread or a pool has no origin and a reason; the user's own function has one."""

import asyncio
import inspect
import multiprocessing
import os

import border_threads as sample
import pytest
from exit_support import frame


def run(function, call):
    if inspect.iscoroutinefunction(function):
        asyncio.run(function(call))
    else:
        function(call)


@pytest.mark.parametrize(
    "function",
    ["to_thread", "in_executor", "submitted", "mapped", "in_a_pool_of_multiprocessing", "in_a_thread", "later"],
)
def test_a_library_function_in_a_thread_has_no_origin_and_a_reason(agent, library, function):
    for _ in range(2):  # at first sight, and seen before
        run(getattr(sample, function), library.call)

    assert agent.origins() == [[], []]
    assert agent.misses() == {"launched-elsewhere": 2}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process that is not forked does not inherit the agent")
def test_a_library_function_in_a_forked_process_has_no_origin(agent, library):
    ours, childs = multiprocessing.Pipe()

    def call_and_tell():
        library.call()
        childs.send((agent.origins(), agent.misses()))

    sample.in_a_process(call_and_tell)

    assert ours.recv() == ([[]], {"launched-elsewhere": 1})


@pytest.mark.parametrize(
    ("function", "mark", "inner"),
    [
        ("own_function_submitted", "own", "own_function"),
        ("own_function_to_thread", "own", "own_function"),
        ("own_function_in_a_thread", "own", "own_function"),
        ("own_thread_class", "run", "Worker.run"),
    ],
)
def test_the_users_own_function_is_the_origin_and_the_last_frame(agent, library, function, mark, inner):
    run(getattr(sample, function), library.call)

    assert agent.origins() == [[frame("border_threads", mark, inner)]]
