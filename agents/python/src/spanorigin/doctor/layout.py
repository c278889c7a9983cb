"""Lay out what the doctor found, for people: what is wrong and what to do first, then everything else.

Pure: takes findings, gives text. Used by `environment` and `live`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

_BOLD, _RED, _DIM, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[2m", "\x1b[0m"
_NARROWEST: Final = 40
_WIDEST_LABEL: Final = 44
"""A longer one has its words on the next line."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as the user would want it, and what to do about it."""

    words: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Block:
    """A titled list of facts: a label and what there is to say. A label that is empty goes on with the one above."""

    title: str
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """All that is shown of one subject."""

    title: str
    below_title: str
    problems: Sequence[Problem]
    hints: Sequence[Problem] = ()
    """Not wrong, and worth knowing."""
    blocks: Sequence[Block] = field(default_factory=list)


def as_text(page: Page, *, width: int = 0, colour: bool = False) -> str:
    """The page in lines of `width` at most (0: as long as they come), in the terminal's colours where wanted."""
    paint = _painted if colour else _plain
    lines = [paint(page.title, _BOLD), *([paint(page.below_title, _DIM)] if page.below_title else []), ""]
    if page.problems:
        count = len(page.problems)
        lines.append(paint(f"{count} problem{'s' if count > 1 else ''}", _BOLD + _RED))
        lines += _numbered(page.problems, width)
    else:
        lines.append("No problems found.")
    if page.hints:
        lines += ["", paint("Worth knowing", _BOLD), *_numbered(page.hints, width)]
    for block in page.blocks:
        if block.rows:
            lines += ["", paint(block.title, _BOLD), *_rows(block.rows, width)]
    return "\n".join(lines)


def _numbered(problems: Iterable[Problem], width: int) -> Iterable[str]:
    for number, problem in enumerate(problems, 1):
        yield from _wrapped(f"  {number}. ", problem.words, width)
        if problem.remedy:
            yield from _wrapped("     → ", problem.remedy, width)


def _rows(rows: Sequence[tuple[str, str]], width: int) -> Iterable[str]:
    widest = max((len(label) for label, _ in rows if len(label) <= _WIDEST_LABEL), default=0)
    for label, words in rows:
        if len(label) > widest:
            yield f"  {label}"
            label = ""  # noqa: PLW2901 - its words are on the next line
        yield from _wrapped(f"  {label:<{widest}}  ", words, width)


def _wrapped(head: str, words: str, width: int) -> Iterable[str]:
    room = width - len(head)
    if not width or room < _NARROWEST:
        return [f"{head}{words}".rstrip()]
    # Never inside a word: most are paths and commands, to be copied.
    pieces = textwrap.wrap(words, room, break_long_words=False, break_on_hyphens=False) or [""]
    return [f"{head}{pieces[0]}".rstrip(), *(f"{'':<{len(head)}}{piece}" for piece in pieces[1:])]


def _painted(text: str, colour: str) -> str:
    return f"{colour}{text}{_PLAIN}"


def _plain(text: str, _: str) -> str:
    return text
