"""Random search trees, for the tests that hold a claim about all of them."""

from __future__ import annotations

from hypothesis import strategies as st
from spanorigin_server.query.fields import _ATTRIBUTES, _KEYS
from spanorigin_server.query.scanner import pattern_of
from spanorigin_server.query.tree import And, Exists, Match, Not, Or, Range, Text, Wildcard

ANY = Wildcard.ANY

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
_PATTERNS = st.lists(st.one_of(TEXTS.filter(bool), st.sampled_from(list(Wildcard))), max_size=4).map(pattern_of)
_NUMBERS = st.one_of(
    st.integers(-(10**29), 10**29), st.floats(-1e20, 1e20).filter(lambda number: not number.is_integer())
)
_OPEN_OR_NUMBER = st.one_of(st.none(), _NUMBERS)
_RANGES = st.builds(
    lambda low, high, with_low, with_high: Range(low, high, with_low or low is None, with_high or high is None),
    _OPEN_OR_NUMBER,
    _OPEN_OR_NUMBER,
    st.booleans(),
    st.booleans(),
)
_VALUES = st.one_of(st.just(Exists()), _RANGES, _PATTERNS.filter(lambda pattern: pattern.parts != (ANY,)))
_LEAVES = st.one_of(
    st.builds(Text, _PATTERNS),
    st.builds(lambda name, value: Match(name, value, is_attribute=True), TEXTS.filter(bool), _VALUES),
    st.builds(lambda name, value: Match(name, value, is_literal=True), TEXTS.filter(bool), _VALUES),
    st.builds(Match, st.sampled_from(["service", "*", "host.name", "a-b"]), _VALUES),
)
TREES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=12,
)

# Trees over the keys that the language has, with values that some of them take.
_MEANT = st.sampled_from(
    ["error", "server", "entry", "1", "5", "2.5", "true", "20ms", "ab" * 16, "app/views.py:42", "", "ä%_\\\\"]
)
_KNOWN_VALUES = st.one_of(_MEANT.map(lambda text: pattern_of([text] if text else [])), _VALUES)
KNOWN_TREES = st.recursive(
    st.one_of(
        st.builds(Text, _PATTERNS),
        st.builds(Match, st.sampled_from([*_KEYS, "host.name", "a.b.c"]), _KNOWN_VALUES),
        st.builds(
            lambda name, value: Match(name, value, is_attribute=True),
            st.sampled_from(
                [*_ATTRIBUTES, "k", "a.b", "http.status_code", "_dd.code_origin.frames.1.line", "x.0.type"]
            ),
            _KNOWN_VALUES,
        ),
    ),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda *parts: And(parts), inner, inner),
        st.builds(lambda *parts: Or(parts), inner, inner),
    ),
    max_leaves=6,
)
