"""Sanic: the handler of the route that matched.

Between the middlewares, the last of which may answer, and the handler Sanic does one thing: it asks the request what
the path matched. Middlewares and handlers may ask that as well, so the hook looks who does.
"""

import functools
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def match_info(self: Any) -> Any:
            try:
                asking = sys._getframe(1)
                # Sanic compiles this method anew for each application, in the namespace of its module.
                if asking.f_code.co_name == "handle_request" and asking.f_globals.get("__name__") == "sanic.app":
                    announcer.handler(_function(self.route.handler), self.method)
            except Exception as error:
                announcer.failed(error)
            return original(self)

        return match_info

    announcer.replace_property(module.Request, "match_info", make)


def _function(handler: Any) -> object:
    """The user's own behind what Sanic makes for a websocket."""
    if type(handler) is functools.partial and getattr(handler.func, "__name__", "") == "_websocket_handler":
        return handler.args[0]
    return handler


FRAMEWORK = Framework("sanic", {"sanic.request.types": _put_in}, borders=("/sanic/app.py",))
