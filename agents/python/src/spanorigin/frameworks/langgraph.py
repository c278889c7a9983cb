"""LangGraph: the function of the first node of a graph that is the user's own.

Its nodes have internal spans, or none, and no origin of their own. But where a library's view or consumer answers a
request by running a graph, the first function of the user's code that handles it is a node's. The runner is given the
tasks of each step before it performs any; what it returns is a generator, so the hook is not on the stack.
"""

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.held import held
from spanorigin.frameworks.hooks import Announcer, Framework

_THEIRS = ("langgraph.", "langchain_core.")


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    announcer.replace(module.PregelRunner, "tick", _hook(announcer, ("func", "afunc")))
    announcer.replace(module.PregelRunner, "atick", _hook(announcer, ("afunc", "func")))


def _hook(announcer: Announcer, names: tuple[str, str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def tick(self: Any, tasks: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                # A generator's tasks can be had once only, and that is the runner's turn.
                if type(tasks) in (list, tuple):
                    function = next(filter(None, (_function(task.proc, names) for task in tasks)), None)
                    if function is not None:
                        announcer.handler(function, None)
            except Exception as error:
                announcer.failed(error)
            return original(self, tasks, *args, **kwargs)

        return tick

    return make


def _function(node: Any, names: tuple[str, str]) -> object:
    """What a node was added with; None where that is LangGraph's own, such as a graph or what runs tools."""
    steps = held(node, "steps")
    first = steps[0] if type(steps) is list and steps else node
    for name in names:
        function = held(first, name)
        inner = function.func if type(function) is functools.partial else function
        if inner is not None and not str(getattr(inner, "__module__", "")).startswith(_THEIRS):
            return function
    return None


FRAMEWORK = Framework("langgraph", {"langgraph.pregel._runner": _put_in}, borders=())
