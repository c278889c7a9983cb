"""A workflow with signals, queries and updates, the activities that it starts, and the lines that ask for them."""

import functools
from datetime import timedelta

from temporalio import activity, workflow


def audited(function):
    @functools.wraps(function)
    async def inner(*args, **kwargs):
        return await function(*args, **kwargs)

    return inner


@activity.defn
async def coroutine(number: int) -> int:  # <- coroutine
    return number


@activity.defn
def in_a_thread(number: int) -> int:  # <- in_a_thread
    return number


@activity.defn
@audited
async def decorated(number: int) -> int:  # <- decorated
    return number


class Shelf:
    @activity.defn
    async def method(self, number: int) -> int:  # <- method
        return number


ACTIVITIES = (coroutine, in_a_thread, decorated, Shelf().method)


@workflow.defn
class Order:
    def __init__(self):
        self.numbers = []
        self.is_paid = False

    @workflow.run
    async def run(self, wait: bool) -> list[int]:  # <- run
        for name in ("coroutine", "in_a_thread", "decorated", "method"):
            number = await workflow.execute_activity(  # <- activity
                name, 1, start_to_close_timeout=timedelta(seconds=20)
            )
            self.numbers.append(number)
        if wait:
            await workflow.wait_condition(lambda: self.is_paid)
        return self.numbers

    @workflow.signal
    async def pay(self):  # <- pay
        self.is_paid = True

    @workflow.query
    def how_many(self) -> int:  # <- how_many
        return len(self.numbers)

    @workflow.update
    async def add(self, number: int) -> int:  # <- add
        self.numbers.append(number)
        return number

    @add.validator
    def check(self, number: int):  # <- check
        assert number


async def buy(client, queue, wait):
    return await client.start_workflow(Order.run, wait, id=queue, task_queue=queue)  # <- buy


async def talk(handle):
    await handle.execute_update(Order.add, 2)  # <- update
    await handle.query(Order.how_many)  # <- query
    await handle.signal(Order.pay)  # <- signal
