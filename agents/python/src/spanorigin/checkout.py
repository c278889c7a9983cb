"""Read commit and repository out of a checkout's `.git`, as files: no git program is asked.

Used by `resource` and `spanorigin doctor`. Knows worktrees, submodules and packed references. Whatever it cannot read
is None, never an error.
Source: git's gitrepository-layout(5) and git-config(1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

# Git's own files are small; what is larger is not one of them, or not worth the start-up of someone's program.
_LARGEST_BYTES: Final = 16_000_000
_SYMBOLIC_STEPS: Final = 5
_REVISION: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SECTION: Final = re.compile(r'\s*\[\s*remote\s+"(?P<remote>[^"]*)"\s*\]')
_URL: Final = re.compile(r"\s*url\s*=\s*(?P<url>.*\S)")
# user@host:path, as ssh takes it. A single letter before the colon is a Windows drive.
_SCP: Final = re.compile(r"(?:[^@/:]+@)?(?P<host>[^@/:\[\]]{2,}):(?!//)(?P<path>.+)")


@dataclass(frozen=True, slots=True)
class Checkout:
    """A working copy: its folder, and what its `.git` says. `repository` is an https address without credentials."""

    root: str
    commit: str | None
    repository: str | None


def checkout_above(folder: Path) -> Checkout | None:
    """The checkout that `folder` lies in; None when there is no `.git` in it or in any folder above."""
    for root in (folder, *folder.parents):
        git = _git_folder(root / ".git")
        if git is not None:
            common = _common_folder(git)
            return Checkout(str(root), _head(git, common), _remote(common))
    return None


def public_address(address: str) -> str | None:
    """`address` as an https (or http) one, without user, password, query and `.git`; None when it leads to no host."""
    address = address.strip()
    scp = _SCP.fullmatch(address)
    if "://" not in address and scp is not None:
        address = f"ssh://{scp['host']}/{scp['path'].lstrip('/')}"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.scheme not in ("https", "http", "ssh", "git", "git+ssh", "git+https"):
        return None
    is_web = parts.scheme in ("https", "http")
    if ":" in host:
        host = f"[{host}]"
    if is_web and port is not None:
        host = f"{host}:{port}"  # a port of ssh's is not the one that browsers use
    path = parts.path.rstrip("/").removesuffix(".git").rstrip("/")
    return f"{parts.scheme if is_web else 'https'}://{host}{path}" if path else None


def is_revision(text: str) -> bool:
    """Whether `text` is a full commit id, SHA-1 or SHA-256."""
    return _REVISION.fullmatch(text) is not None


def _git_folder(entry: Path) -> Path | None:
    """The folder behind `.git`, which in a worktree or submodule is a file that names it."""
    try:
        if entry.is_dir():
            return entry if (entry / "HEAD").is_file() else None
    except OSError:
        return None
    text = _read(entry)
    if text is None or not text.startswith("gitdir:"):
        return None
    return entry.parent / text.removeprefix("gitdir:").strip()


def _common_folder(git: Path) -> Path:
    """Where a worktree shares references and settings with its main checkout."""
    common = _read(git / "commondir")
    return git / common.strip() if common else git


def _head(git: Path, common: Path) -> str | None:
    text = _read(git / "HEAD")
    for _ in range(_SYMBOLIC_STEPS):
        if text is None:
            return None
        text = text.strip()
        if is_revision(text):
            return text
        if not text.startswith("ref:"):
            return None
        name = text.removeprefix("ref:").strip()
        if not name.startswith("refs/") or ".." in name:
            return None
        text = _read(git / name) or _read(common / name) or _packed(common, name)
    return None


def _packed(common: Path, name: str) -> str | None:
    for line in (_read(common / "packed-refs") or "").splitlines():
        revision, _, reference = line.partition(" ")
        if reference == name:
            return revision
    return None


def _remote(common: Path) -> str | None:
    """The address of `origin`, otherwise of the only remote there is."""
    remotes: dict[str, str] = {}
    current = None
    for line in (_read(common / "config") or "").splitlines():
        section = _SECTION.match(line)
        if section is not None:
            current = section["remote"]
        elif line.lstrip().startswith("["):
            current = None
        elif current is not None and (found := _URL.match(line)):
            remotes.setdefault(current, found["url"].strip('"'))
    address = remotes.get("origin") or (next(iter(remotes.values())) if len(remotes) == 1 else None)
    return public_address(address) if address else None


def _read(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_BYTES:
            return None
        return path.read_text("utf-8", "replace")
    except (OSError, ValueError):
        return None
