"""How a user's code comes to have a library's function called in another thread. `call` makes one CLIENT span."""

import asyncio
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool


async def to_thread(call):
    await asyncio.to_thread(call)


async def in_executor(call):
    await asyncio.get_running_loop().run_in_executor(None, call)


def submitted(call):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(call).result()


def mapped(call):
    with ThreadPoolExecutor(1) as pool:
        list(pool.map(call, [1]))


def in_a_pool_of_multiprocessing(call):
    with ThreadPool(1) as pool:
        pool.map(call, [1])


def in_a_thread(call):
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


def later(call):
    timer = threading.Timer(0, call)
    timer.start()
    timer.join()


def in_a_process(call):
    process = multiprocessing.get_context("fork").Process(target=call)
    process.start()
    process.join()


def own_function(call):
    call()  # <- own


def own_function_submitted(call):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(own_function, call).result()


async def own_function_to_thread(call):
    await asyncio.to_thread(own_function, call)


def own_function_in_a_thread(call):
    thread = threading.Thread(target=own_function, args=(call,))
    thread.start()
    thread.join()


class Worker(threading.Thread):
    def __init__(self, call):
        super().__init__()
        self.call = call

    def run(self):
        self.call()  # <- run


def own_thread_class(call):
    worker = Worker(call)
    worker.start()
    worker.join()
