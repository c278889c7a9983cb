"""One folder without git: only what is plainly source, only below it, never through a link."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from .snapshot import Snapshot, TakenFrom, Unreadable, is_plain, read_within

SOURCE_SUFFIXES = frozenset({
    ".c", ".cc", ".cjs", ".clj", ".cpp", ".cs", ".cts", ".cxx", ".dart", ".erl", ".ex", ".exs", ".fs", ".go", ".h",
    ".groovy", ".hpp", ".java", ".jl", ".js", ".jsx", ".kt", ".kts", ".lua", ".m", ".mjs", ".mm", ".mts", ".php",
    ".pl", ".pm", ".py", ".pyi", ".pyx", ".r", ".rb", ".rs", ".scala", ".sql", ".svelte", ".swift", ".ts", ".tsx",
    ".vb", ".vue",
})  # fmt: skip
_SKIPPED = frozenset({"node_modules", "site-packages", "dist-packages", "__pycache__", "venv", "env", "vendor"})
_FILE_LIMIT = 50_000
_LISTING_AGE_S = 5.0


class Folder:
    """Source files below a folder. There are no commits; what is shown is what is on disk."""

    remotes: frozenset[str] = frozenset()
    folder = ""
    commit: str | None = None
    taken_from: TakenFrom = "working_copy"

    def __init__(self, folder: Path) -> None:
        self.root = folder.resolve()
        self.name = self.root.name
        self.shown = str(self.root)
        self._listed_at = -_LISTING_AGE_S
        self._listing: tuple[str, ...] = ()

    def at_commit(self, _commit: str) -> Snapshot | None:
        return None

    def working_copy(self) -> Snapshot | None:
        return self

    def present(self) -> Snapshot | None:
        return self

    def holds(self, path: str) -> bool:
        if not is_plain(path) or not _is_source(path) or _is_skipped(path):
            return False
        place = self.root.joinpath(*path.split("/"))
        try:
            return place.is_file() and place.resolve(strict=True) == place
        except OSError:
            return False

    def paths(self) -> Iterable[str]:
        """The source files, as listed no longer than a few seconds ago."""
        if time.monotonic() - self._listed_at > _LISTING_AGE_S:
            self._listing = tuple(self._walk())
            self._listed_at = time.monotonic()
        return self._listing

    def content(self, path: str) -> bytes:
        if not self.holds(path):
            raise Unreadable("it is not a source file of this folder")
        return read_within(self.root, path)

    def _walk(self) -> Iterable[str]:
        count = 0
        for place, folders, files in os.walk(self.root, followlinks=False):
            folders[:] = [name for name in folders if not name.startswith(".") and name not in _SKIPPED]
            relative = Path(place).relative_to(self.root)
            for name in files:
                if _is_source(name) and not (Path(place) / name).is_symlink():
                    yield (relative / name).as_posix()
                    count += 1
                    if count >= _FILE_LIMIT:
                        return


def _is_source(path: str) -> bool:
    return os.path.splitext(path)[1].lower() in SOURCE_SUFFIXES  # noqa: PTH122


def _is_skipped(path: str) -> bool:
    return any(part.startswith(".") or part in _SKIPPED for part in path.split("/")[:-1])
