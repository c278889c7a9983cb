"""arq's jobs, and the line that enqueues them."""

import functools

from arq import Retry, cron, func


def audited(job):
    @functools.wraps(job)
    async def inner(*args, **kwargs):
        return await job(*args, **kwargs)

    return inner


async def coroutine(context, number):  # <- coroutine
    assert context["job_id"]


@audited
async def decorated(context, number):  # <- decorated
    assert number == 1


class Reports:
    async def monthly(self, context, number):  # <- method
        assert number == 1


async def raises(context, number):  # <- raises
    raise LookupError("no such order")


async def retried(context, number):  # <- retried
    if context["job_try"] == 1:
        raise Retry(defer=0)


async def nightly(context):  # <- nightly
    assert context["job_id"]


jobs = [coroutine, decorated, func(Reports().monthly, name="monthly"), raises, retried]
at_start = [cron(nightly, run_at_startup=True, hour=3)]


async def enqueue(pool, name):
    await pool.enqueue_job(name, 1)  # <- enqueue
