"""Find the file by the content that ran, where an agent has told it (`spanorigin.files`). Asked by `preview`.

Equal bytes are proof, whatever the paths say: a file of the span's commit; else, where the commit is not told or the
image was built from something else, a file of the newest commit that has them. Decision 0226.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence

from .checkout import Checkout, CommitFiles
from .evidence import git_name
from .history import holding, tips
from .paths import FoundPath, common_end
from .snapshot import Snapshot, Unreadable

_BLOB = re.compile(r"[0-9a-f]{40}")
_KEPT = 2_000

Found = tuple[Snapshot, FoundPath]


def is_blob(text: str) -> bool:
    """Whether an agent's word can be a name of git's for a content."""
    return _BLOB.fullmatch(text) is not None


def has_content(snapshot: Snapshot, path: str, blob: str) -> bool:
    """Whether a file is what ran. Line ends do not count: git may write those of the platform."""
    try:
        content = snapshot.content(path)
    except Unreadable:
        return False
    plain = content.replace(b"\r\n", b"\n")
    return blob in (git_name(content), git_name(plain), git_name(plain.replace(b"\n", b"\r\n")))


class Contents:
    """Remembers in which commit a content was found. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, tuple[str, ...], str], CommitFiles | None] = {}

    def find(self, snapshots: Iterable[Snapshot], members: Iterable[object], file: str, blob: str) -> Found | None:
        """The file that has the content: of one of `snapshots`, else of the history of `members`; None where no file
        has it, or several that the end of `file` does not tell apart."""
        for snapshot in snapshots:
            if isinstance(snapshot, CommitFiles) and (place := _likest(snapshot.paths_of(blob), file)) is not None:
                return snapshot, place
        found: list[Found] = []
        for member in members:
            files = self._holding(member, blob) if isinstance(member, Checkout) else None
            if files is not None and (place := _likest(files.paths_of(blob), file)) is not None:
                found.append((files, place))
        most = max((place.common for _, place in found), default=0)
        best = [each for each in found if each[1].common == most]
        # Clones of one repository have one commit; two repositories that share a file are not told apart by it.
        return best[0] if len({(files.commit, place.path) for files, place in best}) == 1 else None

    def _holding(self, checkout: Checkout, blob: str) -> CommitFiles | None:
        if not checkout.has_blob(blob):
            return None
        key = (str(checkout.root), tips(checkout), blob)
        with self._lock:
            if key in self._known:
                return self._known[key]
        found = holding(checkout, blob)
        with self._lock:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = found
        return found


def _likest(paths: Sequence[str], file: str) -> FoundPath | None:
    """Of files with one content the one whose end is most like the process's; None where several are."""
    if not paths:
        return None
    common = [common_end(path, file) for path in paths]
    most = max(common)
    if common.count(most) > 1:
        return None
    return FoundPath(paths[common.index(most)], "content", most)
