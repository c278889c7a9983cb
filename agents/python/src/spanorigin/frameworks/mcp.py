"""MCP: the function behind the tool, the prompt or the resource that a client asked for.

The SDK starts a span for each message in a middleware of its own (from 2.0). These methods run below it and call the
function; the hooks hand on their coroutines.
"""

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


def _put_in_prompts(module: ModuleType, announcer: Announcer) -> None:
    announcer.replace(module.Prompt, "render", _hook(announcer))


def _put_in_resources(module: ModuleType, announcer: Announcer) -> None:
    announcer.replace(module.FunctionResource, "read", _hook(announcer))


def _put_in_templates(module: ModuleType, announcer: Announcer) -> None:
    announcer.replace(module.ResourceTemplate, "create_resource", _hook(announcer))


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


_SERVER = "mcp.server.mcpserver"
FRAMEWORK = Framework(
    "mcp",
    {
        f"{_SERVER}.utilities.func_metadata": _put_in_tools,
        f"{_SERVER}.prompts.base": _put_in_prompts,
        f"{_SERVER}.resources.types": _put_in_resources,
        f"{_SERVER}.resources.templates": _put_in_templates,
    },
    borders=("/mcp/server/mcpserver/utilities/func_metadata.py", "/mcp/server/runner.py"),
)
