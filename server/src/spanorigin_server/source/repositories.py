"""The checkouts whose source may be shown, and which of them a span's code is in.

Named when the server starts, or registered while it runs (`registered`). A span is matched by the repository's address
and the commit that its process reported; a commit that a checkout has is proof by itself, an address that matches none
of a checkout's remotes is proof against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from spanorigin_server.reason import Reason
from spanorigin_server.records import StartRefused

from .addresses import same_address
from .checkout import Checkout, is_git
from .folder import Folder
from .snapshot import Snapshot

Repository = Checkout | Folder
ADD_ONE = "Add it in the settings, or name a checkout of it when the server starts: spanorigin up --repo PATH."


class Repositories:
    """The registered checkouts and folders, in the order in which they were given."""

    def __init__(self, members: Iterable[Repository] = ()) -> None:
        # Replaced as a whole by `registered`, so that whoever goes through them sees one state.
        self.members = tuple(members)
        # Told when a span names a commit that a repository of its address lacks.
        self.missed: Callable[[Repository], None] = lambda _member: None

    @classmethod
    def at(cls, folders: Iterable[Path]) -> Repositories:
        """Those at folders that the user named. Raises StartRefused for one that is not there or cannot be read."""
        return cls(opened(folder) for folder in folders)

    @classmethod
    def around(cls, folder: Path) -> Repositories:
        """The checkout that `folder` lies in; none when it lies in no git repository, or in one that cannot be read.

        Nobody named this folder, so a folder without git, a home directory say, is not opened to readers.
        """
        try:
            return cls([Checkout(folder)] if is_git(folder) else [])
        except Exception:  # whatever is wrong with a repository nobody named, the server starts
            return cls()

    def listed(self) -> list[dict[str, str]]:
        """Name and root of each, as `GET /api/v1/health` shows them."""
        return [{"name": member.name, "root": member.shown} for member in self.members]

    def named(self, name: str, commit: str) -> Sequence[Snapshot] | Reason:
        """Where the code of the repositories of that name can be read: at a commit, or as it lies there when empty.

        Several checkouts may share a name. For readers who ask for a file rather than for a span's code.
        """
        alike = [member for member in self.members if member.name == name]
        if not alike:
            known = ", ".join(sorted({member.name for member in self.members}))
            return Reason(
                "repository-not-registered",
                f"The server has no repository {name[:100]!r}. It has {known or 'none'}.",
                ADD_ONE,
            )
        if not commit:
            return _present(member.present() for member in alike) or _bare(name)
        folders = (member.working_copy() for member in alike if isinstance(member, Folder))
        return (
            _present(member.at_commit(commit) for member in alike)
            or _present(folders)
            or Reason(
                "commit-not-in-checkout",
                f"{name} has no commit {commit[:40]!r}.",
                "Fetch it (git fetch; git fetch --unshallow in a shallow clone), or push it from where it was made.",
            )
        )

    def snapshots(self, address: str, commit: str) -> Sequence[Snapshot] | Reason:
        """Where the code of a process can be read that reported this repository and commit, both empty if unknown.

        Likeliest first. Never a checkout of which it is known that the code is another's.
        """
        if not self.members:
            return Reason(
                "no-repository",
                "The server has no checkout to read source from.",
                "Add a repository in the settings, or name checkouts when it starts: spanorigin up --repo PATH.",
            )
        matching, possible = self._matching(address), self.possible(address)
        if commit:
            return self._at_commit(commit, address, matching, possible)
        found = _present(member.present() for member in possible)
        return found or _not_registered(address)

    def possible(self, address: str) -> list[Repository]:
        """Those of that address; where there is none, those of which no address is known."""
        wanted = same_address(address) if address else ""
        return self._matching(address) or [member for member in self.members if not (wanted and member.remotes)]

    def _matching(self, address: str) -> list[Repository]:
        wanted = same_address(address) if address else ""
        return [member for member in self.members if wanted and wanted in member.remotes]

    def _at_commit(
        self, commit: str, address: str, matching: list[Repository], possible: list[Repository]
    ) -> Sequence[Snapshot] | Reason:
        found = _present(member.at_commit(commit) for member in matching or self.members)
        if found:
            return found
        # A folder without git cannot say which commit it holds; the user named it, so it is what there is.
        folders = _present(member.working_copy() for member in possible if isinstance(member, Folder))
        if folders:
            return folders
        if address and not matching:
            # Nor has any other the commit. That one without a remote might be it is a guess, and not worth a fetch.
            return _not_registered(address)
        for member in matching:
            self.missed(member)
        checkouts = ", ".join(member.shown for member in possible)
        return Reason(
            "commit-not-in-checkout",
            f"The process ran commit {commit[:12]}, which is not in {checkouts}.",
            "Fetch it (git fetch; git fetch --unshallow in a shallow clone), or push it from where it was made.",
        )


def opened(folder: Path, name: str | None = None) -> Repository:
    """The repository at a folder that somebody named. Raises StartRefused when it is not there or cannot be read."""
    place = folder.expanduser()
    if not place.is_dir():
        raise StartRefused(
            f"There is no folder {place} to read source from. Give the folder of a checkout with --repo.",
            slug="repository-not-there",
        )
    try:
        return Checkout(place, name) if is_git(place) else Folder(place)
    except Exception as error:
        raise StartRefused(
            f"The git repository at {place} cannot be read: {error}. Check that git can (git -C {place} status).",
            slug="repository-unreadable",
        ) from None


def _present(snapshots: Iterable[Snapshot | None]) -> list[Snapshot]:
    return [snapshot for snapshot in snapshots if snapshot is not None]


def _bare(name: str) -> Reason:
    return Reason(
        "commit-not-in-checkout",
        f"{name} is a bare repository without a default branch, so there is no present state of it.",
        "Ask for one of its commits: /code/NAME@COMMIT/PATH.",
    )


def _not_registered(address: str) -> Reason:
    return Reason(
        "repository-not-registered",
        f"The span's code is in {address}, of which the server has no checkout.",
        ADD_ONE,
    )
