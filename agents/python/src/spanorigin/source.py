"""Decide whether a source file is the user's own.

Asked by `origin.walk` for each new file on a stack and by `origin.entry` for each new handler; answered once per file
name, and the reason is kept. Order of the rules: pseudo files, the user's globs, this package, what is no Python
source, installed packages (`installed.py` knows the exceptions), the standard library, scripts of the environment;
what is left is the user's. Decision 0012 says why by place and not by a list of known packages.
"""

from __future__ import annotations

import fnmatch
import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Final

from spanorigin.installed import InstalledPackages
from spanorigin.model import Verdict
from spanorigin.settings import Settings

_SEP: Final = os.sep
_LIMIT: Final = 50_000
"""Verdicts kept. More than any program has files; only one that makes up file names as it runs gets there."""
_HOUSE: Final = os.path.dirname(os.path.abspath(__file__)) + _SEP
# What an interpreter is started with or imports; a template engine compiles pages under the page's own name.
_SUFFIXES: Final = frozenset({"", ".py", ".pyw", ".wsgi", ".cgi"})
_ARCHIVES: Final = (".zip" + _SEP, ".egg" + _SEP, ".whl" + _SEP, ".pyz" + _SEP, ".pex" + _SEP)

_PSEUDO: Final = Verdict(False, "made while the program ran, so there is no file to show")
_OURS: Final = Verdict(False, "part of spanorigin")
_ARCHIVE: Final = Verdict(False, "inside an archive")
_STANDARD_LIBRARY: Final = Verdict(False, "part of Python's standard library")
_SCRIPT: Final = Verdict(False, "a command that belongs to the Python environment")
_USERS: Final = Verdict(True, "lies outside the standard library and the installed packages")
_BROKEN: Final = Verdict(False, "its place could not be judged")


class Sources:
    """Verdicts by file name, for the life of the process or of one installation."""

    def __init__(self, settings: Settings, *, search_path: Iterable[object] | None = None) -> None:
        """Remember the settings and the working directory; look at no file yet.

        `search_path` stands in for sys.path, which is otherwise read when a new file is judged, since programs
        change it.
        """
        self._include = _patterns(settings.include)
        self._exclude = _patterns(settings.exclude)
        # Python makes most names absolute itself. One that is not was relative to where the program began, and
        # the program may have changed directory since.
        self._started_in = os.getcwd()
        self._search_path = search_path
        self._installed = InstalledPackages()
        self._library = _library_prefixes()
        self._scripts = os.path.normcase(os.path.join(sys.prefix, "Scripts" if os.name == "nt" else "bin")) + _SEP
        self._verdicts: dict[str, Verdict] = {}

    def verdict(self, file_name: str) -> Verdict:
        """Whether the file of a code object is the user's own, and why. Raises nothing."""
        known = self._verdicts.get(file_name)
        if known is None:
            try:
                known = self._judge(file_name)
            except Exception:  # a name or a folder we cannot read is no reason to break someone's request
                known = _BROKEN
            if len(self._verdicts) >= _LIMIT:
                self._verdicts.clear()
            self._verdicts[file_name] = known
        return known

    def path(self, file_name: str) -> str:
        """The absolute path of a code object's file, without `..`; symbolic links stay as they are."""
        if os.path.isabs(file_name):
            return os.path.normpath(file_name) if f"{_SEP}." in file_name or "//" in file_name else file_name
        return os.path.normpath(os.path.join(self._started_in, file_name))

    def seen(self) -> Mapping[str, Verdict]:
        """Every verdict so far, by file name."""
        return dict(self._verdicts)

    def _judge(self, file_name: str) -> Verdict:
        path = os.path.normcase(self.path(file_name))
        # A glob is the user's word, so it may even make `<string>` theirs.
        for glob, pattern in self._include:
            if pattern.match(path) or pattern.match(file_name):
                return Verdict(True, f"included by {glob}")
        # The interpreter makes the name of a script without a suffix absolute; one that is not was made up by whoever
        # compiled the code, as Sanic does with its own methods.
        made_up = not os.path.isabs(file_name) and not os.path.splitext(file_name)[1]
        if made_up or file_name[0] == "<":
            return _PSEUDO
        for glob, pattern in self._exclude:
            if pattern.match(path):
                return Verdict(False, f"excluded by {glob}")
        if path.startswith(_HOUSE):
            return _OURS
        suffix = os.path.splitext(path)[1]
        if suffix not in _SUFFIXES:
            return Verdict(False, f"not Python source ({suffix}), as a compiled template is not")
        if any(archive in path for archive in _ARCHIVES):
            return _ARCHIVE
        installed = self._installed.by_folder_name(path)
        if installed is not None:
            return installed
        if path.startswith(self._library):
            return _STANDARD_LIBRARY
        if path.startswith(self._scripts):
            return _SCRIPT
        search_path = sys.path if self._search_path is None else self._search_path
        return self._installed.by_search_path(path, search_path) or _USERS


def _library_prefixes() -> tuple[str, ...]:
    """Folders of the standard library. From `os`, not from sysconfig: that would cost 10 ms to import and ask."""
    folders = {os.path.dirname(os.path.abspath(os.__file__))}
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for base in {sys.base_prefix, sys.base_exec_prefix}:
        folders.add(os.path.join(base, "Lib") if os.name == "nt" else os.path.join(base, sys.platlibdir, version))
    folders |= {os.path.realpath(folder) for folder in folders}
    return tuple(os.path.normcase(folder) + _SEP for folder in folders)


def _patterns(globs: Iterable[str]) -> list[tuple[str, re.Pattern[str]]]:
    """Each glob with its pattern. A star also crosses folders; a folder's glob takes in all that lies below it; one
    that begins neither at the root nor with a star may begin at any folder."""
    patterns = []
    for glob in globs:
        anchored = glob if os.path.isabs(glob) or glob.startswith(("*", "<")) else f"*{_SEP}{glob}"
        below = os.path.join(anchored, "*")
        either = f"(?:{fnmatch.translate(os.path.normcase(anchored))})|(?:{fnmatch.translate(os.path.normcase(below))})"
        patterns.append((glob, re.compile(either)))
    return patterns
