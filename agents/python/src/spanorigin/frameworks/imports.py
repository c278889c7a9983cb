"""Call back once a module has been loaded, whether that was before or comes later.

Used by `install_all`. Only the standard library's import protocol: a finder that finds nothing itself, and lets the
loader of the module it waited for report when it is done.
"""

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

OnLoaded = Callable[[ModuleType], None]


def watch_imports(waiting: Mapping[str, OnLoaded], on_failure: Callable[[Exception], None]) -> Callable[[], None]:
    """Call `waiting[name](module)` for each module, now if it is loaded, otherwise right after it is.

    Returns the function that ends the watch. Errors of the callbacks go to `on_failure`, never into the import.
    """
    finder = _Finder(waiting, on_failure)
    # First in line: the finders after it are asked for the real specification.
    sys.meta_path.insert(0, finder)
    for name in waiting:
        module = sys.modules.get(name)
        # One that is being imported this very moment reports itself no more; what it holds so far has to do.
        if module is not None:
            finder.loaded(module, name)

    def unwatch() -> None:
        finder.waiting = {}
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)

    return unwatch


class _Finder:
    """A finder by what it does: the base class in `importlib.abc` would cost an eighth of the agent's import."""

    def __init__(self, waiting: Mapping[str, OnLoaded], on_failure: Callable[[Exception], None]) -> None:
        self.waiting = dict(waiting)
        self._on_failure = on_failure
        self._asking = threading.local()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.waiting or getattr(self._asking, "name", None) == fullname:
            return None
        self._asking.name = fullname
        try:
            spec = self._ask_the_others(fullname, path, target)
        finally:
            self._asking.name = None
        if spec is not None:
            self._listen(spec)
        return spec

    def _ask_the_others(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        for finder in list(sys.meta_path):
            if finder is not self:
                find_spec = getattr(finder, "find_spec", None)
                spec: ModuleSpec | None = find_spec(fullname, path, target) if find_spec is not None else None
                if spec is not None:
                    return spec
        return None

    def _listen(self, spec: ModuleSpec) -> None:
        """Have the loader report. On the instance and only until then: `__loader__` stays what it was."""
        loader, name = spec.loader, spec.name
        original = getattr(loader, "exec_module", None)
        if loader is None or original is None:
            return

        def exec_module(module: ModuleType) -> None:
            if vars(loader).get("exec_module") is exec_module:
                del loader.exec_module
            original(module)
            if module.__name__ == name:
                self.loaded(module, name)

        try:
            loader.exec_module = exec_module  # type: ignore[method-assign]
        except (AttributeError, TypeError) as error:
            self._on_failure(error)

    def loaded(self, module: ModuleType, name: str) -> None:
        on_loaded = self.waiting.get(name)
        if on_loaded is None:
            return
        try:
            on_loaded(module)
        except Exception as error:
            self._on_failure(error)
