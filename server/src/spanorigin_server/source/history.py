"""What came before: the commits of a repository, newest first, and where among them a content was or a file moved.

Asked by `contents` (which commit has the bytes that ran?), by `renames` and by `files`. History may be long, so every
question has a limit of commits and of time, and the repository is free for others between two commits.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dulwich.objects import Commit, ObjectID

from .checkout import Checkout, CommitFiles

_COMMITS_MOST = 5_000
_TIME_S = 2.0
_CHANGES_MOST = 10_000


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """A commit in a list: its name, first line, and when it was made."""

    commit: str
    subject: str
    committed_ns: str


@dataclass(frozen=True, slots=True)
class Step:
    """A commit and the tree that its first parent had; None for one without parents."""

    commit: Commit
    before: ObjectID | None


def newest(checkout: Checkout, limit: int) -> list[CommitInfo]:
    """The newest commits that the one checked out is made of, itself first."""
    head = checkout.head()
    if head is None:
        return []
    with checkout.reading() as repo:
        walk = repo.get_walker([ObjectID(head.encode())], max_entries=limit)
        return [
            CommitInfo(
                entry.commit.id.decode(),
                entry.commit.message.decode(errors="replace").split("\n", 1)[0][:200],
                str(int(entry.commit.commit_time) * 10**9),
            )
            for entry in walk
        ]


def tips(checkout: Checkout) -> tuple[str, ...]:
    """The commits that branches and tags name, and the one that is checked out, sorted."""
    found = {checkout.head()}
    with checkout.reading() as repo:
        for name in repo.refs.allkeys():
            with contextlib.suppress(KeyError, ValueError):
                commit = checkout.commit_of(repo.refs[name].decode())
                found.add(None if commit is None else commit.id.decode())
    return tuple(sorted(commit for commit in found if commit is not None))


def steps(
    checkout: Checkout, begin: tuple[str, ...], clock: Callable[[], float] = time.monotonic
) -> Iterator[Step | None]:
    """The commits that lead to `begin`, newest first; None at the end when there are more than are looked at."""
    until = clock() + _TIME_S
    with checkout.reading() as repo:
        walk = iter(repo.get_walker([ObjectID(commit.encode()) for commit in begin]))
    for _ in range(_COMMITS_MOST):
        with checkout.reading():
            entry = next(walk, None)
            if entry is None:
                return
            parents = entry.commit.parents
            parent = checkout.commit_of(parents[0].decode()) if parents else None
        yield Step(entry.commit, None if parent is None else parent.tree)
        if clock() > until:
            break
    yield None


def holding(checkout: Checkout, blob: str) -> CommitFiles | None:
    """The newest commit in which a file has the content that git calls `blob`; None where none is found."""
    if not checkout.has_blob(blob):
        return None
    begin = tips(checkout)
    for commit in begin:
        files = checkout.at_commit(commit)
        if isinstance(files, CommitFiles) and files.paths_of(blob):
            return files
    for step in steps(checkout, begin):
        if step is None:
            break
        for change in checkout.moves(step.before, step.commit.tree, renames=False, most=_CHANGES_MOST):
            # Whatever replaced it, or took it away: it was there until then.
            if change.old is not None and change.old.sha == blob.encode():
                files = checkout.at_commit(step.commit.parents[0].decode())
                return files if isinstance(files, CommitFiles) else None
    return None
