"""Origins of Dramatiq's actors: a real worker and Redis, the instrumentation there is, and a program's middleware."""

import dramatiq
import pytest
import work_dramatiq as sample
from dramatiq.worker import Worker
from opentelemetry.trace import SpanKind
from opentelemetry_instrumentor_dramatiq import DramatiqInstrumentor
from work_support import origin_at, origin_of, wait_for

MESSAGES = [
    ("function", "function", "declare.<locals>.function"),
    ("decorated", "decorated", "declare.<locals>.decorated"),
    ("coroutine", "coroutine", "declare.<locals>.coroutine"),
    ("perform", "perform", "declare.<locals>.Report.perform"),
    ("inherited", "perform", "declare.<locals>.Report.perform"),
]


class Traced(dramatiq.Middleware):
    """How a program traces without an instrumentation: a span from before a message is processed until after it."""

    def __init__(self, tracer):
        self.tracer = tracer
        self.opened = {}

    def before_process_message(self, broker, message):
        opened = self.tracer.start_as_current_span(message.actor_name, kind=SpanKind.CONSUMER)
        opened.__enter__()
        self.opened[message.message_id] = opened

    def after_process_message(self, broker, message, *, result=None, exception=None):
        self.opened.pop(message.message_id).__exit__(None, None, None)

    after_skip_message = after_process_message


class Refused(dramatiq.Middleware):
    """Lets no message pass that was sent to be refused."""

    def before_process_message(self, broker, message):
        if message.options.get("refused"):
            raise dramatiq.middleware.SkipMessage


@pytest.fixture(scope="module")
def declared(work, redis_port):
    return sample.declare(redis_port)


@pytest.fixture
def worker(declared):
    running = Worker(declared[0], worker_threads=1, worker_timeout=20)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def instrumented(work):
    DramatiqInstrumentor().instrument(tracer_provider=work.provider)
    yield
    DramatiqInstrumentor().uninstrument()


@pytest.fixture
def by_middleware(work, declared):
    traced, refused = Traced(work.provider.get_tracer("test")), Refused()
    for middleware in (traced, refused):
        declared[0].add_middleware(middleware)
    yield
    for middleware in (traced, refused):
        declared[0].middleware.remove(middleware)


@pytest.mark.parametrize(("name", "mark", "function"), MESSAGES)
def test_a_message_is_named_by_its_actors_function_though_its_span_is_never_current(
    work, declared, instrumented, worker, name, mark, function
):
    declared[1][name].send(1)

    assert origin_of(work.only(SpanKind.CONSUMER)) == origin_at("work_dramatiq", mark, function)


@pytest.mark.parametrize(("name", "mark", "function"), MESSAGES)
def test_a_message_is_named_where_a_middleware_of_the_programs_opens_the_span(
    work, declared, by_middleware, worker, name, mark, function
):
    declared[1][name].send(1)

    assert origin_of(work.only(SpanKind.CONSUMER)) == origin_at("work_dramatiq", mark, function)


def test_each_attempt_at_a_message_has_a_span_and_each_span_its_origin(work, declared, instrumented, worker):
    sample.tried.clear()

    declared[1]["retried"].send(1)
    wait_for(lambda: len(work.of_kind(SpanKind.CONSUMER)) == 2)

    found = {origin_of(span) for span in work.of_kind(SpanKind.CONSUMER)}
    assert found == {origin_at("work_dramatiq", "retried", "declare.<locals>.retried")}


def test_a_message_that_a_middleware_refuses_has_no_origin(work, declared, by_middleware, worker):
    declared[1]["function"].send_with_options(args=(1,), refused=True)

    assert origin_of(work.only(SpanKind.CONSUMER)) is None
