"""Origins of pika's and aio-pika's consumers and of the lines that publish: a real RabbitMQ, real instrumentations."""

import asyncio
import contextvars

import aio_pika
import pika
import pytest
import work_aio_pika
import work_pika
from aio_pika.patterns import RPC, Master
from opentelemetry.instrumentation.aio_pika import AioPikaInstrumentor
from opentelemetry.instrumentation.pika import PikaInstrumentor
from opentelemetry.trace import SpanKind
from work_support import origin_at, origin_of


@pytest.fixture(scope="module")
def channel(work, rabbitmq_port):
    """A blocking channel of pika's, in a program that notes the size of each message on its span."""

    def note(span, body, properties):
        span.set_attribute("size", len(body))

    PikaInstrumentor().instrument(tracer_provider=work.provider, consume_hook=note)
    connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", rabbitmq_port))
    yield connection.channel()
    connection.close()
    PikaInstrumentor().uninstrument()


@pytest.fixture(scope="module")
def _aio_instrumented(work):
    AioPikaInstrumentor().instrument(tracer_provider=work.provider)
    yield
    AioPikaInstrumentor().uninstrument()


@pytest.fixture
async def aio_channel(_aio_instrumented, rabbitmq_port):
    async with await aio_pika.connect(f"amqp://guest:guest@127.0.0.1:{rabbitmq_port}/") as connection:
        yield await connection.channel()


async def until(condition):
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited in vain")


@pytest.mark.parametrize(
    ("callback", "mark", "function"),
    [
        (work_pika.function, "function", "function"),
        (work_pika.decorated, "decorated", "decorated"),
        (work_pika.partial, "partial", "with_shelf"),
        (work_pika.Consumer().on_message, "method", "Consumer.on_message"),
        (work_pika.Consumer(), "object", "Consumer.__call__"),
    ],
    ids=["function", "decorated", "partial", "method", "object"],
)
def test_a_message_of_pikas_is_named_by_its_callback_and_by_the_line_that_published_it(
    work, channel, callback, mark, function
):
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.basic_consume(queue, callback)

    work_pika.publish(channel, queue)
    outer = work.of_kind(SpanKind.PRODUCER)[-1]
    work_pika.work(channel)

    assert origin_of(work.of_kind(SpanKind.CONSUMER)[0]) == origin_at("work_pika", mark, function)
    assert origin_of(outer) == origin_at("work_pika", "publish", "publish", "exit")


def test_a_callback_of_pikas_that_raises_is_named_and_its_error_shows_no_frame_of_ours(work, channel):
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.basic_consume(queue, work_pika.raises)
    work_pika.publish(channel, queue)

    with pytest.raises(LookupError) as raised:
        work_pika.work(channel)

    assert origin_of(work.of_kind(SpanKind.CONSUMER)[0]) == origin_at("work_pika", "raises", "raises")
    assert not [frame for frame in raised.traceback if "spanorigin/frameworks" in str(frame.path)]


def test_a_message_that_a_callback_publishes_is_named_by_its_line_and_not_by_the_line_that_waits(work, channel):
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.basic_consume(queue, work_pika.answers)
    work_pika.publish(channel, queue, pika.BasicProperties(reply_to="nobody"))
    work.exporter.clear()

    work_pika.work(channel)

    inner, outer = work.of_kind(SpanKind.PRODUCER)
    assert origin_of(outer) == origin_at("work_pika", "answer", "answers", "exit")
    assert "spanorigin.frames" not in outer.attributes
    # The instrumentation makes a second span for the channel within the blocking one, behind the border.
    assert inner.parent.span_id == outer.context.span_id
    assert origin_of(inner) is None


def test_a_program_that_reads_messages_in_a_loop_of_its_own_has_no_handler(work, channel):
    queue = channel.queue_declare("", exclusive=True).method.queue
    work_pika.publish(channel, queue)

    # pika's instrumentation leaves the last message's span current: it knows no end of a message that is handed out.
    contextvars.copy_context().run(work_pika.read, channel, queue)

    assert origin_of(work.of_kind(SpanKind.CONSUMER)[0]) is None


def test_a_program_may_have_a_hook_of_its_own_at_pikas_spans(work, channel):
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.basic_consume(queue, work_pika.function)
    work_pika.publish(channel, queue)

    work_pika.work(channel)

    consumer = work.of_kind(SpanKind.CONSUMER)[0]
    assert consumer.attributes["size"] == 1
    assert origin_of(consumer) == origin_at("work_pika", "function", "function")


@pytest.mark.parametrize(
    ("callback", "mark", "function"),
    [
        (work_aio_pika.coroutine, "coroutine", "coroutine"),
        (work_aio_pika.decorated, "decorated", "decorated"),
        (work_aio_pika.partial, "partial", "with_shelf"),
        (work_aio_pika.Consumer().on_message, "method", "Consumer.on_message"),
        (work_aio_pika.passes_on, "passes_on", "passes_on"),
        (work_aio_pika.raises, "raises", "raises"),
    ],
    ids=["coroutine", "decorated", "partial", "method", "passes_on", "raises"],
)
async def test_a_message_of_aio_pikas_is_named_by_its_callback_and_by_the_line_that_published_it(
    work, aio_channel, callback, mark, function
):
    queue = await aio_channel.declare_queue(exclusive=True)
    await queue.consume(callback)

    await work_aio_pika.publish(aio_channel, queue.name)
    await until(lambda: work.of_kind(SpanKind.CONSUMER))

    producer, consumer = work.pair()
    assert origin_of(consumer) == origin_at("work_aio_pika", mark, function)
    assert origin_of(producer) == origin_at("work_aio_pika", "publish", "publish", "exit")


async def test_a_call_over_aio_pikas_rpc_is_named_by_the_function_that_answers_it(work, aio_channel):
    rpc = await RPC.create(aio_channel)
    await rpc.register("add", work_aio_pika.add, auto_delete=True)

    assert await rpc.call("add", {"left": 1, "right": 2}) == 3
    await until(lambda: len(work.of_kind(SpanKind.CONSUMER)) == 2)

    # The other one is the answer's, which a future of the library's takes.
    found = [origin_of(span) for span in work.of_kind(SpanKind.CONSUMER)]
    assert sorted(found, key=str) == [origin_at("work_aio_pika", "add", "add"), None]


async def test_a_task_of_aio_pikas_master_is_named_by_the_workers_function(work, aio_channel):
    master = Master(aio_channel)
    await master.create_worker("adding", work_aio_pika.add, auto_delete=True)

    await master.proxy.adding(left=1, right=2)
    await until(lambda: work.of_kind(SpanKind.CONSUMER))

    assert origin_of(work.of_kind(SpanKind.CONSUMER)[0]) == origin_at("work_aio_pika", "add", "add")


async def test_a_program_that_reads_aio_pikas_messages_in_a_loop_of_its_own_has_no_handler(work, aio_channel):
    queue = await aio_channel.declare_queue(exclusive=True)
    await work_aio_pika.publish(aio_channel, queue.name)

    await work_aio_pika.read(queue)

    assert origin_of(work.of_kind(SpanKind.CONSUMER)[0]) is None
