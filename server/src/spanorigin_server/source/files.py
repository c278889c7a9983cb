"""Whole files of a registered repository, and which it has. For readers who come by a path rather than by a span.

Names from outside are only ever looked up: a repository among those registered, a commit among its commits, a path
among the regular files of that commit or of git's index. Nothing is joined to a path of this machine before that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanorigin_server.reason import Reason

from .changes import Changes, changes_between
from .checkout import Change, Checkout, CommitFiles, content_id
from .functions import Function, Functions
from .highlight import Highlighter, Line
from .history import CommitInfo, newest
from .renames import Name, Names, Renames
from .repositories import Repositories
from .snapshot import Snapshot, TakenFrom, Unreadable, is_plain
from .text import text_of

PATHS_LIMIT = 50_000
COMMITS_MOST = 100
_KEPT_CHANGES = 8


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A file as highlighted lines, and where it was taken from."""

    repository: str
    commit: str | None
    taken_from: TakenFrom
    path: str
    total_lines: int
    lines: list[Line]
    functions: list[Function]


@dataclass(frozen=True, slots=True)
class CodeTree:
    """The regular files of a repository, sorted; `is_whole` is false when there were more than are told."""

    repository: str
    commit: str | None
    taken_from: TakenFrom
    paths: list[str]
    is_whole: bool


class Files:
    """Answers for the registered repositories. May be used from any thread."""

    def __init__(
        self, repositories: Repositories, highlighter: Highlighter | None = None, functions: Functions | None = None
    ) -> None:
        self._repositories = repositories
        self._highlighter = highlighter or Highlighter()
        self._functions = functions or Functions()
        self._renames = Renames()
        self._known_changes: dict[tuple[str, str, str], list[Change]] = {}

    def file(self, repository: str, commit: str, path: str) -> CodeFile | Reason:
        """A file at a commit, or as it is on disk when `commit` is empty or checked out and changed since."""
        try:
            return self._file(repository, commit, path)
        except Exception as error:
            return _unreadable(error)

    def tree(self, repository: str, commit: str) -> CodeTree | Reason:
        """The files that the repository has at a commit, or git tracks now."""
        try:
            snapshots = self._repositories.named(repository, commit)
            if isinstance(snapshots, Reason):
                return snapshots
            snapshot = snapshots[0]
            # A name that is no text (git allows any bytes) could not be asked for again.
            paths = sorted(path for path in snapshot.paths() if is_plain(path) and _is_text(path))
        except Exception as error:
            return _unreadable(error)
        return CodeTree(
            repository=snapshot.name,
            commit=snapshot.commit,
            taken_from=snapshot.taken_from,
            paths=paths[:PATHS_LIMIT],
            is_whole=len(paths) <= PATHS_LIMIT,
        )

    def changes(self, repository: str, base: str, head: str, path: str | None = None) -> Changes | Reason:
        """What is different at one commit of a repository, and was at another; of one file only, if one is named."""
        try:
            missing: Reason | None = None
            for name in (base, head):
                found = self._repositories.named(repository, name)
                if isinstance(found, Reason):
                    return found
                if not any(isinstance(each, CommitFiles) for each in found):
                    missing = _no_commits(repository)
            for member in self._repositories.members:
                if member.name == repository and isinstance(member, Checkout):
                    then, now = member.at_commit(base), member.at_commit(head)
                    if isinstance(then, CommitFiles) and isinstance(now, CommitFiles):
                        changed = self._changed(member, then, now)
                        return changes_between(member, changed, then, now, self._highlighter, path)
            return missing or _no_commits(repository)
        except Exception as error:
            return _unreadable(error)

    def commits(self, repository: str) -> list[CommitInfo] | Reason:
        """The newest commits of a repository, as it is checked out or of its default branch."""
        try:
            found = self._repositories.named(repository, "")
            if isinstance(found, Reason) and found.slug == "repository-not-registered":
                return found
            alike = [each for each in self._repositories.members if each.name == repository]
            return [info for each in alike if isinstance(each, Checkout) for info in newest(each, COMMITS_MOST)]
        except Exception as error:
            return _unreadable(error)

    def names(self, repository: str, commit: str, path: str, function: str) -> Names | Reason:
        """What a file, and a function in it, was called before and is called now, as far as leads to a commit."""
        try:
            found = self._repositories.named(repository, commit)
            if isinstance(found, Reason):
                return found
            for member in self._repositories.members:
                if member.name == repository and isinstance(member, Checkout):
                    files = member.at_commit(commit or member.head() or "")
                    if isinstance(files, CommitFiles):
                        return self._renames.of(member, files, path, function)
            # A folder without git knows no other name than this one.
            return Names([Name(path, function, None, None)], is_whole=True)
        except Exception as error:
            return _unreadable(error)

    def _changed(self, checkout: Checkout, then: CommitFiles, now: CommitFiles) -> list[Change]:
        """The files that differ. Kept for a while: a page asks for the hunks of one after the other."""
        key = (str(checkout.root), str(then.commit), str(now.commit))
        changed = self._known_changes.get(key)
        if changed is None:
            changed = checkout.changes(then, now)
            if len(self._known_changes) >= _KEPT_CHANGES:
                self._known_changes.clear()
            self._known_changes[key] = changed
        return changed

    def _file(self, repository: str, commit: str, path: str) -> CodeFile | Reason:
        snapshots = self._repositories.named(repository, commit)
        if isinstance(snapshots, Reason):
            return snapshots
        snapshot = _holder(snapshots, path)
        if isinstance(snapshot, Reason):
            return snapshot
        if isinstance(snapshot, CommitFiles):
            # As the preview does, so that a span's line is the same line on both pages.
            snapshot = snapshot.changed_since(path) or snapshot
        try:
            content = snapshot.content(path)
            text = text_of(content)
        except Unreadable as error:
            message = f"{path} in {snapshot.name} is not shown: {error}."
            return Reason("file-not-shown", message, "Open the file in your editor instead.")
        name = content_id(content)
        lines = self._highlighter.lines(path, text, name)
        functions = self._functions.of(path, text, lines, name)
        return CodeFile(snapshot.name, snapshot.commit, snapshot.taken_from, path, len(lines), lines, functions)


def _holder(snapshots: Sequence[Snapshot], path: str) -> Snapshot | Reason:
    """The one snapshot that has the file. At one commit all clones are alike; working copies may differ."""
    holding = [snapshot for snapshot in snapshots if snapshot.holds(path)]
    if not holding and isinstance(snapshots[0], CommitFiles):
        # Added since, and not committed yet: spans of the process that runs it name the commit all the same.
        working = [each.working_copy() for each in snapshots if isinstance(each, CommitFiles)]
        holding = [each for each in working if each is not None and each.holds(path)]
    if not holding:
        name = snapshots[0].name
        return Reason(
            "file-not-in-repository",
            f"{name} has no file {path[:200]!r} there.",
            "Paths begin at the repository's root and name regular files that git tracks; links are not followed.",
        )
    if holding[0].taken_from == "working_copy" and len({snapshot.root for snapshot in holding}) > 1:
        roots = ", ".join(sorted(str(snapshot.root) for snapshot in holding))
        return Reason(
            "ambiguous-path",
            f"{path} is in several checkouts of the name {holding[0].name}: {roots}.",
            "Ask for a commit, which only one of them has or all have alike.",
        )
    return holding[0]


def _no_commits(name: str) -> Reason:
    return Reason(
        "commit-not-in-checkout",
        f"No one repository called {name} has both commits.",
        "Fetch them into one clone, and name that.",
    )


def _is_text(path: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in path)


def _unreadable(error: Exception) -> Reason:
    message = f"The source could not be read: {type(error).__name__}: {error}."
    return Reason("repository-unreadable", message, "Check the checkout with git fsck, then ask again.")
