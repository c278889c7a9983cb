"""How a user's code comes to run a library's coroutine as a task. `async_call` makes one CLIENT span some steps in."""

import asyncio


async def gathered(async_call):
    await asyncio.gather(async_call(), async_call())  # <- gathered


async def gathered_before_it_is_awaited(async_call):
    both = asyncio.gather(async_call(), async_call())
    await both  # <- awaiting-both


async def as_task(async_call):
    task = asyncio.create_task(async_call())
    await task  # <- as-task


async def within_a_time(async_call):
    await asyncio.wait_for(async_call(), 5)  # <- within-a-time


async def shielded(async_call):
    await asyncio.shield(async_call())  # <- shielded


async def waited_for(async_call):
    await asyncio.wait({asyncio.ensure_future(async_call())})  # <- waited-for


async def nested(async_call):
    await asyncio.gather(asyncio.wait_for(asyncio.shield(async_call()), 5))  # <- nested


async def through_a_function_of_its_own(async_call):
    await gathered(async_call)  # <- through


async def in_a_generator(async_call):
    yield await asyncio.create_task(async_call())


async def pulling_a_generator(async_call):
    async for _ in in_a_generator(async_call):
        pass


async def own_tasks_around(async_call):
    async def work():
        await asyncio.gather(async_call())  # <- own-task

    await asyncio.gather(work(), work())


async def busy_with_something_else(async_call):
    task = asyncio.create_task(async_call())
    await until_done(task)
    await task


async def never_awaited(async_call):
    task = asyncio.create_task(async_call())
    await until_done(task)


async def until_done(task):
    """Look, and do not await it. However long it takes on a busy machine."""
    while not task.done():
        await asyncio.sleep(0)


async def awaited_twice(async_call):
    task = asyncio.create_task(async_call())
    await asyncio.gather(waits_for(task), waits_for(task))


async def waits_for(task):
    await task


async def as_completed(async_call):
    for first in asyncio.as_completed([async_call()]):
        await first


async def in_a_group(async_call):
    async with asyncio.TaskGroup() as group:
        group.create_task(async_call())
        await asyncio.sleep(0)


async def awaiting(something):
    await something


def on_a_loop(loop, coroutine):
    loop.run_until_complete(coroutine)


async def from_a_callback(call):
    done = asyncio.Event()
    asyncio.get_running_loop().call_soon(lambda: (call(), done.set()))  # <- callback
    await done.wait()


async def of_the_library_as_a_callback(call):
    loop = asyncio.get_running_loop()
    loop.call_soon(call)
    await asyncio.sleep(0.01)


async def from_another_loop(async_call, loop):
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(async_call(), loop))
