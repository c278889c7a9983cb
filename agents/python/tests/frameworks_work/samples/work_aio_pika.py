"""Consumers of aio-pika's queues, the functions of its patterns, and the lines that publish."""

import functools

from aio_pika import Message


def audited(handler):
    @functools.wraps(handler)
    async def inner(*args, **kwargs):
        return await handler(*args, **kwargs)

    return inner


async def coroutine(message):  # <- coroutine
    await message.ack()


@audited
async def decorated(message):  # <- decorated
    await message.ack()


async def with_shelf(message, shelf):  # <- partial
    assert shelf == "shelf"
    await message.ack()


partial = functools.partial(with_shelf, shelf="shelf")


class Consumer:
    async def on_message(self, message):  # <- method
        await message.ack()


def passes_on(message):  # <- passes_on
    return message.ack()


async def raises(message):  # <- raises
    await message.ack()
    raise LookupError("no such order")


async def add(*, left, right):  # <- add
    return left + right


async def publish(channel, queue):
    message = Message(b"1")
    await channel.default_exchange.publish(message, queue)  # <- publish


async def read(queue):
    async with queue.iterator() as messages:
        async for message in messages:
            await message.ack()
            break
