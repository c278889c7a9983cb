"""What changed in a repository between two of its commits: files, and hunks of highlighted lines. Asked by `files`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from .checkout import Change, Checkout, CommitFiles, content_id
from .highlight import Highlighter, Line, plain
from .snapshot import Unreadable
from .text import text_of

FILES_MOST = 1_000
# Of one file; more are a generated one.
LINES_MOST = 20_000
# With the list of files come so many lines of hunks, and the files behind are asked for when somebody looks at them.
FIRST_LINES = 1_500
# A file of 80,000 characters takes the highlighter 60 ms; of a larger change the files behind are plain.
_HIGHLIGHTED_MOST = 500_000
_CONTEXT = 3
# Lines of one file times lines of the other, beyond which difflib takes seconds: then they are compared by their ends.
_COMPARED_MOST = 4_000_000

Kind = Literal["added", "deleted", "changed", "renamed"]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a hunk: its numbers, from 1, null on the side that does not have it."""

    old: int | None
    new: int | None
    tokens: Line


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that is not what it was. `hunks` are empty, with a `reason`, where they are not shown, and where they are
    to be asked for (`is_pending`). `added` and `removed` are lines, one that only moved is neither."""

    path: str
    old_path: str
    kind: Kind
    added: int
    removed: int
    hunks: list[list[DiffLine]]
    is_pending: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Files that differ, by path. `is_whole` is false when there were more than are told."""

    repository: str
    base: str
    head: str
    files: list[ChangedFile]
    is_whole: bool


class _Lines:
    """Reads files as lines, highlighted as long as that is affordable."""

    def __init__(self, highlighter: Highlighter) -> None:
        self._highlighter = highlighter
        self._left = _HIGHLIGHTED_MOST

    def of(self, path: str, text: str) -> list[Line]:
        self._left -= len(text)
        return self._highlighter.lines(path, text, content_id(text.encode())) if self._left >= 0 else plain(text)


def changes_between(
    checkout: Checkout,
    changed: list[Change],
    base: CommitFiles,
    head: CommitFiles,
    highlighter: Highlighter,
    path: str | None = None,
) -> Changes:
    """What is different at `head`, and was at `base`, both of `checkout`: all that `changed`, or of it one file, whole,
    that is called `path` now, or was if it is gone."""
    wanted = [change for change in changed if path in (None, change.new or change.old)]
    files: list[ChangedFile] = []
    left = FIRST_LINES if path is None else LINES_MOST + 1
    reader = _Lines(highlighter)
    for change in wanted[:FILES_MOST]:
        file = _file(change, base, head, reader, is_pending=left <= 0)
        left -= sum(len(hunk) for hunk in file.hunks)
        files.append(file)
    return Changes(checkout.name, str(base.commit), str(head.commit), files, len(wanted) <= FILES_MOST)


def _file(change: Change, base: CommitFiles, head: CommitFiles, reader: _Lines, *, is_pending: bool) -> ChangedFile:
    path, old_path = change.new or change.old or "", change.old or change.new or ""
    kind: Kind = (
        "added" if change.old is None else "deleted" if change.new is None else
        "changed" if change.old == change.new else "renamed"
    )  # fmt: skip
    try:
        then = "" if change.old is None else text_of(base.content(change.old))
        now = "" if change.new is None else text_of(head.content(change.new))
    except Unreadable as error:
        return ChangedFile(path, old_path, kind, 0, 0, [], False, f"It is not shown: {error}.")
    old_lines, new_lines = Counter(then.splitlines()), Counter(now.splitlines())
    added, removed = (new_lines - old_lines).total(), (old_lines - new_lines).total()
    if is_pending:
        return ChangedFile(path, old_path, kind, added, removed, [], True, None)
    hunks = list(_hunks(reader.of(old_path, then), reader.of(path, now)))
    if sum(len(hunk) for hunk in hunks) > LINES_MOST:
        reason = f"Its changes are left out: they have more than {LINES_MOST:,} lines."
        return ChangedFile(path, old_path, kind, added, removed, [], False, reason)
    return ChangedFile(path, old_path, kind, added, removed, hunks, False, None)


def _hunks(then: list[Line], now: list[Line]) -> Iterator[list[DiffLine]]:
    for group in _groups([_text(line) for line in then], [_text(line) for line in now]):
        hunk: list[DiffLine] = []
        for tag, old, old_end, new, new_end in group:
            if tag == "equal":
                hunk += [DiffLine(old + at + 1, new + at + 1, now[new + at]) for at in range(new_end - new)]
                continue
            hunk += [DiffLine(at + 1, None, then[at]) for at in range(old, old_end)]
            hunk += [DiffLine(None, at + 1, now[at]) for at in range(new, new_end)]
        yield hunk


def _groups(then: list[str], now: list[str]) -> Iterator[list[tuple[str, int, int, int, int]]]:
    """Changes with some lines around them, as difflib groups them."""
    if len(then) * len(now) <= _COMPARED_MOST or not then or not now:
        yield from SequenceMatcher(None, then, now, autojunk=False).get_grouped_opcodes(_CONTEXT)
        return
    shorter = min(len(then), len(now))
    before = next((at for at in range(shorter) if then[at] != now[at]), shorter)
    rest = shorter - before
    after = next((at for at in range(rest) if then[-1 - at] != now[-1 - at]), rest)
    old_end, new_end = len(then) - after, len(now) - after
    if (old_end - before) * (new_end - before) <= _COMPARED_MOST:
        matched = SequenceMatcher(None, then[before:old_end], now[before:new_end], autojunk=False)
        groups = matched.get_grouped_opcodes(_CONTEXT)
        yield from (
            [(t, a + before, b + before, c + before, d + before) for t, a, b, c, d in group] for group in groups
        )
    elif old_end > before or new_end > before:
        yield [("replace", before, old_end, before, new_end)]


def _text(line: Line) -> str:
    return "".join(text for _, text in line)
