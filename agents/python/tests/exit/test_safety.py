"""What capture must never do to a program: fail it, keep its objects, grow, or mix up its threads."""

import asyncio
import gc
import os
import sys
import threading
import time
import tracemalloc
import weakref
from types import FunctionType

import exit_shapes as sample
import pytest
from exit_support import HERE, SAMPLES, Agent, Library, frame, frames_of
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind
from spanorigin import agent as house
from spanorigin import emit
from spanorigin.counters import Tally
from spanorigin.model import Refusal
from spanorigin.origin.borders import LAUNCHERS
from spanorigin.origin.processor import OriginProcessor
from spanorigin.origin.walk import Rules
from spanorigin.origin.walk.python import PythonWalker
from spanorigin.settings import Settings
from spanorigin.source import Sources


def at(mark, function):
    return frame("exit_shapes", mark, function)


@pytest.fixture
def python_walker():
    """A provider with the Python walker on it, whatever walker this interpreter would get, and the walker."""
    settings = Settings(exclude=(f"{HERE}/*",))
    walker = PythonWalker(Sources(settings), Rules.of(settings, LAUNCHERS, emit.exit_attributes))
    provider = with_processor(OriginProcessor(walker, emit.attach_to_new, Tally()))
    yield provider, walker
    provider.shutdown()


class Failing:
    """A walker with a bug."""

    def walk(self):
        raise ZeroDivisionError


def with_processor(processor):
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    return provider


def test_an_error_inside_capture_is_counted_and_never_reaches_the_program():
    tally = Tally()
    provider = with_processor(OriginProcessor(Failing(), emit.attach_to_new, tally))

    for kind in SpanKind:
        sample.plain(Library(provider, kind).call)

    assert tally.failures == {"span start": 2}
    assert tally.words["span start"].startswith("ZeroDivisionError inside spanorigin")


def test_a_miss_is_counted_by_its_reason_with_words():
    class Refusing:
        def walk(self):
            return Refusal("too-early", "it is too early")

    tally = Tally()
    sample.in_a_loop(Library(with_processor(OriginProcessor(Refusing(), emit.attach_to_new, tally))).call)

    assert (tally.misses, tally.words) == ({"too-early": 3}, {"too-early": "it is too early"})


def test_an_exception_of_the_program_passes_through_unchanged(agent, library):
    def failing():
        library.call()
        raise KeyError("mine")

    with pytest.raises(KeyError) as raised:
        sample.plain(failing)

    files = [entry.path.name for entry in raised.traceback]
    assert files == ["test_safety.py", "exit_shapes.py", "test_safety.py"]


def test_at_the_end_of_the_stack_the_program_gets_its_recursion_error_and_nothing_else(agent, library):
    def dive():
        library.call()
        dive()

    with pytest.raises(RecursionError):
        sample.plain(dive)


def test_user_set_attributes_win_and_the_miss_is_counted(agent):
    sample.plain(Library(agent.provider, attributes={"code.file.path": "mine.py"}).call)

    [span] = agent.spans()
    assert dict(span.attributes) == {"code.file.path": "mine.py"}
    assert agent.misses() == {"set-by-the-program": 1}


def test_spans_that_are_not_recorded_are_not_looked_at():
    with Agent(TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)) as agent:
        seen_before = house.status().files
        sample.plain(Library(agent.provider).call)

        assert agent.misses() == {}
        assert house.status().files == seen_before


def test_no_frame_is_kept_alive(agent, library):
    class Local:
        pass

    def work():
        local = Local()
        kept.append(weakref.ref(local))
        sample.plain(library.call)

    kept = []
    gc.disable()
    try:
        for _ in range(3):
            work()
        assert [reference() for reference in kept] == [None] * 3
    finally:
        gc.enable()


def test_no_code_is_kept_alive(agent, library):
    namespace = {"__name__": "made"}
    exec(compile("def made(call):\n    call()\n", SAMPLES / "made.py", "exec"), namespace)
    reference = weakref.ref(namespace["made"].__code__)
    namespace["made"](library.call)

    namespace.clear()
    gc.collect()

    assert reference() is None


def test_a_file_that_is_new_further_out_is_seen_at_once(agent, library):
    sample.plain(library.call)
    namespace = {"__name__": "new", "plain": sample.plain, "call": library.call}
    exec(compile("plain(call)\n", str(SAMPLES / "new.py"), "exec"), namespace)

    assert [len(frames) for frames in agent.origins()] == [1, 2]


@pytest.mark.parametrize(
    "shape",
    [
        lambda library: sample.plain(library.call),
        lambda library: sample.two_sites(library.call),
        lambda library: sample.recursive(library.call, 50),
        lambda library: sample.pulling(library.call),
        lambda library: sample.caller_of_a_callback(library.with_callback),
        lambda library: sample.middleware(lambda call: library.handle(sample.plain, call), library.call),
        lambda library: asyncio.run(sample.awaited_through(library.async_call)),
        lambda library: sample.own_function_in_pool(library.call),
    ],
    ids=["plain", "two sites", "recursion", "generator", "callback", "middleware", "awaiting", "pool"],
)
def test_a_chain_seen_before_is_found_without_the_full_walk(python_walker, monkeypatch, shape):
    provider, walker = python_walker
    library = Library(provider)
    shape(library)
    full_walks = []

    monkeypatch.setattr(walker, "_walk_fully", full_walks.append)
    shape(library)

    assert full_walks == []


def test_memory_stays_flat_over_functions_made_at_run_time(python_walker):
    """2,500 of them after a start of 300: a hundred bytes kept of each would be a quarter of a megabyte."""
    provider, walker = python_walker
    library = Library(provider)
    original = sample.plain.__code__

    def made(count):
        for number in range(count):
            FunctionType(original.replace(co_firstlineno=number + 1), {"__name__": "made"})(library.call)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    before = made(300)
    after = made(2_500)
    tracemalloc.stop()

    assert after - before < 50_000
    assert walker._chains.sweep()
    assert walker._chains.table == {}


def test_threads_each_name_their_own_line(agent, library):
    functions = [sample.plain, sample.over_lines, sample.in_a_lambda, sample.by_partial]
    start = threading.Barrier(len(functions))

    def work(function):
        start.wait()
        for _ in range(300):
            with tracer.start_as_current_span(function.__name__):
                function(library.call)

    tracer = agent.provider.get_tracer("tests")
    threads = [threading.Thread(target=work, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    finished = agent.exporter.get_finished_spans()
    asked_by = {span.context.span_id: span.name for span in finished if span.kind is SpanKind.INTERNAL}
    named = {(asked_by[span.parent.span_id], frames_of(span)[-1].function) for span in finished if span.parent}
    assert named == {(function.__name__, f"exit_shapes.{function.__name__}") for function in functions}
    assert agent.failures() == {}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_forked_child_goes_on_even_when_another_thread_held_every_lock(python_walker):
    provider, walker = python_walker
    chains, processor = walker._chains, provider._active_span_processor._span_processors[0]
    library = Library(provider)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    with chains._lock, processor.open_entries._lock:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                server = provider.get_tracer("tests").start_span("request", kind=SpanKind.SERVER)
                sample.plain(library.call)
                sample.by_partial(library.call)
                server.end()
                named = [frames_of(span)[:1] for span in exporter.get_finished_spans()[:2]]
                expected = [[at("plain", "plain")], [at("partial", "by_partial")]]
                status = 0 if named == expected and len(chains.table) == 2 else 2
            finally:
                os._exit(status)

    end = time.monotonic() + 20
    while (done := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < end:
        time.sleep(0.01)
    if done == (0, 0):
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert done == (child, 0)


def test_a_finalizer_that_makes_a_span_while_a_chain_is_being_learned_does_no_harm(agent, library):
    """A collection may run anywhere, and with it code of the program's that starts a span."""

    class Closing:
        def __del__(self):
            sample.by_partial(library.call)

    def cycle():
        closing = Closing()
        closing.me = closing

    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(50):
            cycle()
            namespace = {"__name__": "made"}
            exec(compile("def made(call):\n    call()\n", str(SAMPLES / "made.py"), "exec"), namespace)
            namespace["made"](library.call)
    finally:
        gc.set_threshold(*before)
    gc.collect()

    origins = [frames[0].function for frames in agent.origins()]
    assert origins.count("made.made") == 50
    assert origins.count("exit_shapes.by_partial") >= 50
    assert agent.failures() == {}


def test_tracing_and_profiling_beside_us_see_what_they_always_saw(agent, library):
    seen = []
    before = sys.gettrace()
    sys.settrace(lambda frame, event, argument: seen.append(frame.f_code.co_name))
    try:
        sample.plain(library.call)
    finally:
        sys.settrace(before)

    assert "plain" in seen
    assert agent.origins() == [[at("plain", "plain")]]
