"""FastStream: the function that a subscriber was declared with, whichever broker brings the message.

`call_wrapped` is the innermost of what its middlewares call on; its own telemetry, one of them, has made the span
current by then. The hook hands on the coroutine, so it is not on the stack when the subscriber runs.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework

# The function as it was written; until 0.7 it had the second name.
_DECLARED = ("_declared_call", "_original_call")


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def call_wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                for name in _DECLARED:
                    handler = getattr(self, name, None)
                    if handler is not None:
                        announcer.handler(handler, None)
                        break
            except Exception as error:
                announcer.failed(error)
            return original(self, *args, **kwargs)

        return call_wrapped

    announcer.replace(module.HandlerCallWrapper, "call_wrapped", make)


FRAMEWORK = Framework(
    "faststream",
    {"faststream._internal.endpoint.call_wrapper": _put_in},
    borders=("/faststream/_internal/endpoint/subscriber/usecase.py",),
)
