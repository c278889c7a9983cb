"""Taskiq's tasks, and the line that sends them."""

import functools

from taskiq import InMemoryBroker, TaskiqDepends

broker = InMemoryBroker(await_inplace=True)


def audited(task):
    @functools.wraps(task)
    async def inner(*args, **kwargs):
        return await task(*args, **kwargs)

    return inner


def shelf():
    return "shelf"


@broker.task
async def coroutine(number):  # <- coroutine
    return number


@broker.task
def function(number):  # <- function
    return number


@broker.task
@audited
async def decorated(number):  # <- decorated
    return number


@broker.task
async def dependent(number, place: str = TaskiqDepends(shelf)):  # <- dependent
    return place


@broker.task
async def raises(number):  # <- raises
    raise LookupError("no such order")


async def send(task):
    return await task.kiq(1)  # <- send
