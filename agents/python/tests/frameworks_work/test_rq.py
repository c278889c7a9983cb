"""Origins of RQ's jobs and of the enqueuing line: a real Redis, a worker in this process, a real instrumentation."""

from unittest.mock import patch

import pytest
import work_rq as sample
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from opentelemetry_instrumentation_rq import RQInstrumentor
from redis import Redis
from rq import Queue, SimpleWorker, Worker
from work_support import origin_at, origin_of


class OneProcess(SimpleWorker, Worker):
    """Performs jobs without a fork, and is a Worker, which alone the instrumentation knows."""


@pytest.fixture(scope="module")
def queue(work, redis_port):
    connection = Redis(port=redis_port, db=1)
    # It asks for the global tracer whatever provider it is given.
    with patch("opentelemetry.trace.get_tracer", work.provider.get_tracer):
        RQInstrumentor().instrument(skip_dep_check=True)
    yield Queue(connection=connection)
    RQInstrumentor().uninstrument()
    connection.close()


@pytest.mark.parametrize(
    ("job", "mark", "function"),
    [
        (sample.function, "function", "function"),
        (sample.coroutine, "coroutine", "coroutine"),
        (sample.decorated, "decorated", "decorated"),
        (sample.raises, "raises", "raises"),
        (sample.Report().monthly, "method", "Report.monthly"),
        (sample.Report.yearly, "static", "Report.yearly"),
    ],
)
def test_a_job_is_named_by_its_function_and_its_message_by_the_line_that_enqueues_it(work, queue, job, mark, function):
    sample.enqueue(queue, job)
    producers = work.of_kind(SpanKind.PRODUCER)
    assert {origin_of(span) for span in producers} == {origin_at("work_rq", "enqueue", "enqueue", "exit")}
    work.exporter.clear()

    sample.start(OneProcess([queue], connection=queue.connection))

    assert origin_of(work.of_kind(SpanKind.CONSUMER)[0]) == origin_at("work_rq", mark, function)
    # The worker's own spans were asked for by nobody's line, least of all the one that started it.
    assert {origin_of(span) for span in work.of_kind(SpanKind.CLIENT)} == {None}


def test_looking_at_a_job_does_not_make_it_the_handler(work, queue):
    job = sample.enqueue(queue, sample.function)
    tracer = work.provider.get_tracer("test")

    with tracer.start_as_current_span(
        "request", kind=SpanKind.SERVER, context=trace.set_span_in_context(trace.INVALID_SPAN)
    ):
        assert job.func is sample.function

    queue.empty()
    assert origin_of(work.only(SpanKind.SERVER)) is None
