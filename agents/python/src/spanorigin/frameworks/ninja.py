"""Django Ninja: the path operation for the verb, of the path that Django's URL configuration names.

To Django, the view is a function of Ninja's that stands for all operations of a path. Ninja then looks for the one
of the verb: a request without one is a 405, and has no origin.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _find_operation(self: Any, request: Any) -> Any:
            operation = original(self, request)
            try:
                if operation is not None:
                    announcer.handler(operation.view_func, None)
            except Exception as error:
                announcer.failed(error)
            return operation

        return _find_operation

    announcer.replace(module.PathView, "_find_operation", make)


FRAMEWORK = Framework("django-ninja", {"ninja.operation": _put_in}, borders=("/ninja/operation.py",))
