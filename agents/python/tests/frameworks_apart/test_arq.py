"""Origins of arq's jobs and of the enqueuing line: a real Redis, a real worker, the instrumentation there is."""

import apart_arq as sample
import pytest
from arq import create_pool
from arq.connections import RedisSettings
from arq.worker import Worker
from opentelemetry.instrumentation.arq import ArqInstrumentor
from opentelemetry.trace import SpanKind
from work_support import origin_in, origin_of


@pytest.fixture(scope="module", autouse=True)
def _instrumented(work):
    # It cannot take its wrappers out of arq's classes again; this environment's other tests do not meet them.
    ArqInstrumentor().instrument(tracer_provider=work.provider, skip_dep_check=True)


@pytest.fixture
async def pool(redis_port):
    pool = await create_pool(RedisSettings("127.0.0.1", redis_port, database=5))
    await pool.flushdb()
    yield pool
    await pool.aclose()


async def perform(pool, **options):
    worker = Worker(redis_pool=pool, burst=True, handle_signals=False, poll_delay=0.01, retry_jobs=True, **options)
    await worker.main()


@pytest.mark.parametrize(
    ("name", "mark", "function", "spans"),
    [
        ("coroutine", "coroutine", "coroutine", 1),
        ("decorated", "decorated", "decorated", 1),
        ("monthly", "method", "Reports.monthly", 1),
        ("raises", "raises", "raises", 1),
        ("retried", "retried", "retried", 2),
    ],
)
async def test_a_job_is_named_by_its_function_and_its_message_by_the_line_that_enqueues_it(
    work, pool, name, mark, function, spans
):
    await sample.enqueue(pool, name)
    await perform(pool, functions=sample.jobs)

    # The instrumentation makes spans of the kinds CLIENT and SERVER.
    [sent] = work.of_kind(SpanKind.CLIENT)
    assert origin_of(sent) == origin_in(sample, "enqueue", "enqueue", "exit")
    performed = work.of_kind(SpanKind.SERVER)
    assert [origin_of(span) for span in performed] == [origin_in(sample, mark, function)] * spans


async def test_a_job_that_the_clock_starts_is_named_by_its_function(work, pool):
    await perform(pool, cron_jobs=sample.at_start)

    assert origin_of(work.entry_span()) == origin_in(sample, "nightly", "nightly")
