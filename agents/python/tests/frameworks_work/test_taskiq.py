"""Origins of Taskiq's tasks and of the line that sends them, by its own broker in memory and its own tracing."""

import pytest
import work_taskiq as sample
from taskiq.middlewares.opentelemetry_middleware import OpenTelemetryMiddleware
from work_support import origin_at, origin_of


@pytest.fixture(scope="module")
def broker(work):
    sample.broker.add_middlewares(OpenTelemetryMiddleware(tracer_provider=work.provider))
    return sample.broker


@pytest.mark.parametrize(
    ("name", "function"),
    [
        # Taskiq renames the function that it puts the task in the place of, so that it can be pickled.
        ("coroutine", "coroutine__taskiq_original"),
        ("function", "function__taskiq_original"),
        ("dependent", "dependent__taskiq_original"),
        ("raises", "raises__taskiq_original"),
        ("decorated", "decorated"),
    ],
)
async def test_a_task_is_named_by_its_own_line_and_its_message_by_the_sending_line(work, broker, name, function):
    task = getattr(sample, name)
    before = task.original_func

    await sample.send(task)

    producer, consumer = work.pair()
    assert origin_of(consumer) == origin_at("work_taskiq", name, function)
    assert origin_of(producer) == origin_at("work_taskiq", "send", "send", "exit")
    assert task.original_func is before
