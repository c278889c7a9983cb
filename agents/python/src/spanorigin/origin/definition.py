"""Find the line of a `def` or `class` statement.

Asked by `origin.entry` once per handler. A code object knows only its first line, which is that of the first
decorator; the interpreter keeps the line of the statement nowhere. So the source is looked at, from that line on and
no further than the first line of the body: by two patterns where its decorators are simple, as most are, otherwise by
Python's own tokenizer, which costs ten times that.
"""

import io
import linecache
import os
import re
import tokenize
from types import CodeType, FunctionType
from typing import Final

from spanorigin.model import LineNumber

_LONGEST_DECORATION = 200
"""Lines of decorators looked through when the first line of the body is not known."""
_FILES_KEPT: Final = 32
"""Sources kept as lines: handlers of one file are often seen for the first time in a row, but not always."""
# A decorator that certainly ends where its line does: no bracket within its brackets, no string that could go on, no
# backslash, and ASCII alone, since what a byte above it means depends on the file's encoding.
_SIMPLE_DECORATOR: Final = re.compile(
    rb"""[ \t]*@[ \t]*[A-Za-z_][\w.]*[ \t]*"""
    rb"""(?:\((?:[^()\[\]{}'"\#\\\x80-\xff]|'[^'\\\x80-\xff]*'|"[^"\\\x80-\xff]*")*\))?[ \t]*(?:\#.*)?"""
)
_DEF: Final = re.compile(rb"[ \t]*(?:async[ \t]+)?def[ \t]")
_NOTHING: Final = re.compile(rb"[ \t\f]*(?:\#.*)?")
_BETWEEN_STATEMENTS = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT})


def def_line(function: FunctionType) -> LineNumber:
    """The line of `def` or `lambda`, counted from 1; that of the first decorator where the source is not to be had.

    Raises nothing. Reads the source file unless `linecache` holds it already.
    """
    code = function.__code__
    first = code.co_firstlineno
    if code.co_name == "<lambda>":
        return LineNumber(first)
    simply = _simple_def_line(code.co_filename, first)
    if simply is not None:
        return LineNumber(simply)
    lines = _lines(code.co_filename, function.__globals__)
    return LineNumber(_statement_line(lines, first, _first_body_line(code), ("def", "async")) or first)


def class_line(owner: type, file_name: str) -> LineNumber | None:
    """The line of `class`, counted from 1; None where the source does not show exactly one class of that name."""
    members = type.__dict__["__dict__"].__get__(owner)
    lines = _lines(file_name, {})
    first = members.get("__firstlineno__")  # 3.13 and later; that of the first decorator again
    if type(first) is int:
        return LineNumber(_statement_line(lines, first, first + _LONGEST_DECORATION, ("class",)) or first)
    name = type.__dict__["__name__"].__get__(owner)
    found = [number for number, line in enumerate(lines, 1) if _opens_class(line, name)]
    return LineNumber(found[0]) if len(found) == 1 else None


def _simple_def_line(file_name: str, first: int) -> int | None:
    """The line of the `def` that begins, with its decorators, at line `first`; None where that is not plain to see."""
    lines = _raw_lines(file_name)
    for number in range(first, min(len(lines), first + _LONGEST_DECORATION) + 1):
        line = lines[number - 1]
        if _DEF.match(line):
            return number
        if not _SIMPLE_DECORATOR.fullmatch(line) and (number == first or not _NOTHING.fullmatch(line)):
            return None
    return None


_recent: dict[str, tuple[int, list[bytes]]] = {}
"""File -> when it was last written, and its lines."""


def _raw_lines(file_name: str) -> list[bytes]:
    """The lines of a file as they are now, without their ends; none where it cannot be read, as within an archive."""
    try:
        written = os.stat(file_name).st_mtime_ns  # noqa: PTH116 - a Path costs more than the rest
        known = _recent.get(file_name)
        if known is not None and known[0] == written:
            return known[1]
        with open(file_name, "rb", buffering=0) as file:  # noqa: PTH123
            lines = file.read().splitlines()
    except (OSError, ValueError):
        return []
    if len(_recent) >= _FILES_KEPT:
        _recent.clear()
    _recent[file_name] = written, lines
    return lines


def _opens_class(line: str, name: str) -> bool:
    keyword, _, rest = line.strip().partition(" ")
    rest = rest.lstrip()
    return keyword == "class" and rest.startswith(name) and rest[len(name) :].lstrip()[:1] in ("(", ":", "[")


def _statement_line(lines: list[str], first: int, last: int, keywords: tuple[str, ...]) -> int | None:
    """The line of the statement that the decorators starting at line `first` belong to; None when it is not found."""
    if not 1 <= first <= len(lines):
        return None
    if not lines[first - 1].lstrip().startswith("@"):
        return first
    text = io.StringIO("".join(lines[first - 1 : last]))
    is_new_statement = True
    try:
        for token in tokenize.generate_tokens(text.readline):
            if token.type == tokenize.NEWLINE:
                is_new_statement = True
            elif token.type not in _BETWEEN_STATEMENTS:
                if is_new_statement and token.string != "@":
                    return first + token.start[0] - 1 if token.string in keywords else None
                is_new_statement = False
    except (tokenize.TokenError, SyntaxError):
        # The file changed under the running program. What the code object says still stands.
        pass
    return None


def _first_body_line(code: CodeType) -> int:
    """A line at or after the `def`: the smallest past the code's first that it holds instructions for."""
    later = [line for _, _, line in code.co_lines() if line is not None and line > code.co_firstlineno]
    return min(later, default=code.co_firstlineno + _LONGEST_DECORATION)


def _lines(file_name: str, module_globals: dict[str, object]) -> list[str]:
    """The lines of a source file, through its import loader where it lies in an archive; empty when not readable."""
    try:
        return linecache.getlines(file_name, module_globals)
    except Exception:
        # A loader of someone else's may raise anything.
        return []
