"""Which file of a snapshot a frame's file is. Two are never guessed between.

A process knows its files by where they were deployed, a repository by where they were written. The end of the path is
what both have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from spanorigin_server.reason import Reason

from .evidence import Told
from .snapshot import Snapshot, is_plain

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class FoundPath:
    """A path within a snapshot, and what told it: the path, or with `common` of its parts its end (`tail`); a rule; or
    of several with one end the bytes or the function (`evidence`)."""

    path: str
    matched: Literal["rule", "path", "content", "function", "tail"]
    common: int


# Which of several files is meant; None where that is not to be known.
Tell = Callable[[Sequence[str]], Told | None]


def path_in(snapshot: Snapshot, file: str, path: str, tell: Tell = lambda _candidates: None) -> FoundPath | Reason:
    """The file of `snapshot` that a process knew as `file`, and its agent as `path` below the project's root.

    First the file itself, when the process ran from this very checkout; then a path of the repository that is an end
    of `file` and at least as long as `path`; then the longest end of `file` that exactly one path ends in, or of
    several the one that `tell` picks.
    """
    parts = _parts(file) or _parts(path)
    known = _parts(path) if not _is_absolute(path) else ()
    local = _local_path(snapshot, file)
    if local is not None and snapshot.holds(local):
        return FoundPath(local, "path", local.count("/") + 1)
    if local is not None and snapshot.taken_from == "working_copy" and (snapshot.root / local).is_file():
        return _not_tracked(snapshot, local)
    ends = ["/".join(parts[start:]) for start in range(len(parts))]
    certain = [end for end in ends if known and end.count("/") + 1 >= len(known)] or (
        ["/".join(known)] if known else []
    )
    for end in certain:
        for candidate in ([f"{snapshot.folder}/{end}"] if snapshot.folder else []) + [end]:
            if snapshot.holds(candidate):
                return FoundPath(candidate, "path", end.count("/") + 1)
    return _by_tail(snapshot, file, parts, tell)


def common_end(path: str, file: str) -> int:
    """How many parts the ends of two paths have in common."""
    ours, theirs = _parts(path)[::-1], _parts(file)[::-1]
    return next(
        (at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other),
        min(len(ours), len(theirs)),
    )


def _by_tail(snapshot: Snapshot, file: str, parts: Sequence[str], tell: Tell) -> FoundPath | Reason:
    base = parts[-1] if parts else ""
    alike = [found for found in snapshot.paths() if found == base or found.endswith(f"/{base}")] if base else []
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        named = [found for found in alike if found == tail or found.endswith(f"/{tail}")]
        if len(named) == 1:
            return FoundPath(named[0], "tail", len(parts) - start)
        if named:
            if told := tell(named):
                return FoundPath(told.path, told.by, len(parts) - start)
            shown = ", ".join(sorted(named)[:_SHOWN]) + (", …" if len(named) > _SHOWN else "")
            return Reason(
                "ambiguous-path",
                f"{file} could be any of {len(named)} files of {snapshot.name}: {shown}.",
                "Add a path rule in the settings, or set SPANORIGIN_SOURCE_ROOT there to the root of the repository.",
            )
    where = (
        f"{snapshot.name} at commit {snapshot.commit[:12]}"
        if snapshot.taken_from == "commit" and snapshot.commit
        else snapshot.name
    )
    return Reason(
        "file-not-in-repository",
        f"No file of {where} is {file}, and none has its name.",
        "Check that the span's service is built from this repository; name others with spanorigin up --repo PATH.",
    )


def _not_tracked(snapshot: Snapshot, local: str) -> Reason:
    """The file is there, and not to be shown; that another one's path ends alike must not bring that one up."""
    return Reason(
        "file-not-tracked",
        f"{local} lies in {snapshot.root}, but is none of its tracked source files, and only these are shown.",
        f"Let git track it: git add {local}. In a folder without git, hidden files and folders are left out.",
    )


def _local_path(snapshot: Snapshot, file: str) -> str | None:
    """The path below the snapshot's root when the file is below it on this machine."""
    root, place = snapshot.root.as_posix(), PurePosixPath(file.replace("\\", "/")).as_posix()
    local = place.removeprefix(f"{root}/")
    return local if local != place and is_plain(local) else None


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "\\")) or path[1:3] in (":\\", ":/")


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.replace("\\", "/").split("/") if part not in ("", ".", ".."))
