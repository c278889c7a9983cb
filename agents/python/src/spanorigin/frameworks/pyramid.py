"""Pyramid: the view that the configuration names, once its predicates hold.

Pyramid tries the views of a path until the predicates of one hold, and then goes on to the view itself. A predicate of
ours, which always holds, stands last in that line; it is put there when the application is configured (decision 0091).
Views for exceptions and for "not found" are looked past: the request has had its handler, or has none.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework
from spanorigin.origin.handler import class_attribute


class _Look:
    """Holds for every request, and announces the view that comes next."""

    __slots__ = ("_announcer", "_handler", "_verb")

    def __init__(self, announcer: Announcer, handler: object, verb: str | None) -> None:
        self._announcer = announcer
        self._handler = handler
        self._verb = verb

    def __call__(self, context: Any, request: Any) -> bool:
        del context
        try:
            if request.__dict__.get("exception") is None:
                self._announcer.handler(self._handler, self._verb)
        except Exception as error:
            self._announcer.failed(error)
        return True

    def text(self) -> str:
        """What Pyramid's `pviews` prints for it."""
        return "spanorigin: always"


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def predicated_view(view: Any, info: Any) -> Any:
            try:
                handler, verb = _handler_of(info.original_view, info.options.get("attr"))
                if handler is not None and not info.exception_only:
                    info.predicates = [*info.predicates, _Look(announcer, handler, verb)]
            except Exception as error:
                announcer.failed(error)
            return original(view, info)

        return predicated_view

    announcer.replace(module, "predicated_view", make)


def _handler_of(view: Any, attr: str | None) -> tuple[object, str | None]:
    """What answers, and the method's name where it is looked up in a class."""
    if not issubclass(type(view), type):
        return (view if attr is None else class_attribute(type(view), attr)), None
    name = attr or "__call__"
    # Names of methods travel in lower case, as those of verbs; any other goes as the method itself.
    return (view, name) if name == name.lower() else (class_attribute(view, name), None)


FRAMEWORK = Framework(
    "pyramid",
    {"pyramid.config.views": _put_in},
    borders=("/pyramid/router.py", "/pyramid/view.py", "/pyramid/viewderivers.py"),
)
