"""A process that runs workflows and asks for none: the first file of a library's is met in a workflow's sandbox."""

import threading

import apart_temporal as sample
import pytest
import spanorigin
from apart_support import working
from spanorigin import agent
from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from work_support import Work, origin_in, origin_of


@pytest.fixture
def worker_process():
    """Spans with the agent on them, which was installed where no library's file is on the stack."""
    made = Work()
    thread = threading.Thread(target=spanorigin.install, args=(made.provider,))
    thread.start()
    thread.join()
    yield made
    spanorigin.uninstall()
    made.provider.shutdown()


async def test_files_that_are_first_met_in_a_workflow_are_judged_as_everywhere(worker_process, temporal_address):
    untraced = await Client.connect(temporal_address)
    interceptor = TracingInterceptor(worker_process.provider.get_tracer("test"), always_create_workflow_spans=True)
    traced = await Client.connect(temporal_address, interceptors=[interceptor])

    async with working(traced, workflows=[sample.Order], activities=sample.ACTIVITIES) as queue:
        await untraced.execute_workflow("Order", False, id=queue, task_queue=queue)

    reasons = {verdict.reason for file, verdict in agent.status().files.items() if "/temporalio/" in file}
    assert reasons == {"temporalio is an installed package"}
    [asked, *_] = [
        span for span in worker_process.exporter.get_finished_spans() if span.name == "StartActivity:coroutine"
    ]
    assert origin_of(asked) == origin_in(sample, "activity", "Order.run", "exit")
