"""Taskiq: the function of the task that a receiver is about to run.

`run_task` gets the function after the middlewares, one of which starts the span. The hook hands on its coroutine.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def run_task(self: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
            announcer.handler(target, None)
            return original(self, target, *args, **kwargs)

        return run_task

    announcer.replace(module.Receiver, "run_task", make)


FRAMEWORK = Framework("taskiq", {"taskiq.receiver.receiver": _put_in}, borders=("/taskiq/receiver/receiver.py",))
