"""Huey: the function of the task that a consumer is about to execute.

Nobody instruments Huey; programs open a span in a `pre_execute` hook, at its signals or around `Huey.execute`. Huey 3
makes the task's time limit after all of those and right before it calls the function, and that is where we look. Huey 2
does nothing in between: there it is after the last `pre_execute` hook, or after the signal where there are none.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.held import held
from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    huey = module.Huey
    if "_timeout_context" in vars(huey):
        announcer.replace(huey, "_timeout_context", _before(announcer))
    else:
        announcer.replace(huey, "_run_pre_execute", _after(announcer, lambda _, task: task))
        announcer.replace(huey, "_emit", _after(announcer, _without_hooks))


def _before(announcer: Announcer) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _timeout_context(self: Any, task: Any) -> Any:
            try:
                announcer.handler(_function(task), None)
            except Exception as error:
                announcer.failed(error)
            return original(self, task)

        return _timeout_context

    return make


def _after(announcer: Announcer, find: Callable[..., object]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            try:
                task = find(self, *args)
                if task is not None:
                    announcer.handler(_function(task), None)
            except Exception as error:
                announcer.failed(error)

        return call

    return make


def _without_hooks(huey: Any, signal: str, task: Any, *_: Any) -> object:
    """The task of the signal that goes before its execution, where no hook comes after it."""
    return task if signal == "executing" and not held(huey, "_pre_execute") else None


def _function(task: Any) -> object:
    """What the `execute` that Huey makes for a task holds; an `execute` of the user's own is its own answer."""
    execute = held(task, "execute")
    cells = zip(execute.__code__.co_freevars, execute.__closure__ or (), strict=True)
    return next((cell.cell_contents for name, cell in cells if name == "func"), execute)


FRAMEWORK = Framework("huey", {"huey.api": _put_in}, borders=("/huey/consumer.py",))
