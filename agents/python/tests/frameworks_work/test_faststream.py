"""Origins of FastStream's subscribers and of the publishing line: a real Redis, and its own telemetry."""

import asyncio

import pytest
import work_faststream as sample
from faststream.redis import RedisBroker
from faststream.redis.opentelemetry import RedisTelemetryMiddleware
from opentelemetry.trace import SpanKind
from work_support import origin_at, origin_of


@pytest.mark.parametrize("name", ["coroutine", "function", "decorated", "dependent"])
async def test_a_message_is_named_by_its_subscriber_and_by_the_line_that_published_it(work, redis_port, name):
    middleware = RedisTelemetryMiddleware(tracer_provider=work.provider)
    broker = RedisBroker(f"redis://127.0.0.1:{redis_port}", middlewares=(middleware,), logger=None)
    broker.include_router(sample.router)
    await broker.start()

    await sample.publish(broker, name)
    for _ in range(1000):
        if any("process" in span.name for span in work.of_kind(SpanKind.CONSUMER)):
            break
        await asyncio.sleep(0.01)
    await broker.stop()

    spans = {span.name.rsplit(" ", 1)[-1]: span for span in work.exporter.get_finished_spans()}
    assert origin_of(spans["process"]) == origin_at("work_faststream", name, name)
    mark = "channel" if name == "dependent" else "list"
    assert origin_of(spans["publish"]) == origin_at("work_faststream", mark, "publish", "exit")
