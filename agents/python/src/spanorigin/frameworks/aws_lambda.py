"""AWS Lambda: the function that the handler setting names.

There is no framework in between: the instrumentation wraps the function where its module holds it, starts the span and
calls on. What it starts the span with is a tracer that it asks for at each invocation; the hook hands it one that
looks for the handler once the span is current.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework
from spanorigin.origin.handler import instance_dictionary

_NAME = "opentelemetry.instrumentation.aws_lambda"


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def get_tracer(*args: Any, **kwargs: Any) -> Any:
            tracer = original(*args, **kwargs)
            return _Tracer(tracer, module, announcer)

        return get_tracer

    announcer.replace(module, "get_tracer", make)


class _Tracer:
    """The tracer of one invocation. What it adds has run when the handler starts, and is not on its stack."""

    def __init__(self, tracer: Any, module: ModuleType, announcer: Announcer) -> None:
        self._tracer = tracer
        self._module = module
        self._announcer = announcer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tracer, name)

    @contextmanager
    def start_as_current_span(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        with self._tracer.start_as_current_span(*args, **kwargs) as span:
            try:
                handler = _handler(self._module)
                if handler is not None:
                    self._announcer.handler(handler, None)
            except Exception as error:
                self._announcer.failed(error)
            yield span


def _handler(module: ModuleType) -> object:
    """What the instrumentation has wrapped, as the user's module holds it now."""
    # It is made once for a process, and keeps the names that it read from the environment.
    kept = instance_dictionary(vars(module.AwsLambdaInstrumentor).get("_instance"))
    users = sys.modules.get(kept.get("_wrapped_module_name", ""))
    return vars(users).get(kept.get("_wrapped_function_name", "")) if users is not None else None


FRAMEWORK = Framework(
    "aws-lambda", {_NAME: _put_in}, borders=("/opentelemetry/instrumentation/aws_lambda/__init__.py",)
)
