"""Huey's tasks, and the two ways in which a program traces them, as its documentation shows its hooks."""

import functools

from huey import CancelExecution, RedisHuey
from opentelemetry.trace import SpanKind

tried = []


class TracedHuey(RedisHuey):
    """Opens a span around all that executes a task."""

    tracer = None

    def execute(self, task, timestamp=None):
        if self.tracer is None:
            return super().execute(task, timestamp)
        with self.tracer.start_as_current_span(task.name, kind=SpanKind.CONSUMER):
            return super().execute(task, timestamp)


def trace_by_hooks(huey, tracer):
    """Open a span in one hook, and close it in another."""
    opened = {}

    @huey.pre_execute("trace")
    def begin(task):
        opened[task.id] = tracer.start_as_current_span(task.name, kind=SpanKind.CONSUMER)
        opened[task.id].__enter__()

    @huey.post_execute("trace")
    def end(task, value, exception):
        opened.pop(task.id).__exit__(None, None, None)


def declare(port):
    """The tasks by name, and the Huey that keeps them in the Redis at a port."""
    huey = TracedHuey("work", host="127.0.0.1", port=port, db=4, results=False)

    def audited(task):
        @functools.wraps(task)
        def inner(*args, **kwargs):
            return task(*args, **kwargs)

        return inner

    @huey.task()
    def function(number):  # <- function
        assert number == 1

    @huey.task(context=True)
    def in_context(number, task=None):  # <- in_context
        assert task.id

    @huey.task()
    @audited
    def decorated(number):  # <- decorated
        assert number == 1

    @huey.task()
    @huey.lock_task("one at a time")
    def locked(number):  # <- locked
        assert number == 1

    @huey.task(timeout=60)
    def limited(number):  # <- limited
        assert number == 1

    @huey.task(retries=1)
    def retried(number):  # <- retried
        tried.append(number)
        if len(tried) == 1:
            raise LookupError("no such order")

    @huey.task()
    def refused(number):
        raise AssertionError("a hook refuses it")

    @huey.pre_execute("refuse")
    def refuse(task):
        if task.name == "refused":
            raise CancelExecution

    tasks = (function, in_context, decorated, locked, limited, retried, refused)
    return huey, {task.func.__name__: task for task in tasks}
