"""What a search means, as values: the tree between `syntax`, which reads it, and `plan`, which makes it a condition.

`printed` writes a tree back as a search text that reads as an equal tree, so that a view may rebuild what it was given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Wildcard(Enum):
    """A stand-in within a pattern."""

    ANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text to be met whole: literal pieces and wildcards, in order; no two literals side by side, none of them empty.

    No parts at all is the empty text. A value that was quoted is one literal, whatever characters it holds.
    """

    parts: tuple[str | Wildcard, ...]

    @property
    def literal(self) -> str | None:
        """The text itself when there is no wildcard in it."""
        if not self.parts:
            return ""
        return self.parts[0] if len(self.parts) == 1 and isinstance(self.parts[0], str) else None


@dataclass(frozen=True, slots=True)
class Exists:
    """Any value at all: `key:*`."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers between two bounds, each None where open; units are multiplied out (a time is in nanoseconds)."""

    low: int | float | None = None
    high: int | float | None = None
    low_included: bool = True
    high_included: bool = True


Value = Pattern | Exists | Range


@dataclass(frozen=True, slots=True)
class Text:
    """Free text, looked for anywhere in what a person reads of a span; case does not matter."""

    pattern: Pattern
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Match:
    """One key that has one value.

    `is_attribute` for `@key`; `is_literal` for a bare key with an escaped character, which names a resource attribute
    even where it looks like one of the language's own keys.
    """

    key: str
    value: Value
    is_attribute: bool = False
    is_literal: bool = False
    offset: int = field(default=0, compare=False)
    value_offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Every span that the inner search does not find, those that lack its key among them."""

    inner: Node


@dataclass(frozen=True, slots=True)
class And:
    """Two searches or more that must all find the span."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Two searches or more of which one must find the span."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty search."""


Node = Text | Match | Not | And | Or | Everything

OPERATORS = ("AND", "OR", "NOT")
_SPECIAL = frozenset('()"*?\\:')
_SPECIAL_FIRST = frozenset("-!@><[{")


def printed(node: Node) -> str:
    """The tree as a search text. Reading it gives an equal tree; the text need not be the one first read."""
    match node:
        case Everything():
            return ""
        case Text(pattern):
            return _pattern_text(pattern)
        case Match():
            return f"{_key_text(node)}:{_value_text(node.value)}"
        case Not(inner):
            return "-" + (f"({printed(inner)})" if isinstance(inner, And | Or) else printed(inner))
        case And(parts):
            return " ".join(f"({printed(part)})" if isinstance(part, And | Or) else printed(part) for part in parts)
        case Or(parts):
            return " OR ".join(f"({printed(part)})" if isinstance(part, Or) else printed(part) for part in parts)


def _key_text(match: Match) -> str:
    sign = "@" if match.is_attribute else ""
    if match.key == "*" and not (match.is_attribute or match.is_literal):
        return "*"
    text = "".join(_escaped(character) for character in match.key)
    if match.is_literal and not text.startswith("\\"):
        return f"{sign}\\{text}"
    return sign + (f"\\{text}" if text[:1] in "-!@" else text)


def _value_text(value: Value) -> str:
    match value:
        case Exists():
            return "*"
        case Pattern():
            return _pattern_text(value)
        case Range(low, high, low_included, high_included):
            opening, closing = "{["[low_included], "}]"[high_included]
            return f"{opening}{'*' if low is None else low} TO {'*' if high is None else high}{closing}"


def _pattern_text(pattern: Pattern) -> str:
    literal = pattern.literal
    if literal is not None:
        is_plain = literal and literal not in OPERATORS and literal[0] not in _SPECIAL_FIRST
        if is_plain and not any(character in _SPECIAL or character.isspace() for character in literal):
            return literal
        return '"' + literal.replace("\\", "\\\\").replace('"', '\\"') + '"'
    text = "".join(
        part.value if isinstance(part, Wildcard) else "".join(_escaped(character) for character in part)
        for part in pattern.parts
    )
    return f"\\{text}" if text[:1] in _SPECIAL_FIRST else text


def _escaped(character: str) -> str:
    return f"\\{character}" if character in _SPECIAL or character.isspace() else character
