"""arq: the coroutine function of the job that a worker is about to run.

The instrumentation wraps the function as it is taken from its job, starts the span and calls on, with nothing of arq's
in between. It starts the span with a tracer, and the hook hands it one that looks once the span is current.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.current import AnnouncingTracer
from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _wrap_coroutine(value: Any, *, tracer: Any, **kwargs: Any) -> Any:
            return original(value, tracer=AnnouncingTracer(tracer, lambda: value, announcer), **kwargs)

        return _wrap_coroutine

    announcer.replace(module, "_wrap_coroutine", make)


FRAMEWORK = Framework("arq", {"opentelemetry.instrumentation.arq": _put_in}, borders=("/arq/worker.py",))
