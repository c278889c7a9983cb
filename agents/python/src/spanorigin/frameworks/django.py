"""Django, and REST framework on top of it: the view that the URL configuration names.

`BaseHandler` passes the view through `make_view_atomic` right before it calls it, after view middleware had its chance
to answer. That method is not told the request, so the verb is noted a little earlier, in `resolve_request`.
"""

from collections.abc import Callable
from contextvars import ContextVar
from types import FunctionType, ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework

_verb: ContextVar[str | None] = ContextVar("spanorigin_django_verb", default=None)


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make_resolve(original: Callable[..., Any]) -> Callable[..., Any]:
        def resolve_request(self: Any, request: Any) -> Any:
            try:
                _verb.set(request.method)
            except Exception as error:
                announcer.failed(error)
            return original(self, request)

        return resolve_request

    def make_atomic(original: Callable[..., Any]) -> Callable[..., Any]:
        def make_view_atomic(self: Any, view: Any) -> Any:
            # A path of Django Ninja's is no view of the user's; Ninja announces the operation once it has found it.
            if type(view) is not FunctionType or view.__globals__.get("__name__") != "ninja.operation":
                announcer.handler(view, _verb.get())
            return original(self, view)

        return make_view_atomic

    announcer.replace(module.BaseHandler, "resolve_request", make_resolve)
    announcer.replace(module.BaseHandler, "make_view_atomic", make_atomic)


FRAMEWORK = Framework(
    "django",
    {"django.core.handlers.base": _put_in},
    # The second file runs each middleware; a middleware of the user's further out did not make the view's calls.
    borders=("/django/core/handlers/base.py", "/django/core/handlers/exception.py"),
)
