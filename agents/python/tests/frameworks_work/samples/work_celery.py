"""Tasks of every kind that Celery knows, and the calls that send them."""

import functools

from celery import Celery, Task, shared_task

app = Celery("work_celery", set_as_current=False)
app.conf.update(
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=False,
    task_ignore_result=True,
    worker_send_task_events=False,
)


def audited(task):
    @functools.wraps(task)
    def inner(*args, **kwargs):
        return task(*args, **kwargs)

    return inner


@app.task
def add(left, right):  # <- add
    return left + right


@app.task(bind=True)
def bound(self, number):  # <- bound
    assert self.request.id
    return number


@app.task
@audited
def decorated():  # <- decorated
    return "ok"


@app.task(autoretry_for=(LookupError,), max_retries=0)
def retried():  # <- retried
    return "ok"


@app.task
def raises():  # <- raises
    raise LookupError("no such order")


@shared_task
def shared():  # <- shared
    return "ok"


class Report(Task):
    name = "work_celery.Report"

    def run(self, month):  # <- report
        return month


class InContext(Task):
    def __call__(self, *args, **kwargs):
        return self.run(*args, **kwargs)


@app.task(base=InContext)
def in_context():  # <- in_context
    return "ok"


class Inherited(Report):
    name = "work_celery.Inherited"


report = app.register_task(Report())
inherited = app.register_task(Inherited())


def send_with_delay():
    return add.delay(1, 2)  # <- delay


def send_with_options():
    return report.apply_async(("May",), countdown=0)  # <- options


def send_by_name():
    app.send_task("work_celery.add", (3, 4))  # <- by_name
