"""Quart: the view function of the rule that matched, for a request or a websocket.

As in Flask, the view passes through `ensure_async` right before it is called; by then routing has succeeded and no
`before_request` function has answered.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    of_quart = sys.modules["quart.globals"]
    proxies = (of_quart.request, of_quart.websocket)

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def ensure_async(self: Any, func: Any) -> Any:
            try:
                for proxy in proxies:
                    if proxy:  # false outside its context
                        current = proxy._get_current_object()
                        rule = current.url_rule
                        # Hooks and error handlers pass here too; the view is the one that the rule names.
                        if rule is not None and self.view_functions.get(rule.endpoint) is func:
                            announcer.handler(func, current.method)
            except Exception as error:
                announcer.failed(error)
            return original(self, func)

        return ensure_async

    announcer.replace(module.Quart, "ensure_async", make)


FRAMEWORK = Framework("quart", {"quart.app": _put_in}, borders=("/quart/app.py",))
