"""The search language as text: what reads as what, what is refused and where, and that printing loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spanorigin_server.query.scanner import Misread
from spanorigin_server.query.syntax import DEPTH_LIMIT, LENGTH_LIMIT, TERM_LIMIT, parsed
from spanorigin_server.query.tree import (
    And,
    Everything,
    Exists,
    Match,
    Node,
    Not,
    Or,
    Pattern,
    Range,
    Text,
    Wildcard,
    printed,
)

from .trees import TREES

ANY, ONE = Wildcard.ANY, Wildcard.ONE


def literal(text: str) -> Pattern:
    return Pattern((text,)) if text else Pattern(())


def word(text: str) -> Text:
    return Text(literal(text))


def key(name: str, value: object = None) -> Match:
    return Match(name, literal(value) if isinstance(value, str) else value or Exists())  # type: ignore[arg-type]


def attribute(name: str, value: object = None) -> Match:
    return Match(name, literal(value) if isinstance(value, str) else value or Exists(), is_attribute=True)  # type: ignore[arg-type]


READINGS: list[tuple[str, Node]] = [
    ("", Everything()),
    (" \t\n ", Everything()),
    ("checkout", word("checkout")),
    ('"connection reset"', word("connection reset")),
    ("time*t", Text(Pattern(("time", ANY, "t")))),
    ("a**b", Text(Pattern(("a", ANY, "b")))),
    ("service:web", key("service", "web")),
    ("service:web*", key("service", Pattern(("web", ANY)))),
    ("service:w?b", key("service", Pattern(("w", ONE, "b")))),
    ("service:*", key("service", Exists())),
    ("service:**", key("service", Exists())),
    ('service:"*"', key("service", "*")),
    ('service:"a \\"b\\" c"', key("service", 'a "b" c')),
    ('service:""', key("service", "")),
    ("@_dd.code_origin.type:*", attribute("_dd.code_origin.type")),
    ("@user.first\\ name:x", attribute("user.first name", "x")),
    ("@url:*user\\=JaneDoe*", attribute("url", Pattern((ANY, "user=JaneDoe", ANY)))),
    ('@k:"*lit*"', attribute("k", "*lit*")),
    ("@k:*lit*", attribute("k", Pattern((ANY, "lit", ANY)))),
    ("@k:-5", attribute("k", "-5")),
    ("@k:a:b", attribute("k", "a:b")),
    ("origin:app/views.py:42", key("origin", "app/views.py:42")),
    ("fn:Cart.*", key("fn", Pattern(("Cart.", ANY)))),
    ("*:timeout", key("*", "timeout")),
    ("\\kinds:x", Match("kinds", literal("x"), is_literal=True)),
    ("@http.status_code:[400 TO 499]", attribute("http.status_code", Range(400, 499))),
    ("@x:[400 TO *]", attribute("x", Range(400, None))),
    ("@x:{* TO 0.5}", attribute("x", Range(None, 0.5, high_included=False))),
    ("@x:[-1 TO 1e3}", attribute("x", Range(-1, 1000, high_included=False))),
    ("duration:>=20ms", key("duration", Range(low=20_000_000))),
    ("duration:>1.5us", key("duration", Range(low=1500, low_included=False))),
    ("duration:<2h", key("duration", Range(high=7200 * 10**9, high_included=False))),
    ("duration:{0 TO 1s}", key("duration", Range(0, 10**9, low_included=False, high_included=False))),
    ("@size:<=2MiB", attribute("size", Range(high=2 * 2**20))),
    ("a b", And((word("a"), word("b")))),
    ("a AND b", And((word("a"), word("b")))),
    ("a and b", And((word("a"), word("and"), word("b")))),
    ("a OR b AND c", Or((word("a"), And((word("b"), word("c")))))),
    ("(a OR b) c", And((Or((word("a"), word("b"))), word("c")))),
    ("(a)OR(b)", Or((word("a"), word("b")))),
    ("ORDER NOTHING ANDES", And((word("ORDER"), word("NOTHING"), word("ANDES")))),
    ('"OR"', word("OR")),
    ("-a", Not(word("a"))),
    ("!a", Not(word("a"))),
    ("NOT a", Not(word("a"))),
    ("NOT a b", And((Not(word("a")), word("b")))),
    ("-NOT !a", Not(Not(Not(word("a"))))),
    ("web-api a-b", And((word("web-api"), word("a-b")))),
    (
        "NOT(service:a OR service:b) error",
        And((Not(Or((key("service", "a"), key("service", "b")))), word("error"))),
    ),
    (
        "service:(cart OR pay) @http.status_code:[400 TO 499]",
        And((Or((key("service", "cart"), key("service", "pay"))), attribute("http.status_code", Range(400, 499)))),
    ),
    ("service:(a)", key("service", "a")),
    ("service:(a OR -b)", Or((key("service", "a"), Not(key("service", "b"))))),
    ("-service:(a OR b)", Not(Or((key("service", "a"), key("service", "b"))))),
    (
        'x:("a b" OR [1 TO 2] OR >3)',
        Or((key("x", "a b"), key("x", Range(1, 2)), key("x", Range(3, low_included=False)))),
    ),
    (
        "service:web* -status:ok kind:server",
        And((key("service", Pattern(("web", ANY))), Not(key("status", "ok")), key("kind", "server"))),
    ),
    ('"connection reset" OR *:timeout', Or((word("connection reset"), key("*", "timeout")))),
    ("http://shop:8000/cart x", And((word("http://shop:8000/cart"), word("x")))),
    ("füße:straße", key("füße", "straße")),
]

REFUSALS = [
    ("@x:[1 2]", 6, "search-range", None),
    ("@x:[1 TO 2", 10, "search-range", "]"),
    ("@x:[a TO b]", 4, "search-number", None),
    ("@x:>", 4, "search-number", None),
    ("@x:>5parsec", 5, "search-number", None),
    ("@x:>1e31", 4, "search-number", "*"),
    ("(a", 2, "search-unclosed", ")"),
    ("a)", 1, "search-unclosed", None),
    ("()", 1, "search-incomplete", None),
    ("service:", 8, "search-incomplete", "*"),
    ("service: web", 8, "search-incomplete", "*"),
    ("(service:)", 9, "search-incomplete", "*"),
    ('"open', 5, "search-unclosed", '"'),
    ('x:"open', 7, "search-unclosed", '"'),
    ("x:(a OR", 7, "search-incomplete", None),
    ("x:(a b)", 5, "search-unexpected", None),
    ("x:()", 3, "search-incomplete", None),
    ("@key", 4, "search-incomplete", ":*"),
    (":x", 0, "search-key", None),
    ("@:x", 1, "search-key", None),
    ("a*b:c", 0, "search-key", None),
    ("pay()", 3, "search-unexpected", None),
    ('"a"b', 3, "search-unexpected", None),
    ("a OR", 4, "search-incomplete", None),
    ("OR a", 0, "search-incomplete", None),
    ("a AND OR b", 6, "search-incomplete", None),
    ("NOT", 3, "search-incomplete", None),
    ("- a", 1, "search-incomplete", None),
    ("a\\", 2, "search-incomplete", "\\"),
    ("a\0b", 1, "search-unexpected", None),
    ("a\ud800", 1, "search-unexpected", None),
]


@pytest.mark.parametrize(("text", "tree"), READINGS, ids=[text for text, _ in READINGS])
def test_a_search_reads_as_it_is_meant(text: str, tree: Node):
    assert parsed(text) == tree


@pytest.mark.parametrize(("text", "offset", "slug", "hint"), REFUSALS, ids=[repr(row[0]) for row in REFUSALS])
def test_a_broken_search_is_refused_where_it_breaks(text: str, offset: int, slug: str, hint: str | None):
    refusal = parsed(text)

    assert isinstance(refusal, Misread)
    assert (refusal.offset, refusal.slug) == (offset, slug)
    assert (refusal.hint or "").strip() == (hint or "")
    assert refusal.message.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "(" * (DEPTH_LIMIT + 1) + "a" + ")" * (DEPTH_LIMIT + 1),
        "-" * 5000 + "a",
        "NOT " * 2000 + "a",
        "x:" + "(" * 4000,
        "(" * LENGTH_LIMIT,
        " ".join(["a"] * (TERM_LIMIT + 1)),
        "x:(" + " OR ".join(["a"] * (TERM_LIMIT + 1)) + ")",
        "a" * (LENGTH_LIMIT + 1),
    ],
    ids=["brackets", "signs", "words", "lists", "only brackets", "terms", "values", "length"],
)
def test_a_search_beyond_the_limits_is_refused_and_not_attempted(text: str):
    refusal = parsed(text)

    assert isinstance(refusal, Misread)
    assert refusal.slug == "search-too-large"


def test_a_search_at_the_limits_is_read():
    deep = "(" * DEPTH_LIMIT + "a" + ")" * DEPTH_LIMIT
    wide = " ".join(["a"] * TERM_LIMIT)

    assert parsed(deep) == word("a")
    assert isinstance(parsed(wide), And)


_ALPHABET = st.sampled_from([*'ab:@*?()[]{}"\\-! \t<>=1.~µ', "OR", "AND", "NOT", " TO ", "service", "ms"])


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(_ALPHABET, max_size=30).map("".join)))
@example("(" * 9999)
@example("@\\*:*")
def test_no_text_crashes_the_reader_and_what_it_reads_prints_back_to_an_equal_tree(text: str):
    tree = parsed(text)

    if isinstance(tree, Misread):
        assert 0 <= tree.offset <= len(text)
    else:
        assert parsed(printed(tree)) == tree


@settings(max_examples=400, deadline=None)
@given(TREES)
def test_every_tree_prints_to_a_text_that_reads_as_that_tree(tree: Node):
    assert parsed(printed(tree)) == tree
