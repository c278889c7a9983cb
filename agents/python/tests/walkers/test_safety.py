"""What a walker must never do to the program around it: keep things alive, grow, raise, mistake code for other code."""

import gc
import multiprocessing
import os
import subprocess
import sys
import threading
import weakref
from types import FunctionType

import pytest
from opentelemetry.trace import SpanKind
from spanorigin.settings import Settings
from spanorigin.source import Sources
from walkers_support import LIBRARY, USER, Walked, in_file, make_walker, passing_on, places, stack

A = f"{USER}/a.py"
RUN_TIME_FUNCTIONS = 100_000


class Local:
    """Something that a weak reference can watch."""


def calling(span):
    text = """
        def outer(local):
            return inner(), ref(local)
    """
    return in_file(A, text).define("outer", inner=span, ref=weakref.ref)


def test_no_frame_is_kept_alive(walked):
    asks = walked()
    caller = calling(asks.span)

    for _ in range(2):  # at first sight, and when the chain is known
        _, held = caller(Local())
        assert held() is None


def test_no_reference_is_gained_or_lost_on_code_frames_and_answers(walked):
    caller = passing_on(A, walked().span)
    answer = caller()
    counted = [caller.__code__, answer, A, SpanKind.CLIENT, sys.modules, type(caller)]
    before = [sys.getrefcount(each) for each in counted]

    for _ in range(1000):
        caller()

    # Another thread of the test runner may hold one of the common objects for a moment.
    assert [abs(sys.getrefcount(each) - was) < 100 for each, was in zip(counted, before, strict=True)] == [True] * 6


def test_refusals_keep_their_count_of_references(walked):
    span = walked().span
    refusal = stack(span, LIBRARY)
    before = sys.getrefcount(refusal)

    for _ in range(1000):
        stack(span, LIBRARY)

    assert abs(sys.getrefcount(refusal) - before) < 100 or sys.version_info >= (3, 12)


def test_greenlets_keep_their_count_of_references(walked):
    greenlet = pytest.importorskip("greenlet")
    asks = walked()
    outer = greenlet.getcurrent()

    def inside():
        before = sys.getrefcount(outer)
        for _ in range(1000):
            stack(asks.span, LIBRARY)
            stack(asks.span, A)
        return sys.getrefcount(outer) - before

    assert abs(greenlet.greenlet(inside).switch()) < 10


def test_code_is_freed_with_its_function(walked):
    span = walked().span
    caller = passing_on(A, span)
    watched = weakref.ref(caller.__code__)
    caller()

    caller.__globals__.clear()
    del caller
    gc.collect()

    assert watched() is None


def test_memory_is_flat_over_functions_made_at_run_time(kind, walked):
    asks = walked()
    with asks.tracer.start_as_current_span("x", kind=SpanKind.CLIENT) as span:
        on_start = asks.asks[kind].on_start
    code = passing_on(A, lambda: on_start(span)).__code__
    namespace = {"__name__": "a", "inner": lambda: on_start(span)}

    def blocks_after_as_many_again():
        for line in range(RUN_TIME_FUNCTIONS // 2):
            FunctionType(code.replace(co_firstlineno=line + 1), namespace)()
        gc.collect()
        return sys.getallocatedblocks()

    # By the first count each table is as full as it gets.
    first = blocks_after_as_many_again()
    second = blocks_after_as_many_again()

    assert places(asks.answers()[kind])[0][1] in (RUN_TIME_FUNCTIONS // 2, RUN_TIME_FUNCTIONS // 2 + 1)
    assert second - first < RUN_TIME_FUNCTIONS // 50


def test_an_error_inside_the_walk_is_raised_to_the_processor_and_repaired(kind):
    if kind.endswith("on_start"):
        pytest.skip("its errors never reach anyone: see test_on_start.py")
    failing = True

    def prepare(origin):
        if failing:
            raise LookupError
        return {"lines": [frame.line for frame in origin.frames]}

    asks = Walked(kind)
    walker = make_walker(kind, prepare=prepare)
    processor = next(iter(asks.asks.values()))
    processor._walk = walker.walk
    caller = passing_on(A, asks.span)

    with pytest.raises(LookupError):
        caller()
    failing = False

    assert caller() == {"lines": [2]}


def test_two_walkers_with_other_settings_do_not_believe_each_other(kind):
    mine = Walked(kind)
    theirs = Walked(kind, sources=Sources(Settings(exclude=("*",))))
    callers = [passing_on(A, mine.span), passing_on(A, theirs.span)]
    shared = in_file(A, "def outer(span):\n    return span()").define("outer")

    for _ in range(3):
        assert places(callers[0]()) == places(shared(mine.span)) == [("a.py", 2, "a.outer")]
        assert places(callers[1]()) == places(shared(theirs.span)) == "no-user-frame"


def test_a_walker_is_freed_with_all_that_it_holds(kind):
    asks = Walked(kind)
    sources = Sources(Settings(exclude=("*/tests/walkers/*",)))
    watched = weakref.ref(sources)
    asks = Walked(kind, sources=sources)
    passing_on(A, asks.span)()

    asks.provider.shutdown()
    del asks, sources
    gc.collect()

    assert watched() is None


def test_a_garbage_collection_may_run_in_the_middle_of_a_walk(walked):
    span = walked().span
    thresholds = gc.get_threshold()

    class Finalized:
        def __init__(self):
            self.itself = self

        def __del__(self):
            found.append(places(passing_on(A, span)()))

    found = []
    gc.set_threshold(1, 1, 1)
    try:
        for line in range(1, 60):
            Finalized()
            assert places(passing_on(A, span, line)()) == [("a.py", line + 1, "a.outer")]
    finally:
        gc.set_threshold(*thresholds)
    gc.collect()

    assert found
    assert all(answer == [("a.py", 2, "a.outer")] for answer in found)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_walks_on(walked):
    span = walked().span
    caller = passing_on(A, span)
    caller()
    fork = multiprocessing.get_context("fork")
    answers = fork.SimpleQueue()

    def child():
        answers.put([places(caller()), places(passing_on(A, span, 7)())])

    process = fork.Process(target=child)
    process.start()
    process.join(30)

    assert answers.get() == [[("a.py", 2, "a.outer")], [("a.py", 8, "a.outer")]]


def test_threads_that_make_call_and_drop_functions_stress_nothing(walked):
    span = walked(max_frames=3).span
    wrong, seconds = [], threading.Event()

    def work(number):
        round_ = 0
        while not seconds.is_set():
            round_ += 1
            line = round_ % 300 + 1
            found = places(
                stack(span, LIBRARY, f"{USER}/t{number}.py", A) if round_ % 7 else passing_on(A, span, line)()
            )
            expected = [(f"t{number}.py", 2, f"t{number}.outer"), ("a.py", 2, "a.outer")]
            if found != (expected if round_ % 7 else [("a.py", line + 1, "a.outer")]):
                wrong.append(found)

    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    try:
        for thread in threads:
            thread.start()
        seconds.wait(0.7)
    finally:
        seconds.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(switching)

    assert wrong == []


SUB_INTERPRETER = """
import sys
try:
    import _xxsubinterpreters as interpreters
except ImportError:
    import _interpreters as interpreters
from spanorigin.origin.walk import _public
interpreter = interpreters.create()
path = [entry for entry in sys.path if entry]
interpreters.run_string(interpreter, f'''
import sys
sys.path[:] = {path!r}
import importlib.machinery, importlib.util
loader = importlib.machinery.ExtensionFileLoader("_public", {_public.__file__!r})
spec = importlib.util.spec_from_file_location("_public", {_public.__file__!r}, loader=loader)
try:
    loader.exec_module(importlib.util.module_from_spec(spec))
except ImportError as error:
    print("refused:", error, flush=True)
else:
    print("loaded", flush=True)
''')
"""


def test_a_sub_interpreter_is_refused_and_has_the_python_walker():
    from walkers_support import missing_walker

    if missing_walker("public"):
        pytest.skip(missing_walker("public"))
    told = subprocess.run([sys.executable, "-c", SUB_INTERPRETER], capture_output=True, text=True, timeout=60)

    assert told.stdout.startswith("refused:"), told.stdout + told.stderr
