"""How one value of a search becomes one SQL condition on one expression; all that a user wrote travels as parameters.

Called by `fields`, which knows what each key reads. No condition here is ever NULL: NOT of NULL would lose the span
from both a search and its negation.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from .scanner import Misread, MisreadError, Scanner
from .tree import Exists, Match, Pattern, Range, Value, Wildcard

if TYPE_CHECKING:
    from spanorigin_server.store.home import Parameter

_INT64 = 2**63
_LARGEST = 1e300
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
_LIKE_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
NEVER = "0"
ALWAYS = "1"


class Binder:
    """Collects parameters; hands back the placeholder that stands for each in the statement."""

    def __init__(self) -> None:
        self.parameters: dict[str, Parameter] = {}

    def text(self, value: str) -> str:
        return self._bound(value, "String")

    def texts(self, values: Sequence[str]) -> str:
        return self._bound(list(values), "Array(String)")

    def number(self, value: int | float) -> str:
        """As a whole number where it is one and fits, so that 2^53 + 1 is compared exactly."""
        if isinstance(value, int) and -_INT64 <= value < _INT64:
            return self._bound(value, "Int64")
        return self._bound(float(value), "Float64")

    def _bound(self, value: Parameter, type_name: str) -> str:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{type_name}}}"


def any_of(*conditions: str) -> str:
    """The conditions joined by OR, without those that can never hold."""
    possible = [condition for condition in conditions if condition != NEVER]
    if ALWAYS in possible:
        return ALWAYS
    return f"({' OR '.join(possible)})" if possible else NEVER


def text_is(binder: Binder, expression: str, value: Value) -> str:
    """A string expression against a value; case matters. A range holds for text that is a number throughout."""
    match value:
        case Exists():
            return f"{expression} != ''"
        case Range():
            return f"ifNull({in_range(binder, f'toFloat64OrNull({expression})', value)}, 0)"
        case Pattern():
            if (literal := value.literal) is not None:
                return f"{expression} = {binder.text(literal)}"
            return f"{expression} LIKE {binder.text(like_pattern(value))}"


def text_contains(binder: Binder, expression: str, pattern: Pattern) -> str:
    """A string expression that holds the pattern anywhere, in whatever case."""
    if (literal := pattern.literal) is not None:
        return f"positionCaseInsensitiveUTF8({expression}, {binder.text(literal)}) > 0"
    return f"{expression} ILIKE {binder.text('%' + like_pattern(pattern) + '%')}"


def number_is(binder: Binder, expression: str, match: Match) -> str:
    """A numeric expression, in its base unit, against a number or a range; 0 counts as not there."""
    match match.value:
        case Exists():
            return f"{expression} != 0"
        case Range() as bounds:
            return in_range(binder, expression, bounds)
        case Pattern() as pattern:
            return f"{expression} = {binder.number(_number_of(pattern, match))}"


def in_range(binder: Binder, expression: str, bounds: Range) -> str:
    """A numeric expression between the bounds; a range open at both ends holds for every number."""
    sides = []
    if bounds.low is not None:
        sides.append(f"{expression} {'>=' if bounds.low_included else '>'} {binder.number(bounds.low)}")
    if bounds.high is not None:
        sides.append(f"{expression} {'<=' if bounds.high_included else '<'} {binder.number(bounds.high)}")
    return f"({' AND '.join(sides)})" if sides else f"isNotNull({expression})"


def one_of(binder: Binder, expression: str, match: Match, meanings: Mapping[str, tuple[str, ...]]) -> str:
    """An Enum expression against one of the words it has. `meanings`: each word, and the stored values it covers."""
    match match.value:
        case Exists():
            return ALWAYS
        case Pattern() as pattern if (literal := pattern.literal) is not None:
            stored = meanings.get(literal.lower())
            if stored is None:
                words = ", ".join(meanings)
                message = f"{match.key} is one of {words}; it is never {literal or 'empty'}."
                raise MisreadError(Misread("search-value", message, match.value_offset, nearest(literal, meanings)))
            return any_of(*(f"{expression} = {binder.text(value)}" for value in stored))
        case Pattern() as pattern:
            return f"toString({expression}) LIKE {binder.text(like_pattern(pattern).lower())}"
        case Range():
            message = (
                f"{match.key} has no order, so no range of it can be searched. It is one of {', '.join(meanings)}."
            )
            raise MisreadError(Misread("search-value", message, match.value_offset))


def id_is(binder: Binder, expression: str, match: Match, length: int) -> str:
    """A binary id against its hex form, in whatever case, or against a pattern of hex digits."""
    value = match.value
    if isinstance(value, Exists):
        return ALWAYS
    if isinstance(value, Range):
        message = (
            f"{match.key} is {2 * length} hex digits, and has no range. For its beginning, write {match.key}:5b8a*."
        )
        raise MisreadError(Misread("search-value", message, match.value_offset))
    literal = value.literal
    if literal is None:
        return f"lower(hex({expression})) LIKE {binder.text(like_pattern(value).lower())}"
    if len(literal) != 2 * length or any(character not in "0123456789abcdefABCDEF" for character in literal):
        message = f"{match.key} is {2 * length} hex digits. For its beginning, write {match.key}:5b8a*."
        raise MisreadError(Misread("search-value", message, match.value_offset))
    return f"{expression} = toFixedString(unhex({binder.text(literal)}), {length})"


def like_pattern(pattern: Pattern) -> str:
    """The pattern in LIKE's own signs."""
    signs = {Wildcard.ANY: "%", Wildcard.ONE: "_"}
    return "".join(
        signs[part] if isinstance(part, Wildcard) else part.translate(_LIKE_ESCAPES) for part in pattern.parts
    )


def number_in(literal: str) -> int | float | None:
    """The number that a text is, without a unit; None when it is none, or larger than any that is stored."""
    if not _NUMBER.fullmatch(literal):
        return None
    number = float(literal)
    if abs(number) > _LARGEST:
        return None
    return int(literal) if literal.lstrip("-").isdigit() else number


def nearest(word: str, words: Iterable[str], likeness: float = 0.6) -> str | None:
    """The most similar of `words`; None when none is similar enough to be what was meant."""
    found = difflib.get_close_matches(word.lower(), list(words), n=1, cutoff=likeness)
    return found[0] if found else None


def _number_of(pattern: Pattern, match: Match) -> int | float:
    literal = pattern.literal
    if literal is not None:
        scan = Scanner(literal)
        try:
            number = scan.number()
        except MisreadError:
            scan.at = -1
        if scan.is_done() and scan.at > 0:
            return number
    shown = "20ms" if match.key.endswith("duration") else "42"
    message = f"{match.key} is a number: write {match.key}:{shown}, or a range such as {match.key}:>{shown}."
    raise MisreadError(Misread("search-number", message, match.value_offset))
