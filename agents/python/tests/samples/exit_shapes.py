"""Calls in every shape that a user's code has. `call` stands for a library's function that makes one CLIENT span."""

import asyncio
import contextlib
import functools
from concurrent.futures import ThreadPoolExecutor


def plain(call):
    call()  # <- plain


# fmt: off
def over_lines(call):
    keep(
        1,
        call(),  # <- over-lines
        2,
    )


def keep(*values):
    return values


def chained(builder):
    return (
        builder
        .where("a")
        .where("b")
        .run()  # <- chained
    )
# fmt: on


def in_a_loop(call):
    for _ in range(3):
        call()  # <- loop


def in_a_comprehension(call):
    return [call() for _ in range(2)]  # <- comprehension


def in_a_generator(call):
    yield call()  # <- generator


def pulling(call):
    for _ in in_a_generator(call):  # <- pulling
        pass


def twice_on_a_line(call):
    return call(), call()  # <- twice


def two_sites(call):
    call()  # <- first-site
    call()  # <- second-site


def recursive(call, depth):
    if depth:
        return recursive(call, depth - 1)  # <- recursing
    return call()  # <- recursed


def in_a_lambda(call):
    return (lambda: call())()  # <- lambda


def by_partial(call):
    return functools.partial(call)()  # <- partial


def by_map(call):
    return list(map(lambda _: call(), [1]))  # noqa: C417  # <- map


class Cart:
    total = 0

    def pay(self, call):
        def attempt():
            call()  # <- nested

        attempt()  # <- nesting

    @classmethod
    def made(cls, call):
        call()  # <- classmethod

    @property
    def price(self):
        return self.call()  # <- property


def context_manager(call):
    with managed(call):  # <- entering
        pass


@contextlib.contextmanager
def managed(call):
    call()  # <- managed
    yield


def caller_of_a_callback(library):
    library(lambda call: call())  # <- callback


async def awaited(async_call):
    await async_call()  # <- awaited


async def awaited_through(async_call):
    await awaited(async_call)  # <- awaited-caller


async def in_own_task(async_call):
    async def work():
        await async_call()  # <- own-task

    await asyncio.create_task(work())


def own_function_in_pool(call):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(plain, call).result()


def on_a_loop(loop, coroutine):
    return loop.run_until_complete(coroutine)


def middleware(handler, call):
    return handler(call)  # <- middleware


async def async_iteration(source):
    return [item async for item in source()]  # <- async-for
