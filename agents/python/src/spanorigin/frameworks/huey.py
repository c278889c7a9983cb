"""Huey: the function of the task that a consumer is about to execute.

Nobody instruments Huey; programs open a span in a `pre_execute` hook, at its signals or around `Huey.execute`. The time
limit of a task is made after all of those and right before the task's function is called, and that is where we look.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.held import held
from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _timeout_context(self: Any, task: Any) -> Any:
            try:
                announcer.handler(_function(held(task, "execute")), None)
            except Exception as error:
                announcer.failed(error)
            return original(self, task)

        return _timeout_context

    announcer.replace(module.Huey, "_timeout_context", make)


def _function(execute: Any) -> object:
    """What the `execute` that Huey makes for a task holds; an `execute` of the user's own is its own answer."""
    cells = zip(execute.__code__.co_freevars, execute.__closure__ or (), strict=True)
    return next((cell.cell_contents for name, cell in cells if name == "func"), execute)


FRAMEWORK = Framework("huey", {"huey.api": _put_in}, borders=("/huey/consumer.py",))
