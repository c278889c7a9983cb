"""Entry origins of FastMCP servers: its own client and server, over its transport in memory, with its own tracing."""

import pytest
import work_fastmcp as sample
from fastmcp import Client, telemetry
from opentelemetry.trace import SpanKind
from work_support import origin_at, origin_of


@pytest.fixture(autouse=True)
def _tracer_of_this_module(work, monkeypatch):
    # FastMCP asks for the global tracer.
    monkeypatch.setattr(telemetry, "otel_get_tracer", work.provider.get_tracer)


async def span_of(work, method, ask):
    """The server's span of one request."""
    async with Client(sample.server) as client:
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
    span = await span_of(work, "tools/call", lambda client: client.call_tool(tool, {"number": 1}, raise_on_error=False))

    assert origin_of(span) == origin_at("work_fastmcp", tool, function)


async def test_a_prompt_names_its_function(work):
    span = await span_of(work, "prompts/get", lambda client: client.get_prompt("prompt", {"number": "1"}))

    assert origin_of(span) == origin_at("work_fastmcp", "prompt", "prompt")


@pytest.mark.parametrize(("address", "function"), [("orders://all", "resource"), ("orders://7", "template")])
async def test_a_resource_names_its_function(work, address, function):
    span = await span_of(work, "resources/read", lambda client: client.read_resource(address))

    assert origin_of(span) == origin_at("work_fastmcp", function, function)


async def test_what_the_sdk_answers_itself_has_no_origin(work):
    span = await span_of(work, "tools/list", lambda client: client.list_tools())

    assert origin_of(span) is None
