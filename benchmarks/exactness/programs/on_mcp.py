"""Tools, prompts and resources of an MCP server."""

import functools

from driving import mcp_visits
from mcp.server.mcpserver import MCPServer

server = MCPServer("shop")
visit = mcp_visits(server)  # a client introduces itself first, which nobody of the user's handles


def careful(tool):
    @functools.wraps(tool)
    async def checked(*args, **kwargs):
        return await tool(*args, **kwargs)

    return checked


@server.tool()
async def awaited(number: int) -> int:  # <- entry tool awaited beside none: awaited
    return number


@server.tool()
def plain(number: int) -> int:  # <- entry tool plain beside none: plain
    return number


@server.tool()
@careful
async def wrapped(number: int) -> int:  # <- entry tool wrapped beside none: wrapped
    return number


@server.tool()
def fails(number: int) -> int:  # <- entry tool fails beside none: fails
    raise LookupError


class Shelf:
    def count(self, number: int) -> int:  # <- entry tool method beside none: Shelf.count
        return number


server.add_tool(Shelf().count, name="method")


@server.prompt()
def prompt(number: str) -> str:  # <- entry prompt prompt beside none: prompt
    return number


@server.resource("shop://all")
def everything() -> str:  # <- entry resource shop//all beside none: everything
    return "[]"
