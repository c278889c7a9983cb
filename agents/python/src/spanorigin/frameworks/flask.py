"""Flask: the view function of the rule that matched.

`Flask.dispatch_request` passes the view through `ensure_sync` right before it calls it. By then routing has
succeeded and no `before_request` function has answered, so 404, 405, redirects, automatic OPTIONS and early answers
never come here.
"""

import sys
from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType, SimpleNamespace
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    asked = _request_context(vars(sys.modules["flask.globals"]))

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def ensure_sync(self: Any, func: Any) -> Any:
            try:
                request = asked().request
                rule = request.url_rule
                # Hooks, error handlers and signals pass here too; the view is the one that the rule names.
                if rule is not None and self.view_functions.get(rule.endpoint) is func:
                    announcer.handler(func, request.method)
            except (LookupError, RuntimeError):
                pass  # outside a request
            except Exception as error:
                announcer.failed(error)
            return original(self, func)

        return ensure_sync

    announcer.replace(module.Flask, "ensure_sync", make)


def _request_context(shared: dict[str, Any]) -> Callable[[], Any]:
    """What gives the object that holds the current `request`. The public proxy costs twice the rest of the hook."""
    variable = shared.get("_cv_request", shared.get("_cv_app"))
    if type(variable) is ContextVar:
        return variable.get
    proxy = shared["request"]
    return lambda: SimpleNamespace(request=proxy._get_current_object())


FRAMEWORK = Framework("flask", {"flask.app": _put_in}, borders=("/flask/app.py",))
