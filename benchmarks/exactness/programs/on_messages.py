"""Tasks of Taskiq and subscribers of FastStream, and the lines that send to them."""

import functools

from driving import faststream_broker
from faststream import Depends
from taskiq import InMemoryBroker, TaskiqDepends

tasks = InMemoryBroker(await_inplace=True)
broker, run, wait_for_messages = faststream_broker()


def careful(function):
    @functools.wraps(function)
    async def checked(*args, **kwargs):
        return await function(*args, **kwargs)

    return checked


def shelf():
    return "shelf"


# Taskiq puts the task in the place of the function, and renames that, so that it can be pickled.
@tasks.task
async def task_awaited(number):  # <- entry taskiq task_awaited: task_awaited__taskiq_original
    return number


@tasks.task
def task_plain(number):  # <- entry taskiq task_plain: task_plain__taskiq_original
    return number


@tasks.task
@careful
async def task_wrapped(number):  # <- entry taskiq task_wrapped: task_wrapped
    return number


@tasks.task
async def dependent(number, place=TaskiqDepends(shelf)):  # <- entry taskiq dependent: dependent__taskiq_original
    return place


# Channels, not lists: for those the broker would go on asking Redis, in the midst of other programs' cases.
@broker.subscriber("read_awaited")
async def read_awaited(number: int):  # <- entry faststream read_awaited: read_awaited
    pass


@broker.subscriber("read_plain")
def read_plain(number: int):  # <- entry faststream read_plain: read_plain
    pass


@broker.subscriber("read_wrapped")
@careful
async def read_wrapped(number: int):  # <- entry faststream read_wrapped: read_wrapped
    pass


@broker.subscriber("read_dependent")
async def read_dependent(number: int, place=Depends(shelf)):  # <- entry faststream read_dependent: read_dependent
    pass


async def by_kicking(at):
    await task_plain.kiq(1)  # <- exit by_kicking: by_kicking


def by_publishing(at):
    async def publish():
        await broker.publish(1, "nobody")  # <- exit by_publishing: by_publishing.<locals>.publish

    run(publish())


def visit(library, name):
    if library == "taskiq":
        run(globals()[name].kiq(1))
    else:
        run(broker.publish(1, name))
        wait_for_messages(name)
