"""What the hooks for queues, consumers, GraphQL and tools leave behind when they are taken out: nothing."""

import pytest
from work_support import assert_a_hook_goes_in_and_comes_out

HOOKED = [
    ("aio_pika.patterns.master", "Master", "on_message"),
    ("aio_pika.patterns.rpc", "RPC", "execute"),
    ("celery.signals", "Signal", "_live_receivers"),
    ("dramatiq.broker", "Broker", "emit_before"),
    ("faststream._internal.endpoint.call_wrapper", "HandlerCallWrapper", "call_wrapped"),
    ("fastmcp.prompts.function_prompt", "FunctionPrompt", "render"),
    ("fastmcp.resources.function_resource", "FunctionResource", "read"),
    ("fastmcp.resources.template", "FunctionResourceTemplate", "read"),
    ("fastmcp.tools.function_tool", "FunctionTool", "run"),
    ("graphql.execution.execute", "ExecutionContext", "build_resolve_info"),
    ("huey.api", "Huey", "_timeout_context"),
    ("langgraph.pregel._runner", "PregelRunner", "atick"),
    ("langgraph.pregel._runner", "PregelRunner", "tick"),
    ("mcp.server.lowlevel.server", "Server", "get_request_handler"),
    ("mcp.server.mcpserver.prompts.base", "Prompt", "render"),
    ("mcp.server.mcpserver.resources.templates", "ResourceTemplate", "create_resource"),
    ("mcp.server.mcpserver.resources.types", "FunctionResource", "read"),
    ("mcp.server.mcpserver.utilities.func_metadata", "FuncMetadata", "call_fn"),
    ("opentelemetry.instrumentation.aws_lambda", None, "get_tracer"),
    ("opentelemetry.instrumentation.aio_pika.callback_decorator", "CallbackDecorator", "_get_span"),
    ("opentelemetry.instrumentation.aio_pika.callback_decorator", "CallbackDecorator", "decorate"),
    ("opentelemetry.instrumentation.pika.utils", None, "_decorate_callback"),
    ("opentelemetry_instrumentor_dramatiq.src", None, "_instrument"),
    ("rq.job", "Job", "func"),
    ("taskiq.receiver.receiver", "Receiver", "run_task"),
]


@pytest.mark.parametrize(("module", "name", "attribute"), HOOKED, ids=lambda part: part or "-")
def test_a_hook_goes_in_and_comes_out_and_the_library_is_what_it_was(module, name, attribute):
    assert_a_hook_goes_in_and_comes_out(module, name, attribute)
