"""Origins of Celery's tasks and of the lines that send them: a real worker, a real Redis, the real instrumentation."""

import pytest
import work_celery as sample
from celery.contrib.testing.worker import start_worker
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from work_support import origin_at, origin_of


@pytest.fixture(scope="module")
def worker(work, redis_port):
    sample.app.conf.broker_url = f"redis://127.0.0.1:{redis_port}/0"
    sample.app.set_default()
    # After install() and in a worker that is bound already: the order in which it is hardest to come last.
    CeleryInstrumentor().instrument(tracer_provider=work.provider)
    with start_worker(sample.app, pool="solo", perform_ping_check=False, shutdown_timeout=10, loglevel="critical"):
        yield
    CeleryInstrumentor().uninstrument()
    sample.app.close()


@pytest.mark.parametrize(
    ("task", "arguments", "function"),
    [
        ("add", (1, 2), "add"),
        ("bound", (1,), "bound"),
        ("decorated", (), "decorated"),
        ("retried", (), "retried"),
        ("raises", (), "raises"),
        ("shared", (), "shared"),
        ("report", ("May",), "Report.run"),
        ("in_context", (), "in_context"),
    ],
)
def test_a_task_is_named_by_its_own_function(work, worker, task, arguments, function):
    getattr(sample, task).apply_async(arguments)

    _, consumer = work.pair()
    assert origin_of(consumer) == origin_at("work_celery", task, function)


def test_a_task_that_inherits_its_run_is_named_by_the_line_that_runs(work, worker):
    sample.inherited.delay("May")

    _, consumer = work.pair()
    assert origin_of(consumer) == origin_at("work_celery", "report", "Report.run")


@pytest.mark.parametrize(
    ("send", "mark", "function"),
    [
        ("send_with_delay", "delay", "send_with_delay"),
        ("send_with_options", "options", "send_with_options"),
        ("send_by_name", "by_name", "send_by_name"),
    ],
)
def test_a_message_is_named_by_the_line_that_sends_it(work, worker, send, mark, function):
    getattr(sample, send)()

    producer, _ = work.pair()
    assert origin_of(producer) == origin_at("work_celery", mark, function, "exit")


def test_a_task_keeps_its_function_and_its_signals_their_receivers(work, worker):
    from celery import signals

    run, receivers = sample.add.run, list(signals.task_prerun.receivers)

    sample.add.delay(1, 2)
    work.pair()

    assert sample.add.run is run
    assert signals.task_prerun.receivers == receivers
