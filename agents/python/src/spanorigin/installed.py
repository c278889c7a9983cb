"""Decide whether a file belongs to an installed package, and whether that package is nevertheless the user's own.

Asked by `source` for each new file name. Looks into a folder of packages when the first file of it is met, never
before, and keeps what it found. A package is the user's when pip recorded that it came from a local folder, a
repository or a wheel file rather than from an index.
Source: PEP 610 (direct_url.json), PEP 376 (RECORD).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from spanorigin.model import Verdict

_SEP: Final = os.sep
_FOLDERS: Final = (f"{_SEP}site-packages{_SEP}", f"{_SEP}dist-packages{_SEP}")
# Above this share of wheel files the folder was filled from wheels as a whole (`pip install /wheels/*`, usual in
# container builds), and a wheel file says nothing about whose package it is.
_TELLING_SHARE: Final = 0.25
_WHEEL_FILE: Final = "a wheel file"
# As it is now: while a workflow of Temporal's runs, the built-in one opens nothing, and a file may be met there first.
_open: Final = open


@dataclass(slots=True)
class _Folder:
    """What one folder of packages holds. Keys are paths below it: `requests`, `six.py`, `google/cloud/storage`."""

    own: dict[str, str] = field(default_factory=dict)
    """Package -> where its owner installed it from, in words."""
    claimed: frozenset[str] | None = None
    """Packages that some distribution brought; None where everything in the folder was installed."""


class InstalledPackages:
    """Answers by file, remembering each folder of packages it has looked into. Paths are absolute and normal-case."""

    def __init__(self) -> None:
        self._folders: dict[str, _Folder] = {}

    def by_folder_name(self, path: str) -> Verdict | None:
        """Whose a file below a `site-packages` or `dist-packages` is; None when it lies below neither."""
        cut = max(path.rfind(name) + len(name) if name in path else 0 for name in _FOLDERS)
        if not cut:
            return None
        root = path[:cut]
        folder = self._folders.get(root) or self._look_into(root, everything=True)
        return _verdict(folder, path[cut:])

    def by_search_path(self, path: str, search_path: Iterable[object]) -> Verdict | None:
        """Whose a file is that lies beside metadata of distributions; None when none of them claims it.

        Such a folder was filled by `pip install --target`, or is a project that carries its dependencies beside its
        own code, as function bundles do. So only what a distribution claims is somebody else's.
        """
        root = _nearest(path, search_path)
        if root is None:
            return None
        folder = self._folders.get(root) or self._look_into(root, everything=False)
        return _verdict(folder, path[len(root) :])

    def _look_into(self, root: str, *, everything: bool) -> _Folder:
        """Read what installers left in `root`: a listing, a direct_url.json here and there, hardly ever a RECORD."""
        folder = _Folder(claimed=None if everything else frozenset())
        try:
            metadata = [entry for entry in os.listdir(root) if entry.endswith(".dist-info")]
        except OSError:
            metadata = []
        claimed: set[str] = set()
        wheels: dict[str, str] = {}
        wheel_files = 0
        for entry in metadata:
            where = root + entry + _SEP
            origin = _direct_origin(where + "direct_url.json")
            if origin is None and everything:
                continue
            packages = _packages(where)
            claimed |= packages
            if origin == _WHEEL_FILE:
                wheel_files += 1
                wheels |= dict.fromkeys(packages, origin)
            elif origin is not None:
                folder.own |= dict.fromkeys(packages, origin)
        if wheel_files <= len(metadata) * _TELLING_SHARE:
            folder.own |= wheels
        if not everything:
            folder.claimed = frozenset(claimed)
        self._folders[root] = folder
        return folder


def _verdict(folder: _Folder, below: str) -> Verdict | None:
    """The verdict on a file by its path below the folder."""
    if not folder.own and folder.claimed is None:
        return Verdict(False, f"{below.split(_SEP, 1)[0]} is an installed package")
    for package in _candidates(below):
        if package in folder.own:
            return Verdict(True, f"{package} was installed from {folder.own[package]}")
        if folder.claimed is not None and package in folder.claimed:
            return Verdict(False, f"{package} is an installed package")
    return Verdict(False, f"{below.split(_SEP, 1)[0]} is an installed package") if folder.claimed is None else None


def _candidates(below: str) -> Iterable[str]:
    """The file and the folders it lies in, outermost first, in the form that RECORD uses."""
    parts = below.replace(_SEP, "/").split("/")
    return ("/".join(parts[: end + 1]) for end in range(len(parts)))


def _nearest(path: str, search_path: Iterable[object]) -> str | None:
    """The longest entry of the search path that `path` lies in, with its separator."""
    best = ""
    for entry in search_path:
        if isinstance(entry, str) and len(entry) > len(best):
            root = os.path.normcase(entry)
            if path.startswith(root) and os.path.isabs(root):
                root = root if root.endswith(_SEP) else root + _SEP
                if path.startswith(root):
                    best = root
    return best or None


def _direct_origin(file: str) -> str | None:
    """Where the user installed a distribution from, in words; None when it came from an index or is editable.

    An editable install needs no exception: its files do not lie in the folder of packages.
    """
    try:
        with _open(file, encoding="utf-8") as stream:
            record = json.load(stream)
    except (OSError, ValueError):
        return None
    url = str(record.get("url", ""))
    if "vcs_info" in record:
        return "a repository"
    if "dir_info" in record:
        return None if record["dir_info"].get("editable") else "a local folder"
    if "archive_info" in record and url.startswith("file:"):
        return _WHEEL_FILE
    return None


def _packages(metadata: str) -> set[str]:
    """What a distribution brought: its outermost regular packages, and single modules that lie in none.

    The outermost package with an `__init__.py`, because several owners may share a namespace such as `google`.
    """
    try:
        with _open(metadata + "RECORD", encoding="utf-8") as stream:
            files = {line.rsplit(",", 2)[0].strip('"') for line in stream}
    except (OSError, ValueError):
        return set()
    regular = {file.removesuffix("/__init__.py") for file in files if file.endswith("/__init__.py")}
    found = set()
    for file in files:
        if file.endswith(".py") and not file.startswith(".."):
            found.add(next((outer for outer in _candidates(file) if outer in regular), file))
    return found
