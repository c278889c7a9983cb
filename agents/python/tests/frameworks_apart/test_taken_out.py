"""What the hooks for the libraries of this environment leave behind when they are taken out: nothing."""

import pytest
from work_support import assert_a_hook_goes_in_and_comes_out


@pytest.mark.parametrize(
    ("module", "name", "attribute"),
    [
        ("huey.api", "Huey", "_emit"),
        ("huey.api", "Huey", "_run_pre_execute"),
        ("opentelemetry.instrumentation.arq", None, "_wrap_coroutine"),
        ("sanic.request.types", "Request", "match_info"),
        ("temporalio.contrib.opentelemetry._interceptor", "TracingInterceptor", "_completed_workflow_span"),
        ("temporalio.worker._activity", "_ActivityInboundImpl", "execute_activity"),
        ("temporalio.worker._workflow_instance", "_WorkflowInboundImpl", "execute_workflow"),
        ("temporalio.worker._workflow_instance", "_WorkflowInboundImpl", "handle_query"),
        ("temporalio.worker._workflow_instance", "_WorkflowInboundImpl", "handle_signal"),
        ("temporalio.worker._workflow_instance", "_WorkflowInboundImpl", "handle_update_handler"),
        ("temporalio.worker._workflow_instance", "_WorkflowInstanceImpl", "workflow_get_update_validator"),
    ],
    ids=lambda part: part or "-",
)
def test_a_hook_goes_in_and_comes_out_and_the_library_is_what_it_was(module, name, attribute):
    assert_a_hook_goes_in_and_comes_out(module, name, attribute)
