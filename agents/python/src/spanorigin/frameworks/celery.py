"""Celery: the `run` of the task that a worker is about to call.

The instrumentation starts its span in a receiver of the signal `task_prerun`. A worker asks the signal for its
receivers each time it sends it; the hook adds one that comes last, after the span has been started, whichever was
connected first. Programs install tracing in `worker_process_init`, when the worker has bound everything else already.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.held import held
from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    prerun = module.task_prerun

    def announce(sender: Any = None, **_: Any) -> None:
        try:
            # With `autoretry_for` the task holds a wrapper made by functools.wraps under the same name.
            announcer.handler(held(sender, "run"), None)
        except Exception as error:
            announcer.failed(error)

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _live_receivers(self: Any, sender: Any) -> Any:
            receivers = original(self, sender)
            return [*receivers, announce] if self is prerun else receivers

        return _live_receivers

    announcer.replace(module.Signal, "_live_receivers", make)


FRAMEWORK = Framework("celery", {"celery.signals": _put_in}, borders=("/celery/app/trace.py",))
