"""Highlighted lines are the file's lines, one for one, whatever the file is made of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanorigin_server.source.highlight import Highlighter, highlighted


def plain(lines) -> list[str]:
    return ["".join(piece for _, piece in line) for line in lines]


def test_python_words_have_pygments_short_classes():
    lines = highlighted("app/pay.py", "def pay(total):\n    return 1\n")

    assert lines[0][:3] == [("k", "def"), ("", " "), ("nf", "pay")]
    assert ("k", "return") in lines[1]


@pytest.mark.parametrize("path", ["a.py", "a.js", "a.java", "a.cs", "a.go", "a.rb", "a.sql", "a.unknown", "Makefile"])
def test_no_line_is_lost_or_moved(path: str):
    text = '\n\n  x = """\nmore\n"""\n\n\ndef f():\n\treturn 1\n\n\n'

    assert plain(highlighted(path, text)) == text.split("\n")[:-1]


@settings(max_examples=150, deadline=None)
@given(st.text("ab \n\r\t\"'#\\{}()=é\x0c\x0b\x1c\u2028", max_size=80))
def test_any_text_keeps_its_lines(text: str):
    expected = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    expected = expected[:-1] if expected[-1] == "" else expected

    assert plain(highlighted("a.py", text)) == expected


def test_a_minified_file_is_shown_plain_and_cut():
    lines = highlighted("a.js", "x" * 5000 + "\ny\n")

    assert [len(line) for line in plain(lines)] == [2000, 1]


def test_equal_content_is_highlighted_once_and_a_changed_one_again():
    highlighter = Highlighter()

    first = highlighter.lines("a.py", "x = 1\n", "one")

    assert highlighter.lines("a.py", "x = 1\n", "one") is first
    assert plain(highlighter.lines("a.py", "x = 2\n", "two")) == ["x = 2"]
