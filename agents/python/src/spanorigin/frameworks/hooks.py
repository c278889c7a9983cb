"""What the files of this folder are made of: a framework's description, and how a hook is put in and taken out.

A hook stands in for one of a framework's own methods. It calls on with what it got, returns what it gets, and adds
nothing to a stack on which a handler runs: it has returned, or has handed over a coroutine, before the handler starts.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

OnHandler = Callable[[object, str | None], None]
"""Takes the handler as the framework holds it, and the verb that chooses a method of a class."""
OnFailure = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class Framework:
    """What there is to know of one framework."""

    name: str
    modules: Mapping[str, Callable[[ModuleType, "Announcer"], None]]
    """Module -> what to put into it once it is loaded."""
    borders: tuple[str, ...]
    """Path suffixes of the files from which the framework calls handlers."""


@dataclass(frozen=True, slots=True)
class Met:
    """A framework's module that has been loaded, and what came of it."""

    framework: str
    file: str
    hooks: int
    """Of ours in it. None at all where it is laid out in another way than the known one."""
    error: str = ""
    """The type of an error of our own."""


class Announcer:
    """Carries handlers from hooks to `origin` while attached; afterwards the hooks still in place carry nothing."""

    __slots__ = ("_met", "_on_failure", "_undo", "handler")

    def __init__(self, on_handler: OnHandler, on_failure: OnFailure | None, met: dict[str, Met] | None = None) -> None:
        """`met` is told of each module that has been loaded, by its name."""
        self.handler: OnHandler = on_handler
        self._met = {} if met is None else met
        self._on_failure = on_failure
        self._undo: list[Callable[[], None]] = []

    def failed(self, error: Exception) -> None:
        """Count an error of our own; the request goes on."""
        if self._on_failure is not None:
            self._on_failure(error)

    def hook(
        self, put_in: Callable[[ModuleType, "Announcer"], None], framework: str = ""
    ) -> Callable[[ModuleType], None]:
        """`put_in` as something to call with the loaded module."""

        def loaded(module: ModuleType) -> None:
            before = len(self._undo)
            error = ""
            try:
                put_in(module, self)
            except Exception as failure:
                error = type(failure).__name__
                raise
            finally:
                file = module.__dict__.get("__file__")
                self._met[module.__name__] = Met(
                    framework, file if type(file) is str else "", len(self._undo) - before, error
                )

        return loaded

    def replace(self, owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        """Put `make(the method that `owner` has itself)` in its place; nothing where `owner` only inherits it."""
        original = vars(owner).get(name)
        if not callable(original):
            return
        ours = functools.wraps(original)(make(original))
        setattr(owner, name, ours)

        def undo() -> None:
            # Someone who hooked in after us has to stay; then ours stays below theirs, and carries nothing.
            if vars(owner).get(name) is ours:
                setattr(owner, name, original)

        self._undo.append(undo)

    def replace_property(self, owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        """As `replace`, for what `owner` answers by a property: `make(its getter)` is put in the getter's place."""
        original = vars(owner).get(name)
        if type(original) is not property or original.fget is None:
            return
        ours = original.getter(functools.wraps(original.fget)(make(original.fget)))
        setattr(owner, name, ours)

        def undo() -> None:
            if vars(owner).get(name) is ours:
                setattr(owner, name, original)

        self._undo.append(undo)

    def detach(self) -> None:
        """Take every hook out, last one first."""
        self.handler = _nobody
        while self._undo:
            self._undo.pop()()


def _nobody(handler: object, verb: str | None) -> None:
    del handler, verb
