"""Read a search text into a tree, by recursive descent, one method a rule of the grammar.

Asked by `endpoint` for each search. Knows how the language is written, not which keys there are: that is `fields`'.
The grammar, loosest binding first:

    or      = and { OR and }                and    = unary { [ AND ] unary }       side by side means AND
    unary   = ( "-" | "!" | NOT ) unary | primary
    primary = "(" or ")" | string | key ":" value | word
    key     = [ "@" ] name | "*"            value  = "(" item { OR item } ")" | range | comparison | string | pattern
    range   = ( "[" | "{" ) bound TO bound ( "]" | "}" )       comparison = ( ">=" | "<=" | ">" | "<" ) number [ unit ]
    item    = [ "-" ] value                 string = '"' … '"'                     pattern and word may hold * and ?

A backslash takes the next character literally, whichever it is. Source: Datadog's span search syntax, whose documented
examples read as documented; decision 0040 (what was resolved where its pages disagree).
"""

from __future__ import annotations

from collections.abc import Callable

from .scanner import Misread, MisreadError, Scanner
from .tree import And, Everything, Exists, Match, Node, Not, Or, Range, Text, Value, Wildcard

LENGTH_LIMIT = 10_000
DEPTH_LIMIT = 40
TERM_LIMIT = 100

_COMPARISONS = (">=", "<=", ">", "<")


def parsed(text: str) -> Node | Misread:
    """The tree of a search text, or why there is none. An empty text means Everything. Raises nothing.

    Bounded: LENGTH_LIMIT characters, DEPTH_LIMIT levels of brackets and negations, TERM_LIMIT terms.
    """
    if len(text) > LENGTH_LIMIT:
        message = f"The search has {len(text)} characters; {LENGTH_LIMIT} are read at most. Shorten it."
        return Misread("search-too-large", message, LENGTH_LIMIT)
    for offset, character in enumerate(text):
        if "\ud800" <= character <= "\udfff" or character == "\0":
            message = "The search holds half a character or NUL, which no stored text has. Remove it."
            return Misread("search-unexpected", message, offset)
    try:
        return _Descent(text).whole()
    except MisreadError as error:
        return error.misread


class _Descent:
    """One reading of one text."""

    def __init__(self, text: str) -> None:
        self.scan = Scanner(text)
        self.depth = 0
        self.terms = 0

    def whole(self) -> Node:
        self.scan.skip_space()
        if self.scan.is_done():
            return Everything()
        tree = self._either()
        if not self.scan.is_done():
            self.scan.fail("search-unclosed", "This ')' closes nothing. Remove it, or put a '(' before it.")
        return tree

    def _either(self) -> Node:
        parts = [self._both()]
        while self.scan.takes("OR"):
            parts.append(self._both("OR"))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _both(self, after: str = "") -> Node:
        parts = [self._unary(after)]
        while True:
            if self.scan.takes("AND"):
                parts.append(self._unary("AND"))
            elif self.scan.is_done() or self.scan.here() == ")" or self.scan.operator(("OR",)):
                return parts[0] if len(parts) == 1 else And(tuple(parts))
            else:
                parts.append(self._unary())

    def _unary(self, after: str = "") -> Node:
        scan = self.scan
        scan.skip_space()
        if scan.is_done() or scan.here() == ")" or scan.operator(("AND", "OR")):
            where = f"after {after}" if after else "here"
            scan.fail(
                "search-incomplete",
                f"Expected something to search for {where}. To search for the word itself, put it in quotes.",
            )
        if scan.here() in "-!":
            sign = scan.here()
            scan.at += 1
            if scan.is_done() or scan.here().isspace():
                scan.fail("search-incomplete", f"Expected a term directly after {sign}, as in {sign}status:ok.")
            return Not(self._deeper(self._unary))
        if scan.takes("NOT"):
            return Not(self._deeper(lambda: self._unary("NOT")))
        if scan.here() == "(":
            return self._deeper(self._group)
        self._count_term()
        return self._single()

    def _group(self) -> Node:
        opened_at = self.scan.at
        self.scan.at += 1
        self.scan.skip_space()
        if self.scan.here() == ")":
            message = "There is nothing between ( and ). To search for brackets, put the text in quotes."
            self.scan.fail("search-incomplete", message)
        inner = self._either()
        self._close(opened_at, "AND, OR or )")
        return inner

    def _single(self) -> Node:
        scan = self.scan
        offset = scan.at
        if scan.here() == '"':
            return Text(scan.string(), offset)
        is_attribute = scan.here() == "@"
        scan.at += is_attribute
        pattern, was_escaped = scan.word(stops_at_colon=True)
        if scan.here() == ":":
            if pattern.parts == (Wildcard.ANY,) and not is_attribute:
                key = "*"
            elif pattern.literal:
                key = pattern.literal
            elif pattern.parts:
                scan.fail("search-key", "A key holds no * or ?. To search every attribute, write *:value.", at=offset)
            else:
                scan.fail(
                    "search-key", "There is no key before this colon. To search for a colon, put the text in quotes."
                )
            scan.at += 1
            return self._value_of(Match(key, Exists(), is_attribute, was_escaped and not is_attribute, offset))
        if is_attribute:
            name = scan.text[offset : scan.at]
            message = f"Expected a colon and a value after {name}. For any value at all, write {name}:*."
            scan.fail("search-incomplete", message, hint=":*")
        return Text(pattern, offset)

    def _value_of(self, match: Match) -> Node:
        """`match` with the value that stands at the position, or an Or of several when a list stands there."""
        scan = self.scan
        if scan.is_done() or scan.here().isspace() or scan.here() == ")":
            message = "Expected a value directly after the colon; * stands for any value."
            scan.fail("search-incomplete", message, hint="*")
        if scan.here() == "(":
            return self._deeper(lambda: self._value_list(match))
        value_offset = scan.at
        value = self._value()
        return Match(match.key, value, match.is_attribute, match.is_literal, match.offset, value_offset)

    def _value_list(self, match: Match) -> Node:
        scan = self.scan
        opened_at = scan.at
        scan.at += 1
        parts: list[Node] = []
        while not parts or scan.takes("OR"):
            scan.skip_space()
            if scan.is_done() or scan.here() == ")" or scan.operator():
                scan.fail(
                    "search-incomplete", "Expected a value here. To search for the word itself, put it in quotes."
                )
            self._count_term()
            is_refused = scan.here() == "-"
            scan.at += is_refused
            part = self._value_of(match)
            parts.append(Not(part) if is_refused else part)
        self._close(opened_at, "OR or )")
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _value(self) -> Value:
        scan = self.scan
        if scan.here() == '"':
            return scan.string()
        if scan.here() in "[{":
            return self._range()
        for sign in _COMPARISONS:
            if scan.text.startswith(sign, scan.at):
                return self._comparison(sign)
        pattern, _ = scan.word(stops_at_colon=False)
        return Exists() if pattern.parts == (Wildcard.ANY,) else pattern

    def _comparison(self, sign: str) -> Range:
        self.scan.at += len(sign)
        bound = self.scan.number()
        self.scan.check_separated()
        is_included = sign.endswith("=")
        if sign.startswith(">"):
            return Range(low=bound, low_included=is_included)
        return Range(high=bound, high_included=is_included)

    def _range(self) -> Range:
        scan = self.scan
        low_included = scan.here() == "["
        scan.at += 1
        low = self._bound()
        if not scan.takes("TO"):
            scan.fail("search-range", "Expected TO between the two bounds, as in [400 TO 499].")
        high = self._bound()
        scan.skip_space()
        if scan.is_done() or scan.here() not in "]}":
            message = "Expected ] (bound included) or } (bound left out) at the end of the range."
            scan.fail("search-range", message, hint="]")
        high_included = scan.here() == "]"
        scan.at += 1
        scan.check_separated()
        return Range(low, high, low_included or low is None, high_included or high is None)

    def _bound(self) -> int | float | None:
        self.scan.skip_space()
        if self.scan.here() == "*":
            self.scan.at += 1
            return None
        return self.scan.number()

    def _close(self, opened_at: int, expected: str) -> None:
        scan = self.scan
        scan.skip_space()
        if scan.is_done():
            message = f"The ( opened at character {opened_at + 1} is never closed."
            scan.fail("search-unclosed", message, hint=")")
        if scan.here() != ")":
            scan.fail("search-unexpected", f"Expected {expected} here.")
        scan.at += 1

    def _deeper(self, read: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            message = f"Brackets and negations are nested more than {DEPTH_LIMIT} deep. Take some away."
            self.scan.fail("search-too-large", message)
        found = read()
        self.depth -= 1
        return found

    def _count_term(self) -> None:
        self.terms += 1
        if self.terms > TERM_LIMIT:
            self.scan.fail("search-too-large", f"The search has more than {TERM_LIMIT} terms. Ask for less at once.")
