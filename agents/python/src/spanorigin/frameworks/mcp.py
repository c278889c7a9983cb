"""MCP and FastMCP: the function behind the tool, the prompt or the resource that a client asked for.

Both start a span for each message themselves. These methods run below it and call the function; the hooks hand on
their coroutines. A low-level server is asked for its handler by what will call it, below the span.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in_tools(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def call_fn(self: Any, fn: Any, *args: Any, **kwargs: Any) -> Any:
            announcer.handler(fn, None)
            return original(self, fn, *args, **kwargs)

        return call_fn

    announcer.replace(module.FuncMetadata, "call_fn", make)


def _hook(announcer: Announcer) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                announcer.handler(self.fn, None)
            except Exception as error:
                announcer.failed(error)
            return original(self, *args, **kwargs)

        return call

    return make


def _put_in_caller(name: str) -> Callable[[ModuleType, Announcer], None]:
    """What hooks the `Class.method` of a module that calls the `fn` of its object."""
    owner, _, method = name.partition(".")

    def put_in(module: ModuleType, announcer: Announcer) -> None:
        announcer.replace(vars(module)[owner], method, _hook(announcer))

    return put_in


def _put_in_low_level(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def get_request_handler(self: Any, method: Any) -> Any:
            entry = original(self, method)
            try:
                # Transports ask as well, for what a server can do; the runner asks for what it is about to call.
                if entry is not None and sys._getframe(1).f_globals.get("__name__") == "mcp.server.runner":
                    handler = entry.handler
                    # The handlers of the servers above lead on to a tool, a prompt or a resource.
                    if not str(getattr(handler, "__module__", "")).startswith(("mcp.", "fastmcp.")):
                        announcer.handler(handler, None)
            except Exception as error:
                announcer.failed(error)
            return entry

        return get_request_handler

    announcer.replace(module.Server, "get_request_handler", make)


_SERVER = "mcp.server.mcpserver"
FRAMEWORK = Framework(
    "mcp",
    {
        "mcp.server.lowlevel.server": _put_in_low_level,
        f"{_SERVER}.utilities.func_metadata": _put_in_tools,
        f"{_SERVER}.prompts.base": _put_in_caller("Prompt.render"),
        f"{_SERVER}.resources.types": _put_in_caller("FunctionResource.read"),
        f"{_SERVER}.resources.templates": _put_in_caller("ResourceTemplate.create_resource"),
    },
    borders=("/mcp/server/mcpserver/utilities/func_metadata.py", "/mcp/server/runner.py"),
)

FASTMCP = Framework(
    "fastmcp",
    {
        "fastmcp.tools.function_tool": _put_in_caller("FunctionTool.run"),
        "fastmcp.prompts.function_prompt": _put_in_caller("FunctionPrompt.render"),
        "fastmcp.resources.function_resource": _put_in_caller("FunctionResource.read"),
        "fastmcp.resources.template": _put_in_caller("FunctionResourceTemplate.read"),
    },
    borders=("/fastmcp/tools/function_tool.py",),
)
