"""Flask: the view function of the rule that matched.

`Flask.dispatch_request` passes the view through `ensure_sync` right before it calls it. By then routing has
succeeded and no `before_request` function has answered, so 404, 405, redirects, automatic OPTIONS and early answers
never come here.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    request = sys.modules["flask.globals"].request

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def ensure_sync(self: Any, func: Any) -> Any:
            try:
                current = request._get_current_object()
                rule = current.url_rule
                # Hooks, error handlers and signals pass here too; the view is the one that the rule names.
                if rule is not None and self.view_functions.get(rule.endpoint) is func:
                    announcer.handler(func, current.method)
            except RuntimeError:
                pass  # outside a request
            except Exception as error:
                announcer.failed(error)
            return original(self, func)

        return ensure_sync

    announcer.replace(module.Flask, "ensure_sync", make)


FRAMEWORK = Framework("flask", {"flask.app": _put_in}, borders=("/flask/app.py",))
