"""Origins of Huey's tasks: a real consumer, a real Redis, and spans that the program opens, since nothing else does."""

import pytest
import work_huey as sample
from huey.consumer import Consumer
from opentelemetry.trace import SpanKind
from work_support import origin_at, origin_of, wait_for


class Guest(Consumer):
    """A consumer in somebody else's process, which keeps its signal handlers."""

    def _set_signal_handlers(self):
        pass


@pytest.fixture(scope="module")
def declared(redis_port):
    return sample.declare(redis_port)


@pytest.fixture(scope="module", params=["around", "hooks"])
def consumer(request, work, declared):
    huey, tracer = declared[0], work.provider.get_tracer("test")
    if request.param == "around":
        huey.tracer = tracer
    else:
        sample.trace_by_hooks(huey, tracer)
    running = Guest(huey, periodic=False, initial_delay=0.01, max_delay=0.02, scheduler_interval=1)
    running.start()
    yield
    running.stop(graceful=True)
    huey.tracer = None
    huey.unregister_pre_execute("trace")
    huey.unregister_post_execute("trace")


@pytest.mark.parametrize("name", ["function", "in_context", "decorated", "locked", "limited"])
def test_a_task_is_named_by_its_own_function(work, declared, consumer, name):
    declared[1][name](1)

    assert origin_of(work.only(SpanKind.CONSUMER)) == origin_at("work_huey", name, f"declare.<locals>.{name}")


def test_each_attempt_at_a_task_has_a_span_and_each_span_its_origin(work, declared, consumer):
    sample.tried.clear()

    declared[1]["retried"](1)
    wait_for(lambda: len(work.of_kind(SpanKind.CONSUMER)) == 2)

    found = {origin_of(span) for span in work.of_kind(SpanKind.CONSUMER)}
    assert found == {origin_at("work_huey", "retried", "declare.<locals>.retried")}


def test_a_task_that_a_hook_refuses_has_no_origin(work, redis_port):
    huey, tasks = sample.declare(redis_port)
    huey.tracer = work.provider.get_tracer("test")

    huey.execute(tasks["refused"].s(1))

    assert origin_of(work.only(SpanKind.CONSUMER)) is None
