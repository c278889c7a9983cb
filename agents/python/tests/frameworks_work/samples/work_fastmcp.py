"""A FastMCP server with tools, a prompt and resources."""

import functools

from fastmcp import FastMCP

server = FastMCP("orders")


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


server.tool(Shelf().count, name="method")


@server.prompt()
def prompt(number: str) -> str:  # <- prompt
    return number


@server.resource("orders://all")
def resource() -> str:  # <- resource
    return "[]"


@server.resource("orders://{number}")
def template(number: str) -> str:  # <- template
    return number
