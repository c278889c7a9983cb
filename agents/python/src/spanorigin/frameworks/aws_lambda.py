"""AWS Lambda: the function that the handler setting names.

There is no framework in between: the instrumentation wraps the function where its module holds it, starts the span and
calls on. What it starts the span with is a tracer that it asks for at each invocation; the hook hands it one that
looks for the handler once the span is current.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.current import AnnouncingTracer
from spanorigin.frameworks.hooks import Announcer, Framework
from spanorigin.origin.handler import instance_dictionary

_NAME = "opentelemetry.instrumentation.aws_lambda"


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def get_tracer(*args: Any, **kwargs: Any) -> Any:
            tracer = original(*args, **kwargs)
            return AnnouncingTracer(tracer, lambda: _handler(module), announcer)

        return get_tracer

    announcer.replace(module, "get_tracer", make)


def _handler(module: ModuleType) -> object:
    """What the instrumentation has wrapped, as the user's module holds it now."""
    # It is made once for a process, and keeps the names that it read from the environment.
    kept = instance_dictionary(vars(module.AwsLambdaInstrumentor).get("_instance"))
    users = sys.modules.get(kept.get("_wrapped_module_name", ""))
    return vars(users).get(kept.get("_wrapped_function_name", "")) if users is not None else None


FRAMEWORK = Framework(
    "aws-lambda", {_NAME: _put_in}, borders=("/opentelemetry/instrumentation/aws_lambda/__init__.py",)
)
