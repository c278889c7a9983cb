"""Where a line of an older commit is at the commit that is checked out now: there, moved, edited, or gone.

Asked by `preview`, so that a reader who opens their editor knows whether the line they see is the line they have.
A line counts as the same only when its text is and when the lines around it lead there; a line that was edited is
never guessed at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# Of changed lines between the first and the last that are alike, in one file times the other: difflib takes about a
# second for four million when nothing is alike. Beyond, only lines whose text is there once are matched.
_COMPARED_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Drift:
    """What became of a line until `commit`. `line` is where it is now; None when it was edited or its file is gone."""

    commit: str
    state: Literal["same", "moved", "edited", "gone"]
    line: int | None


def drift_of(line: int, then: Sequence[str], now: Sequence[str] | None, commit: str) -> Drift:
    """The drift of line `line` (from 1) of `then`, the lines that ran, against `now`; None for no such file."""
    if now is None:
        return Drift(commit, "gone", None)
    found = line_now(line, then, now)
    if found is None:
        return Drift(commit, "edited", None)
    return Drift(commit, "same" if found == line else "moved", found)


def line_now(line: int, then: Sequence[str], now: Sequence[str]) -> int | None:
    """Which line of `now` is line `line` of `then`, both from 1; None when it is not there any more."""
    index, shorter = line - 1, min(len(then), len(now))
    if not 0 <= index < len(then):
        return None
    before = next((at for at in range(shorter) if then[at] != now[at]), shorter)
    if index < before:
        return line
    rest = shorter - before
    after = next((at for at in range(rest) if then[-1 - at] != now[-1 - at]), rest)
    if index >= len(then) - after:
        return line + len(now) - len(then)
    old, new = then[before : len(then) - after], now[before : len(now) - after]
    within = _matched(index - before, old, new)
    return None if within is None else before + within + 1


def _matched(index: int, old: Sequence[str], new: Sequence[str]) -> int | None:
    """The place in `new` of the line at `index` of `old`, both from 0."""
    if len(old) * len(new) > _COMPARED_LIMIT:
        text = old[index]
        return new.index(text) if old.count(text) == new.count(text) == 1 else None
    for a, b, size in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        if a <= index < a + size:
            return b + index - a
    return None
