"""pika: the callback that a channel's consumer was declared with.

The instrumentation opens the span and calls the callback itself. Between the two it calls a hook with the span and the
message; ours stands in that place, asks the program's own hook first, and has returned when the callback starts.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _decorate_callback(
            callback: Any, tracer: Any, task_name: Any, consume_hook: Callable[..., Any] = module.dummy_callback
        ) -> Any:
            def hook(*message: Any) -> None:
                try:
                    consume_hook(*message)
                finally:
                    announcer.handler(callback, None)

            return original(callback, tracer, task_name, hook)

        return _decorate_callback

    announcer.replace(module, "_decorate_callback", make)


# The file that publishes too: of the two spans that the instrumentation makes for a message on a blocking channel the
# inner one has no origin. Without the border, whatever a callback causes would name the line of `start_consuming`.
FRAMEWORK = Framework(
    "pika", {"opentelemetry.instrumentation.pika.utils": _put_in}, borders=("/pika/adapters/blocking_connection.py",)
)
