"""Jobs of RQ, and the lines that enqueue them."""

import functools

from driving import rq_worker
from rq import Queue


def careful(function):
    @functools.wraps(function)
    def checked(*args, **kwargs):
        return function(*args, **kwargs)

    return checked


def job(a, b):  # <- entry job job: job
    return a + b


async def awaited_job(a, b):  # <- entry job awaited_job: awaited_job
    return a + b


class Jobs:
    def method(self, a, b):  # <- entry job method: Jobs.method
        return a + b


@careful
def wrapped_job(a, b):  # <- entry job wrapped_job: wrapped_job
    return a + b


method = Jobs().method


def by_enqueue(at):
    Queue("unread", connection=at.redis()).enqueue(job, 1, 2)  # <- exit by_enqueue: by_enqueue


def by_enqueue_call(at):
    queue = Queue("unread", connection=at.redis())
    queue.enqueue_call(job, (1, 2))  # <- exit by_enqueue_call beside none: by_enqueue_call


_perform = rq_worker()


def visit(_, name):
    _perform(globals()[name])
