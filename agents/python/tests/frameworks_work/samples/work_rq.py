"""RQ's jobs, and the line that enqueues them."""

import functools


def audited(job):
    @functools.wraps(job)
    def inner(*args, **kwargs):
        return job(*args, **kwargs)

    return inner


def function(number):  # <- function
    return number


async def coroutine(number):  # <- coroutine
    return number


@audited
def decorated(number):  # <- decorated
    return number


def raises(number):  # <- raises
    raise LookupError("no such order")


class Report:
    def monthly(self, number):  # <- method
        return number

    @staticmethod
    def yearly(number):  # <- static
        return number


def enqueue(queue, job):
    return queue.enqueue(job, 1)  # <- enqueue


def start(worker):
    worker.work(burst=True)
