"""The answer to each shape of stack, whichever walker gives it."""

import _thread
import asyncio
import functools
import gc
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
from opentelemetry.trace import SpanKind
from walkers_support import LAUNCHER, LIBRARY, USER, in_file, passing_on, places, stack

LIB = f"{LIBRARY}/query.py"
A, B, C = (f"{USER}/{name}.py" for name in "abc")


def users(text, name, span, **namespace):
    """A function of the user's file a.py that may call `span`."""
    return in_file(A, text).define(name, span=span, **namespace)


def test_the_users_frames_come_innermost_first_at_their_calling_lines(walked):
    answer = stack(walked().span, LIB, A, LIB, B, C)

    assert places(answer) == [("a.py", 2, "a.outer"), ("b.py", 2, "b.outer"), ("c.py", 2, "c.outer")]


@pytest.mark.parametrize("depth", [0, 1, 8, 64, 600])
def test_library_frames_are_passed_over_at_any_depth(walked, depth):
    answer = stack(walked().span, *[LIB] * depth, A)

    assert places(answer) == [("a.py", 2, "a.outer")]


def test_a_library_a_thousand_frames_deep_is_passed_over(walked):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + 2000)
    try:
        answer = stack(walked().span, *[LIB] * 1000, A)
    finally:
        sys.setrecursionlimit(limit)

    assert places(answer) == [("a.py", 2, "a.outer")]


def test_a_stack_without_a_frame_of_the_users_is_refused(walked):
    assert stack(walked().span, LIB, LIB).reason == "no-user-frame"


@pytest.mark.parametrize(("limit", "expected"), [(5, "depth-limit"), (6, [("a.py", 2, "a.outer")])])
def test_the_depth_limit_counts_the_frames_up_to_the_first_of_the_users(walked, limit, expected):
    # span() itself, four of the library, then the user's.
    answer = stack(walked(depth_limit=limit).span, *[LIB] * 4, A)

    assert places(answer) == expected


@pytest.mark.parametrize(("limit", "expected"), [(2, "depth-limit"), (3, "no-user-frame"), (4, "no-user-frame")])
def test_a_stack_that_ends_where_the_depth_limit_does_was_seen_whole(walked, limit, expected):
    asks = walked(depth_limit=limit)
    # A thread begun this way has no frames but these three: two of the library, and span().
    begin = passing_on(LIB, passing_on(LIB, asks.span))

    for asked in (1, 2):  # at first sight, and when the file is known
        _thread.start_new_thread(begin, ())
        while len(asks.given) < asked:
            time.sleep(0.001)

    assert [places(answer) for answer in asks.given] == [expected] * 2


@pytest.mark.parametrize("most", [1, 2, 3, 64])
def test_no_more_frames_are_kept_than_asked_for(walked, most):
    answer = stack(walked(max_frames=most).span, A, B, A, C)

    assert [file for file, _, _ in places(answer)] == ["a.py", "b.py", "a.py", "c.py"][:most]


@pytest.mark.parametrize("gap", [0, 1, 2, 8])
@pytest.mark.parametrize("between", [0, 1, 2, 3, 8, 9])
def test_as_many_foreign_frames_as_the_gap_allows_are_bridged(walked, gap, between):
    answer = stack(walked(frame_gap=gap).span, A, *[LIB] * between, B)

    assert [file for file, _, _ in places(answer)] == (["a.py", "b.py"] if between <= gap else ["a.py"])


def test_a_gap_begins_anew_after_each_of_the_users_frames(walked):
    answer = stack(walked(frame_gap=2).span, A, LIB, LIB, B, LIB, LIB, C)

    assert [file for file, _, _ in places(answer)] == ["a.py", "b.py", "c.py"]


def test_a_border_ends_the_walk_with_what_was_found(walked):
    answer = stack(walked().span, A, LAUNCHER, B)

    assert places(answer) == [("a.py", 2, "a.outer")]


def test_code_beyond_a_border_is_never_named(walked):
    answer = stack(walked().span, LIB, LAUNCHER, B)

    assert answer.reason == "launched-elsewhere"


def test_a_plain_function_that_runs_a_coroutine_of_the_librarys_is_a_launcher(walked):
    request = in_file(LIB, "async def request(span): return span()").define("request")
    run = """
        def run(coroutine):
            try:
                coroutine.send(None)
            except StopIteration as end:
                return end.value
    """
    loop = users(run, "run", None)

    assert loop(request(walked().span)).reason == "launched-elsewhere"


def test_awaited_chains_are_followed_to_the_one_that_awaits(walked):
    request = in_file(LIB, "async def request(span): return span()").define("request")
    text = """
        async def view(request):
            return await page(request)
        async def page(request):
            return await request(span)
    """
    view = users(text, "view", walked().span)

    answer = asyncio.run(view(request))

    assert places(answer) == [("a.py", 4, "a.page"), ("a.py", 2, "a.view")]


def test_a_generator_is_at_the_line_that_ran_when_it_was_pulled(walked):
    text = """
        def rows():
            yield 0
            yield span()
        def read():
            rest = rows()
            next(rest)
            return next(rest)
    """

    answer = users(text, "read", walked().span)()

    assert places(answer) == [("a.py", 3, "a.rows"), ("a.py", 7, "a.read")]


def test_an_async_generator_is_followed_through_async_for(walked):
    text = """
        async def rows():
            yield span()
        async def read():
            async for row in rows():
                return row
    """

    answer = asyncio.run(users(text, "read", walked().span)())

    assert places(answer) == [("a.py", 2, "a.rows"), ("a.py", 4, "a.read")]


def test_a_comprehension_is_at_its_own_line(walked):
    text = """
        def read():
            return [
                span()
                for _ in range(1)
            ][0]
    """

    found = places(users(text, "read", walked().span)())

    # A frame of its own up to 3.11, from where on comprehensions run in their function's.
    assert found[0][:2] == ("a.py", 3)
    assert found[-1][2] == "a.read"


def test_a_class_body_and_a_lambda_are_frames_like_others(walked):
    text = """
        def read():
            class Body:
                found = (lambda: span())()
            return Body.found
    """

    answer = users(text, "read", walked().span)()

    assert [line for _, line, _ in places(answer)] == [3, 3, 2]


@pytest.mark.parametrize(
    "call",
    [
        "sorted([1], key=lambda _: found.append(span()) or 0)",
        "list(map(span, [1]))[0]; found.append(list(map(span, [1]))[0])",
        "found.append(partial(span)())",
        "found.append(reduce(lambda a, b: span(), [1, 2]))",
    ],
)
def test_calls_through_c_are_followed(walked, call):
    text = f"""
        def read(found):
            {call}
            return found[-1]
    """
    read = users(text, "read", walked().span, partial=functools.partial, reduce=functools.reduce)

    found = places(read([]))

    assert {line for _, line, _ in found} == {2}
    assert found[-1][2] == "a.read"


def test_each_call_has_its_own_line_and_keeps_it_when_repeated(walked):
    text = """
        def read():
            first = span()
            second = [span() for _ in range(0)] or span(
            )
            return first, second
    """
    read = users(text, "read", walked().span)

    answers = [[places(answer)[0][1] for answer in read()] for _ in range(3)]

    assert answers == [[2, 3]] * 3


@pytest.mark.parametrize("deep", [0, 40])
@pytest.mark.parametrize("coroutine", ["", "async "])
def test_a_frame_that_a_collection_interrupts_at_its_very_beginning_is_not_there_yet(walked, deep, coroutine):
    """Up to 3.11 a collection may run while a frame makes its cells, before its first line."""
    library = f"{coroutine}def cells(a, b, c, d):\n    return lambda: (a, b, c, d)"
    cells = in_file(LIB, library).define("cells")
    answers = []
    collecting = in_file(LIB, "def collecting(*_):\n    keep(span())").define(
        "collecting", span=walked().span, keep=answers.append
    )
    call = in_file(A, "def use():\n    for _ in range(20):\n        call(1, 2, 3, 4)").define("use", call=cells)
    before = gc.get_threshold()
    gc.callbacks.append(collecting)
    gc.set_threshold(1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            stack(call, *[LIB] * deep, B)
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(collecting)

    told = [places(answer) for answer in answers]
    assert [("a.py", 3, "a.use"), ("b.py", 2, "b.outer")][: 1 if deep else 2] in told
    assert all(found[0][0] in ("a.py", "b.py") for found in told if type(found) is list)


def test_two_calls_on_one_line_are_two_sites_with_one_answer(walked):
    text = """
        def read():
            return span(), span()
    """

    first, second = users(text, "read", walked().span)()

    assert places(first) == places(second) == [("a.py", 2, "a.read")]


def test_recursion_is_told_frame_by_frame(walked):
    text = """
        def down(n):
            if n:
                return down(n - 1)
            return span()
    """

    answer = users(text, "down", walked(max_frames=3).span)(20)

    assert places(answer) == [("a.py", 4, "a.down"), ("a.py", 3, "a.down"), ("a.py", 3, "a.down")]


def test_equal_functions_in_two_files_keep_their_files(walked):
    span = walked().span

    answers = [places(stack(span, file)) for file in (A, B, A, B)]

    assert answers == [[("a.py", 2, "a.outer")], [("b.py", 2, "b.outer")]] * 2


def test_code_that_was_freed_does_not_answer_for_what_came_to_lie_at_its_address(walked):
    span = walked().span
    addresses = set()

    for line in range(1, 400):
        caller = passing_on(A, span, line)
        addresses.add(id(caller.__code__))
        assert places(caller()) == [("a.py", line + 1, "a.outer")]
        caller.__globals__.clear()  # holds the function, which holds it
        del caller

    assert len(addresses) < 399, "no address was used twice, so this test has shown nothing"


def test_more_chains_than_a_walker_keeps_still_get_their_own_answers(walked):
    callers = [passing_on(A, walked().span, line) for line in range(1, 6)]
    span = callers[0]
    for _ in range(6):
        span = in_file(B, "def step(n):\n    return one(n >> 1) if n & 1 else (\n    two(n >> 1))").define(
            "step", one=span, two=span
        )

    answers = {n: [line for _, line, _ in places(span(n))] for n in range(64)}

    assert answers == {n: [2] + [2 if n >> bit & 1 else 3 for bit in reversed(range(6))] for n in range(64)}


@pytest.mark.parametrize("name", ["<string>", "<frozen importlib._bootstrap>", "<stdin>", "<template>"])
def test_code_without_a_file_is_never_an_origin(walked, name):
    assert places(stack(walked().span, name, A)) == [("a.py", 2, "a.outer")]


def test_a_function_says_its_module_and_qualified_name(walked):
    text = """
        class Cart:
            def pay(self):
                def retry():
                    return span()
                return retry()
    """

    answer = users(text, "Cart", walked().span)().pay()

    names = ["Cart.pay.<locals>.retry", "Cart.pay"] if sys.version_info >= (3, 11) else ["retry", "pay"]
    assert [function for _, _, function in places(answer)] == [f"a.{name}" for name in names]


def test_the_same_function_in_another_module_is_told_by_the_module_of_its_chain(walked):
    source = in_file(A, "def read():\n    return span()")
    span = walked().span

    answer = source.define("read", span=span, __name__="shop.orders")()

    assert places(answer) == [("a.py", 2, "shop.orders.read")]


def test_a_namespace_without_a_name_gives_the_function_alone(walked):
    assert places(users("def read():\n    return span()", "read", walked().span, __name__=None)())[0][2] == "read"


def test_a_greenlet_goes_on_where_its_parent_waits(walked):
    greenlet = pytest.importorskip("greenlet")
    text = """
        def ask(run):
            return run()
    """
    span = walked().span
    run = in_file(LIB, "def run():\n    return greenlet(inside).switch()").define(
        "run", greenlet=greenlet.greenlet, inside=passing_on(LIB, span)
    )

    answer = users(text, "ask", None)(run)

    assert places(answer) == [("a.py", 2, "a.ask")]


def test_greenlets_within_greenlets_are_followed_outwards(walked):
    greenlet = pytest.importorskip("greenlet")
    call = walked().span
    for file in (A, B, C):
        call = passing_on(
            file,
            in_file(LIB, "def run():\n    return greenlet(call).switch()").define(
                "run", greenlet=greenlet.greenlet, call=call
            ),
        )

    assert [file for file, _, _ in places(call())] == ["a.py", "b.py", "c.py"]


def test_a_greenlet_that_was_left_and_entered_again_has_its_present_stack(walked):
    greenlet = pytest.importorskip("greenlet")
    span = walked().span
    text = """
        def work(pause):
            pause()
            return span()
    """
    inside = greenlet.greenlet(users(text, "work", span))
    inside.switch(greenlet.getcurrent().switch)
    resume = in_file(B, "def resume(inside):\n    return inside.switch()").define("resume")

    assert places(resume(inside)) == [("a.py", 3, "a.work"), ("b.py", 2, "b.resume")]


def test_a_greenlet_without_anyone_outside_is_refused(walked):
    greenlet = pytest.importorskip("greenlet")
    span = walked().span

    assert stack(lambda: greenlet.greenlet(passing_on(LIB, span)).switch(), LIB).reason == "no-user-frame"


def test_a_thread_of_its_own_knows_nobody_outside(walked):
    asked = []
    span = walked().span
    thread = threading.Thread(target=passing_on(LIB, lambda: asked.append(span())))
    thread.start()
    thread.join()

    assert asked[0].reason == "no-user-frame"


def test_many_threads_get_the_answers_of_their_own_stacks(walked):
    span = walked(max_frames=4).span
    callers = [
        passing_on(f"{USER}/f{n}.py", functools.partial(stack, span, LIB, *[A] * (n % 3)), n) for n in range(1, 41)
    ]

    def ask(turn):
        n = turn % 40 + 1
        return n, places(callers[n - 1]())

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(4000)))

    for n, found in answers:
        assert found == [("a.py", 2, "a.outer")] * (n % 3) + [(f"f{n}.py", n + 1, f"f{n}.outer")]


@pytest.mark.parametrize("install", [sys.settrace, sys.setprofile])
def test_a_debugger_or_profiler_beside_us_changes_nothing(walked, install):
    def look(frame, event, argument):
        return look

    span = walked().span
    before = sys.gettrace() if install is sys.settrace else sys.getprofile()
    install(look)
    try:
        answer = stack(span, LIB, A)
    finally:
        install(before)

    assert places(answer) == [("a.py", 2, "a.outer")]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with 3.12")
def test_instrumented_code_is_the_same_site(walked):
    span = walked().span
    caller = passing_on(A, span)
    before = caller()
    tool = sys.monitoring.PROFILER_ID
    sys.monitoring.use_tool_id(tool, "a test")
    try:
        sys.monitoring.register_callback(tool, sys.monitoring.events.LINE, lambda code, line: None)
        sys.monitoring.set_local_events(tool, caller.__code__, sys.monitoring.events.LINE)
        after = caller()
    finally:
        sys.monitoring.set_local_events(tool, caller.__code__, 0)
        sys.monitoring.free_tool_id(tool)

    assert after is before


def test_a_span_that_is_started_in_another_way_than_by_the_sdk_is_answered_too(walked):
    asks = walked()
    processor = next(iter(asks.asks.values()))
    with asks.tracer.start_as_current_span("x", kind=SpanKind.CLIENT) as span:
        stack(lambda: processor.on_start(span), LIB, A)

    assert places(processor.answer) == [("a.py", 2, "a.outer")]


@pytest.mark.parametrize(("limit", "expected"), [(3, "depth-limit"), (4, [("a.py", 2, "a.outer")])])
def test_the_depth_limit_counts_the_frames_of_such_a_call_alike(walked, limit, expected):
    asks = walked(depth_limit=limit)
    processor = next(iter(asks.asks.values()))
    with asks.tracer.start_as_current_span("x", kind=SpanKind.CLIENT) as span:
        # on_start itself, two of the library, then the user's.
        stack(
            in_file(LIB, "def start(): on_start(span)").define("start", on_start=processor.on_start, span=span), LIB, A
        )

    assert places(processor.answer) == expected


def test_the_same_chain_gives_the_same_attributes_not_equal_ones(walked):
    caller = passing_on(A, walked().span)

    assert caller() is caller()
