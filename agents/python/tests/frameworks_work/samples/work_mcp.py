"""An MCP server with tools, a prompt and resources, and a low-level one that answers by itself."""

import functools

from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.mcpserver import MCPServer

server = MCPServer("orders")


def audited(tool):
    @functools.wraps(tool)
    async def inner(*args, **kwargs):
        return await tool(*args, **kwargs)

    return inner


@server.tool()
async def coroutine(number: int) -> int:  # <- coroutine
    return number


@server.tool()
def function(number: int) -> int:  # <- function
    return number


@server.tool()
@audited
async def decorated(number: int) -> int:  # <- decorated
    return number


@server.tool()
def raises(number: int) -> int:  # <- raises
    raise LookupError("no such order")


class Shelf:
    def count(self, number: int) -> int:  # <- method
        return number


server.add_tool(Shelf().count, name="method")


@server.prompt()
def prompt(number: str) -> str:  # <- prompt
    return number


@server.resource("orders://all")
def resource() -> str:  # <- resource
    return "[]"


@server.resource("orders://{number}")
def template(number: str) -> str:  # <- template
    return number


async def list_tools(context, params):  # <- list_tools
    return types.ListToolsResult(tools=[types.Tool(name="count", input_schema={"type": "object"})])


class Desk:
    async def call_tool(self, context, params):  # <- call_tool
        return types.CallToolResult(content=[types.TextContent(type="text", text=params.name)])


low_level = Server("orders", on_list_tools=list_tools, on_call_tool=Desk().call_tool)
