"""Origins of RQ 3's jobs, as far as its instrumentation goes: it wraps what starts its spans, and then fails.

The jobs are those of RQ 2's tests, which hold the rest.
"""

from unittest.mock import patch

import pytest
import work_rq as sample
from opentelemetry.trace import SpanKind
from opentelemetry_instrumentation_rq import RQInstrumentor
from redis import Redis
from rq import Queue, SimpleWorker, Worker
from work_support import origin_at, origin_of


class OneProcess(SimpleWorker, Worker):
    """Performs jobs without a fork, and is a Worker, which alone the instrumentation knows."""


@pytest.fixture(scope="module")
def queue(work, redis_port):
    connection = Redis(port=redis_port, db=6)
    # A canary: the day on which it knows RQ 3, RQ's tests move to RQ 3.
    with (
        patch("opentelemetry.trace.get_tracer", work.provider.get_tracer),
        pytest.raises(AttributeError, match="execute_success_callback"),
    ):
        RQInstrumentor().instrument(skip_dep_check=True)
    yield Queue(connection=connection)
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
    assert {origin_of(span) for span in work.of_kind(SpanKind.CLIENT)} == {None}
