"""The line that an exit origin names in shapes beyond those of the numbered cases (tests/cases/test_exit.py)."""

import asyncio
import contextlib
import functools

import exit_shapes as sample
import pytest
from exit_support import Library, frame

FILE = "exit_shapes"


@pytest.fixture(params=["first sight", "seen before"], autouse=True)
def sight(request):
    """Each claim is shown twice: what a walk learns at the first sight of a chain it must also find again."""
    return request.param


@pytest.fixture
def agent(shared_agent):
    shared_agent.forget()
    return shared_agent


def at(mark, function):
    return frame(FILE, mark, function)


def test_a_call_by_a_partial_names_its_line(agent, library):
    sample.by_partial(library.call)

    assert agent.origins() == [[at("partial", "by_partial")]]


@pytest.mark.parametrize("depth", [1, 3, 50])
def test_recursion_lists_the_frames_that_fit(agent, library, depth):
    sample.recursive(library.call, depth)

    expected = [at("recursed", "recursive"), *[at("recursing", "recursive")] * depth][:8]
    assert agent.origins() == [expected]


@pytest.mark.parametrize(
    ("function", "inner", "mark"),
    [("in_a_lambda", "in_a_lambda.<locals>.<lambda>", "lambda"), ("by_map", "by_map.<locals>.<lambda>", "map")],
)
def test_a_lambda_is_a_frame_of_its_own(agent, library, function, inner, mark):
    getattr(sample, function)(library.call)

    assert agent.origins() == [[at(mark, inner), at(mark, function)]]


def test_methods_and_nested_functions_have_qualified_names(agent, library):
    cart = sample.Cart()
    cart.pay(library.call)
    sample.Cart.made(library.call)
    cart.call = library.call
    _ = cart.price

    assert agent.origins() == [
        [at("nested", "Cart.pay.<locals>.attempt"), at("nesting", "Cart.pay")],
        [at("classmethod", "Cart.made")],
        [at("property", "Cart.price")],
    ]


def test_frames_of_the_standard_library_between_are_left_out(agent, library):
    sample.context_manager(library.call)

    assert agent.origins() == [[at("managed", "managed"), at("entering", "context_manager")]]


def test_a_callback_that_a_library_calls_is_the_origin_and_its_giver_comes_next(agent, library):
    sample.caller_of_a_callback(library.with_callback)

    callback = at("callback", "caller_of_a_callback.<locals>.<lambda>")
    assert agent.origins() == [[callback, at("callback", "caller_of_a_callback")]]


def test_a_task_of_the_users_own_coroutine_ends_at_that_coroutine(agent, library):
    asyncio.run(sample.in_own_task(library.async_call))

    assert agent.origins() == [[at("own-task", "in_own_task.<locals>.work")]]


def test_an_event_loop_without_frames_of_its_own_is_not_asked_for_anything(agent, library):
    """As uvloop's: the frame below the coroutine is whoever started the loop, who may have made calls of his own."""
    # By partial, since the offset of a call differs between a callee in Python and one in C, as `send` is.
    sample.middleware(functools.partial(library.call), None)
    assert agent.origins() == [[at("middleware", "middleware")]]
    coroutine = library.async_call()

    with contextlib.suppress(StopIteration):
        while True:
            sample.middleware(coroutine.send, None)

    assert agent.origins() == [[]]
    assert agent.misses() == {"launched-elsewhere": 1}


@pytest.mark.parametrize("make", ["asyncio", "uvloop"])
def test_whoever_runs_a_loop_is_not_asked_for_what_runs_on_it(agent, library, make):
    loop = pytest.importorskip(make).new_event_loop()

    sample.on_a_loop(loop, library.async_call())
    sample.on_a_loop(loop, sample.awaited(library.async_call))
    loop.close()

    assert agent.origins() == [[], [at("awaited", "awaited")]]
    assert agent.misses() == {"launched-elsewhere": 1}


def test_middleware_beyond_a_dispatcher_is_not_among_the_frames(agent):
    dispatcher = Library(agent.provider, file="flask/app.py")
    library = Library(agent.provider)

    sample.middleware(lambda call: dispatcher.handle(sample.plain, call), library.call)

    assert agent.origins() == [[at("plain", "plain")]]


def test_a_call_that_the_framework_made_is_not_blamed_on_middleware(agent):
    dispatcher = Library(agent.provider, file="flask/app.py")
    library = Library(agent.provider)

    sample.middleware(lambda call: dispatcher.handle(call), library.call)

    assert agent.origins() == [[]]
    assert agent.misses() == {"launched-elsewhere": 1}
