"""One git checkout: its remotes, its commits, its working copy. Read by dulwich, in this process, from git's own files.

No git program is started: the process that holds the store must never fork (decision 0045). dulwich makes no promise
about threads, so each checkout is used by one at a time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dulwich.diff_tree import RenameDetector, TreeChange, tree_changes
from dulwich.errors import NotGitRepository
from dulwich.object_store import iter_tree_contents
from dulwich.objects import Blob, Commit, ObjectID, Tag, Tree, TreeEntry
from dulwich.repo import Repo

from .addresses import same_address
from .sizes import packed_size
from .snapshot import SIZE_LIMIT_BYTES, Snapshot, TakenFrom, Unreadable, is_plain, read_within, size_refusal

_KEPT_LISTINGS = 8
# Pairs of removed and added files are compared to find what moved; beyond so many nobody would wait for it.
_RENAMES_MOST = 50
# A tree of six objects can name a million files, one of ten can name more than anybody could list.
_LISTED_MOST = 500_000
# What reading a file may take that has a smaller one for its base, or is one. Beyond, it is not even looked at.
_UNPACKED_MOST_BYTES = 64 * 1024 * 1024
_COMMIT = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True, slots=True)
class Change:
    """A regular file that differs between two commits: its path then and now, None where it was not there."""

    old: str | None
    new: str | None


class Checkout:
    """A git repository with its working copy. May be used from any thread."""

    def __init__(self, folder: Path, name: str | None = None, shown: str | None = None) -> None:
        """Open the repository that `folder` lies in; `folder` may be its root, a folder below it, or a worktree.

        `shown` is how messages call it, where its folder would tell nobody anything: the address of a clone of ours.
        Raises NotGitRepository when there is none.
        """
        self._repo = Repo.discover(str(folder))
        self._lock = threading.RLock()
        self._listings: OrderedDict[bytes, dict[str, ObjectID]] = OrderedDict()
        self._index: tuple[tuple[int, int], frozenset[str]] | None = None
        self.root = Path(self._repo.path).resolve()
        inner = folder.resolve()
        self.folder = "" if inner == self.root else inner.relative_to(self.root).as_posix()
        self.remotes = frozenset(self._remote_addresses())
        self.name = name or self._name()
        self.shown = shown or str(self.root)

    def at_commit(self, commit: str) -> Snapshot | None:
        """The files of a commit, named in full or by its first digits; None when this checkout does not have it."""
        wanted = commit.strip().lower()
        if not _COMMIT.fullmatch(wanted):
            return None
        with self._lock:
            found = self.commit_of(wanted)
            return None if found is None else CommitFiles(self, found.id.decode(), found.tree)

    @property
    def is_bare(self) -> bool:
        """Whether it has commits alone, and no files that lie there."""
        return bool(self._repo.bare)

    def working_copy(self) -> Snapshot | None:
        """The files that git tracks, as they are on disk now; None for a bare repository."""
        return None if self._repo.bare else WorkingFiles(self)

    def present(self) -> Snapshot | None:
        """The files as they are now: on disk, or at the default branch of a bare repository."""
        if not self._repo.bare:
            return WorkingFiles(self)
        head = self.head()
        return None if head is None else self.at_commit(head)

    def head(self) -> str | None:
        """The commit that is checked out; None before the first one."""
        with self._lock:
            try:
                commit = self._repo.head().decode()
            except (KeyError, ValueError):
                return None
            return commit if _COMMIT.fullmatch(commit) else None

    @contextlib.contextmanager
    def reading(self) -> Iterator[Repo]:
        """git's own objects, for one at a time. Not to be held while something long is done."""
        with self._lock:
            yield self._repo

    def changes(self, base: CommitFiles, head: CommitFiles) -> list[Change]:
        """The regular files that differ, by path; a file that moved and stayed half as it was is one change."""
        found = self.moves(base.tree, head.tree, renames=True)
        changes = [Change(regular_path(change.old), regular_path(change.new)) for change in found]
        known = [change for change in changes if change.old is not None or change.new is not None]
        return sorted(known, key=lambda change: change.new or change.old or "")

    def tracked(self) -> frozenset[str]:
        """The regular files in git's index. Read again when the index was written."""
        with self._lock:
            try:
                status = Path(self._repo.index_path()).stat()
            except OSError:
                return frozenset()
            stamp = (status.st_mtime_ns, status.st_size)
            if self._index is None or self._index[0] != stamp:
                entries = self._repo.open_index().items()
                paths = (os.fsdecode(path) for path, entry in entries if stat.S_ISREG(getattr(entry, "mode", 0)))
                self._index = (stamp, frozenset(paths))
            return self._index[1]

    def listing(self, tree: ObjectID) -> Mapping[str, ObjectID]:
        """All regular files of a tree, and the blob of each."""
        with self._lock:
            listing = self._listings.pop(tree, None)
            if listing is None:
                entries = islice(iter_tree_contents(self._repo.object_store, tree), _LISTED_MOST)
                listing = {
                    os.fsdecode(entry.path): entry.sha
                    for entry in entries
                    if entry.path and entry.sha and stat.S_ISREG(entry.mode or 0)
                }
            self._listings[tree] = listing
            while len(self._listings) > _KEPT_LISTINGS:
                self._listings.popitem(last=False)
            return listing

    def has_blob(self, blob: str) -> bool:
        """Whether git holds a content of this name, at whatever commit."""
        with self._lock:
            return ObjectID(blob.encode()) in self._repo.object_store

    def moves(self, old: ObjectID | None, new: ObjectID, *, renames: bool, most: int | None = None) -> list[TreeChange]:
        """What differs between two trees, as dulwich tells it, `most` of it at most; with `renames`, moved files as one
        change."""
        with self._lock:
            store = self._repo.object_store
            detector = RenameDetector(store, max_files=_RENAMES_MOST) if renames else None
            return list(islice(tree_changes(store, old, new, rename_detector=detector), most))

    def blob_id(self, tree: ObjectID, path: str) -> ObjectID | None:
        """The blob of a regular file in a tree; None when there is none."""
        with self._lock:
            try:
                root = self._repo.object_store[tree]
                if not isinstance(root, Tree) or not is_plain(path):
                    return None
                mode, found = root.lookup_path(self._repo.object_store.__getitem__, os.fsencode(path))
            except Exception:  # dulwich says "not there" in several ways, some of them TypeErrors
                return None
            return found if stat.S_ISREG(mode) else None

    def blob(self, blob_id: ObjectID) -> bytes:
        """The bytes of a blob. Raises Unreadable when the clone lacks it or it is beyond the limit."""
        with self._lock:
            store = self._repo.object_store
            size = packed_size(store.packs, blob_id)
            if size is not None and size > _UNPACKED_MOST_BYTES:
                raise Unreadable(size_refusal(size))
            try:
                blob = store[blob_id]
            except KeyError:
                raise Unreadable("this clone is partial and lacks the file's content") from None
            if not isinstance(blob, Blob):
                raise Unreadable("it is not a regular file")
            if (size := blob.raw_length()) > SIZE_LIMIT_BYTES:
                raise Unreadable(size_refusal(size))
            return bytes(blob.data)

    def commit_of(self, wanted: str) -> Commit | None:
        store = self._repo.object_store
        try:
            whole = ObjectID(wanted.encode())
            names = [whole] if len(wanted) == 40 else list(store.iter_prefix(whole))
            found = [store[name] for name in names]
        except (KeyError, ValueError):
            return None
        found = [store[each.object[1]] if isinstance(each, Tag) else each for each in found]
        commits = [each for each in found if isinstance(each, Commit)]
        return commits[0] if len(commits) == 1 else None

    def _remote_addresses(self) -> Iterable[str]:
        config = self._repo.get_config()
        for section in config.sections():
            if section[0] == b"remote" and config.has_section(section):
                for value in config.get_multivar(section, b"url"):
                    yield same_address(value.decode(errors="replace"))

    def _name(self) -> str:
        addresses = sorted(self.remotes)
        return addresses[0].rsplit("/", 1)[-1] if len(addresses) == 1 else self.root.name


def regular_path(entry: TreeEntry | None) -> str | None:
    """The path of a regular file; None for links, submodules, and names that are no text."""
    if entry is None or not stat.S_ISREG(entry.mode or 0):
        return None
    path = os.fsdecode(entry.path)
    return path if is_plain(path) and path.isprintable() else None


class CommitFiles:
    """The files of a checkout at a commit."""

    taken_from: TakenFrom = "commit"

    def __init__(self, checkout: Checkout, commit: str, tree: ObjectID) -> None:
        self.name, self.root, self.folder = checkout.name, checkout.root, checkout.folder
        self.remotes = checkout.remotes
        self.commit: str | None = commit
        self._checkout = checkout
        self.tree = tree

    def holds(self, path: str) -> bool:
        return self._checkout.blob_id(self.tree, path) is not None

    def paths(self) -> Iterable[str]:
        return self._checkout.listing(self.tree)

    def paths_of(self, blob: str) -> list[str]:
        """The files that have the content which git calls `blob`."""
        wanted = ObjectID(blob.encode())
        if not self._checkout.has_blob(blob):
            return []
        return [path for path, held in self._checkout.listing(self.tree).items() if held == wanted]

    def content(self, path: str) -> bytes:
        blob_id = self._checkout.blob_id(self.tree, path)
        if blob_id is None:
            raise Unreadable("it is not a regular file")
        return self._checkout.blob(blob_id)

    def working_copy(self) -> Snapshot | None:
        """The working copy, when this commit is the one that is checked out."""
        return self._checkout.working_copy() if self._checkout.head() == self.commit else None

    def workplace(self) -> str:
        """Where its files lie for people to work on; empty for a bare repository, which has none there."""
        return "" if self._checkout.is_bare else str(self.root)

    def at_head(self) -> Snapshot | None:
        """The files of the commit that is checked out now, when it is another one."""
        head = self._checkout.head()
        return None if head is None or head == self.commit else self._checkout.at_commit(head)

    def other(self, commit: str) -> Snapshot | None:
        """The files of another commit of the repository; None when it does not have it."""
        return self._checkout.at_commit(commit)

    def former_path(self, path: str, base: CommitFiles) -> str | None:
        """What a file of this commit was called at `base`; None when it was not there."""
        if base.holds(path):
            return path
        moved = self._checkout.changes(base, self)
        return next((change.old for change in moved if change.new == path), None)

    def changed_since(self, path: str) -> Snapshot | None:
        """The working copy, when this commit is the one checked out and the file on disk differs from it."""
        working = self.working_copy()
        if working is None or not working.holds(path):
            return None
        try:
            committed, on_disk = self.content(path), working.content(path)
        except Unreadable:
            return None
        # git may write line ends of the platform's kind; that is no change.
        is_same = committed == on_disk or committed.replace(b"\r\n", b"\n") == on_disk.replace(b"\r\n", b"\n")
        return None if is_same else working


class WorkingFiles:
    """The files that git tracks, as they are on disk."""

    taken_from: TakenFrom = "working_copy"

    def __init__(self, checkout: Checkout) -> None:
        self.name, self.root, self.folder = checkout.name, checkout.root, checkout.folder
        self.remotes = checkout.remotes
        self.commit: str | None = checkout.head()
        self._checkout = checkout

    def holds(self, path: str) -> bool:
        return is_plain(path) and path in self._checkout.tracked()

    def paths(self) -> Iterable[str]:
        return self._checkout.tracked()

    def content(self, path: str) -> bytes:
        if not self.holds(path):
            raise Unreadable("git does not track it")
        return read_within(self.root, path)


def is_git(folder: Path) -> bool:
    """Whether a folder lies in a git repository that can be read."""
    try:
        Repo.discover(str(folder)).close()
    except NotGitRepository:
        return False
    return True


def content_id(content: bytes) -> str:
    """A name for a file's bytes, equal for equal bytes."""
    return hashlib.sha256(content).hexdigest()
