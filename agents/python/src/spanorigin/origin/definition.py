"""Find the line of a `def` or `class` statement.

Asked by `origin.entry` once per handler. A code object knows only its first line, which is that of the first
decorator; the interpreter keeps the line of the statement nowhere. So the source is looked at, from that line on and
no further than the first line of the body.
"""

import io
import linecache
import tokenize
from types import CodeType, FunctionType

from spanorigin.model import LineNumber

_LONGEST_DECORATION = 200
"""Lines of decorators looked through when the first line of the body is not known."""
_BETWEEN_STATEMENTS = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT})


def def_line(function: FunctionType) -> LineNumber:
    """The line of `def` or `lambda`, counted from 1; that of the first decorator where the source is not to be had.

    Raises nothing. Reads the source file unless `linecache` holds it already.
    """
    code = function.__code__
    first = code.co_firstlineno
    if code.co_name == "<lambda>":
        return LineNumber(first)
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
