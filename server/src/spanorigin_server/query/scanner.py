"""Read the small parts of a search text: words, quoted strings, numbers with units. The letters of `syntax`.

Owns the position, which only moves forward, and says what is wrong at it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import NoReturn

from .tree import Pattern, Wildcard

_UNITS = {
    "": 1, "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9,
    "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30,
}  # fmt: skip
_NUMBER = re.compile(r"([-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?)([A-Za-zµμ]*)")
_NUMBER_LIMIT = Decimal("1e30")
_EXACT = Context(prec=60)
_AFTER_OPERATOR = frozenset('()"')


@dataclass(frozen=True, slots=True)
class Misread:
    """Why a search text cannot be answered: where it stopped making sense (characters from 0), what was expected
    there, and, where there is one, the nearest thing that would have been right."""

    slug: str
    message: str
    offset: int
    hint: str | None = None


class MisreadError(Exception):
    """Carries a Misread up from where it was met; caught at the doors of `syntax` and `plan`."""

    def __init__(self, misread: Misread) -> None:
        super().__init__(misread.message)
        self.misread = misread


class Scanner:
    """A text and how far it was read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def is_done(self) -> bool:
        return self.at >= len(self.text)

    def here(self) -> str:
        """The character at the position; empty at the end."""
        return self.text[self.at : self.at + 1]

    def fail(self, slug: str, message: str, *, hint: str | None = None, at: int | None = None) -> NoReturn:
        raise MisreadError(Misread(slug, message, self.at if at is None else at, hint))

    def skip_space(self) -> None:
        while self.here().isspace():
            self.at += 1

    def operator(self, names: tuple[str, ...] = ("AND", "OR", "NOT")) -> str:
        """The one of `names` that stands at the position as a whole word; empty when none does."""
        for name in names:
            if self.text.startswith(name, self.at):
                after = self.text[self.at + len(name) : self.at + len(name) + 1]
                if not after or after.isspace() or after in _AFTER_OPERATOR:
                    return name
        return ""

    def takes(self, operator: str) -> bool:
        """Moves behind `operator`, and behind space before it, if it comes next; else only behind the space."""
        self.skip_space()
        found = self.operator((operator,))
        self.at += len(found)
        return bool(found)

    def word(self, *, stops_at_colon: bool) -> tuple[Pattern, bool]:
        """The pattern up to the word's end, and whether one of its characters was escaped."""
        pieces: list[str | Wildcard] = []
        was_escaped = False
        while not self.is_done() and not self.here().isspace() and self.here() not in '()"':
            if self.here() == ":" and stops_at_colon:
                # `http://…` is an address that someone pasted; no value begins with two slashes.
                if not self.text.startswith("://", self.at):
                    break
                stops_at_colon = False
            if self.here() in "*?":
                pieces.append(Wildcard(self.here()))
                self.at += 1
                continue
            was_escaped = was_escaped or self.here() == "\\"
            pieces.append(self._literal_character())
        if pieces and self.here() and self.here() in '("':
            shown = self.here()
            self.fail(
                "search-unexpected",
                f"Did not expect {shown} within a word. Put the text in quotes, or write \\{shown}.",
            )
        return pattern_of(pieces), was_escaped

    def string(self) -> Pattern:
        opened_at = self.at
        self.at += 1
        characters: list[str | Wildcard] = []
        while not self.is_done() and self.here() != '"':
            characters.append(self._literal_character())
        if self.is_done():
            message = f"The quote opened at character {opened_at + 1} is never closed."
            self.fail("search-unclosed", message, hint='"')
        self.at += 1
        self.check_separated()
        return pattern_of(characters)

    def number(self) -> int | float:
        """A number in its base unit: a time in nanoseconds, a size in bytes."""
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            self.fail("search-number", "Expected a number here, such as 400, 0.5 or 20ms.")
        factor = _UNITS.get(found[2].lower())
        if factor is None:
            message = f"{found[2]} is no unit. Times have ns us ms s m h; sizes have b kb mb gb kib mib gib."
            self.fail("search-number", message, at=found.start(2))
        number = _EXACT.multiply(Decimal(found[1]), factor)
        if abs(number) > _NUMBER_LIMIT:
            self.fail("search-number", "No span holds a number this large. For an open end, write *.", hint="*")
        self.at = found.end()
        return int(number) if number == number.to_integral_value() else float(number)

    def check_separated(self) -> None:
        """Fails when something is glued to what was just read."""
        if not self.is_done() and not self.here().isspace() and self.here() != ")":
            self.fail("search-unexpected", f"Expected a space before {self.here()!r}.")

    def _literal_character(self) -> str:
        if self.here() == "\\":
            self.at += 1
            if self.is_done():
                message = "A character has to follow the backslash. For a backslash itself, write \\\\."
                self.fail("search-incomplete", message, hint="\\")
        character = self.here()
        self.at += 1
        return character


def pattern_of(pieces: list[str | Wildcard]) -> Pattern:
    """The pieces with literals joined, and with runs of `*` made one, since they mean one."""
    parts: list[str | Wildcard] = []
    literal: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            literal.append(piece)
            continue
        if literal:
            parts.append("".join(literal))
            literal.clear()
        if not (piece is Wildcard.ANY and parts and parts[-1] is Wildcard.ANY):
            parts.append(piece)
    if literal:
        parts.append("".join(literal))
    return Pattern(tuple(parts))
