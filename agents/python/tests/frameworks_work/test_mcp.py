"""Entry origins of MCP servers: the SDK's own client and server, over its transport in memory, with its own tracing."""

import pytest
import work_mcp as sample
from mcp import Client
from mcp.shared import _otel
from opentelemetry.trace import SpanKind
from work_support import origin_at, origin_of


@pytest.fixture(autouse=True)
def _tracer_of_this_module(work, monkeypatch):
    # The SDK takes the global tracer when it is imported.
    monkeypatch.setattr(_otel, "_tracer", work.provider.get_tracer("mcp-python-sdk"))


async def span_of(work, method, ask, server=sample.server):
    """The server's span of one request."""
    async with Client(server) as client:
        await ask(client)
    (found,) = [span for span in work.of_kind(SpanKind.SERVER) if span.attributes.get("mcp.method.name") == method]
    return found


@pytest.mark.parametrize(
    ("tool", "function"),
    [
        ("coroutine", "coroutine"),
        ("function", "function"),
        ("decorated", "decorated"),
        ("raises", "raises"),
        ("method", "Shelf.count"),
    ],
)
async def test_a_call_of_a_tool_names_its_function(work, tool, function):
    span = await span_of(work, "tools/call", lambda client: client.call_tool(tool, {"number": 1}))

    assert origin_of(span) == origin_at("work_mcp", tool, function)


async def test_a_prompt_names_its_function(work):
    span = await span_of(work, "prompts/get", lambda client: client.get_prompt("prompt", {"number": "1"}))

    assert origin_of(span) == origin_at("work_mcp", "prompt", "prompt")


@pytest.mark.parametrize(("address", "function"), [("orders://all", "resource"), ("orders://7", "template")])
async def test_a_resource_names_its_function(work, address, function):
    span = await span_of(work, "resources/read", lambda client: client.read_resource(address))

    assert origin_of(span) == origin_at("work_mcp", function, function)


@pytest.mark.parametrize(
    ("method", "ask", "mark", "function"),
    [
        ("tools/list", lambda client: client.list_tools(), "list_tools", "list_tools"),
        ("tools/call", lambda client: client.call_tool("count", {}), "call_tool", "Desk.call_tool"),
    ],
    ids=["function", "method"],
)
async def test_a_request_to_a_low_level_server_names_its_handler(work, method, ask, mark, function):
    span = await span_of(work, method, ask, sample.low_level)

    assert origin_of(span) == origin_at("work_mcp", mark, function)


async def test_what_the_sdk_answers_itself_has_no_origin(work):
    span = await span_of(work, "tools/list", lambda client: client.list_tools())

    assert origin_of(span) is None
