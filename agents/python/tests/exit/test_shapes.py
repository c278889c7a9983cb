"""The line that an exit origin names, in every shape a call can have."""

import asyncio
import contextlib
import functools
import sys

import exit_shapes as sample
import exit_twin_a
import exit_twin_b
import pytest
from exit_support import Library, frame
from opentelemetry.trace import SpanKind

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


@pytest.mark.parametrize(
    ("function", "mark"),
    [("plain", "plain"), ("over_lines", "over-lines"), ("by_partial", "partial")],
)
def test_a_call_names_its_line(agent, library, function, mark):
    getattr(sample, function)(library.call)

    assert agent.origins() == [[at(mark, function)]]


def test_a_chain_over_several_lines_names_the_line_of_its_last_call(agent, library):
    sample.chained(library.Builder())

    assert agent.origins() == [[at("chained", "chained")]]


def test_a_loop_names_one_line_each_time(agent, library):
    sample.in_a_loop(library.call)

    assert agent.origins() == [[at("loop", "in_a_loop")]] * 3


def test_a_comprehension_names_its_line_whether_it_has_a_frame_of_its_own_or_not(agent, library):
    sample.in_a_comprehension(library.call)

    outer = at("comprehension", "in_a_comprehension")
    inner = at("comprehension", "in_a_comprehension.<locals>.<listcomp>")
    own = [outer] if sys.version_info >= (3, 12) else [inner, outer]
    assert agent.origins() == [own] * 2


def test_a_generator_names_the_line_that_called_and_then_the_one_that_pulled(agent, library):
    sample.pulling(library.call)

    assert agent.origins() == [[at("generator", "in_a_generator"), at("pulling", "pulling")]]


def test_two_calls_on_a_line_share_their_origin(agent, library):
    sample.twice_on_a_line(library.call)

    assert agent.origins() == [[at("twice", "twice_on_a_line")]] * 2


def test_two_sites_of_a_function_have_two_origins_each_time(agent, library):
    for _ in range(2):
        sample.two_sites(library.call)

    assert agent.origins() == [[at("first-site", "two_sites")], [at("second-site", "two_sites")]] * 2


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


@pytest.mark.parametrize("depth", [1, 8, 64, 400])
def test_library_frames_above_the_call_are_passed_over(agent, library, depth):
    sample.plain(lambda: library.deep(depth))

    assert agent.origins() == [[at("plain", "plain")]]


def test_a_thousand_library_frames_are_passed_over(agent, library):
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)
    try:
        for _ in range(2):
            sample.plain(lambda: library.deep(1000))
    finally:
        sys.setrecursionlimit(before)

    assert agent.origins() == [[at("plain", "plain")]] * 2


def test_equal_functions_in_two_files_name_their_own_file(agent, library):
    exit_twin_a.twin(library.call)
    exit_twin_b.twin(library.call)

    assert agent.origins() == [[frame("exit_twin_a", "twin", "twin")], [frame("exit_twin_b", "twin", "twin")]]


def test_a_producer_span_has_an_origin_and_other_kinds_have_none(agent):
    for kind in SpanKind:
        sample.plain(Library(agent.provider, kind).call)

    by_kind = {span.kind: "code.line.number" in span.attributes for span in agent.exporter.get_finished_spans()}
    assert by_kind == {kind: kind in (SpanKind.CLIENT, SpanKind.PRODUCER) for kind in SpanKind}


def test_awaiting_code_is_the_origin_through_the_whole_chain(agent, library):
    asyncio.run(sample.awaited_through(library.async_call))

    assert agent.origins() == [[at("awaited", "awaited"), at("awaited-caller", "awaited_through")]]


def test_an_async_generator_of_a_library_names_the_line_that_pulls(agent, library):
    asyncio.run(sample.async_iteration(library.async_source))

    inner = "async_iteration.<locals>.<listcomp>"
    innermost = [] if sys.version_info >= (3, 12) else [at("async-for", inner)]
    assert agent.origins() == [[*innermost, at("async-for", "async_iteration")]]


def test_a_task_of_the_users_own_coroutine_ends_at_that_coroutine(agent, library):
    asyncio.run(sample.in_own_task(library.async_call))

    assert agent.origins() == [[at("own-task", "in_own_task.<locals>.work")]]


@pytest.mark.parametrize("function", ["to_thread", "in_executor"])
def test_a_library_function_sent_to_a_thread_from_a_coroutine_has_no_origin(agent, library, function):
    asyncio.run(getattr(sample, function)(library.call))

    assert agent.origins() == [[]]
    assert agent.misses() == {"launched-elsewhere": 1}


@pytest.mark.parametrize("function", ["in_pool", "in_thread"])
def test_a_library_function_in_a_thread_has_no_origin(agent, library, function):
    getattr(sample, function)(library.call)

    assert agent.origins() == [[]]
    assert agent.misses() == {"launched-elsewhere": 1}


def test_the_users_own_function_in_a_pool_ends_at_that_function(agent, library):
    sample.own_function_in_pool(library.call)

    assert agent.origins() == [[at("plain", "plain")]]


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


def test_a_stack_without_the_users_code_has_no_origin_and_a_reason(agent, library):
    library.call()

    assert agent.origins() == [[]]
    assert agent.misses() == {"no-user-frame": 1}
