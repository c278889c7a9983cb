"""Tasks of Celery's and the calls that send them, over a broker in memory."""

from celery import Celery, Task

app = Celery("case_celery", broker="memory://", set_as_current=False)
app.conf.update(
    broker_transport_options={"polling_interval": 0.02},
    task_ignore_result=True,
    worker_hijack_root_logger=False,
)


@app.task
def add(left, right):  # <- add
    return left + right


class Report(Task):
    name = "case_celery.Report"

    def run(self, month):  # <- report
        return month


report = app.register_task(Report())


def send_with_delay():
    return add.delay(1, 2)  # <- delay


def send_with_options():
    return report.apply_async(("May",), countdown=0)  # <- options
