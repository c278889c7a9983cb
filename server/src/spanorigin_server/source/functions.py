"""The functions of a source file: what they are called, and from which line to which they go.

Asked by `evidence` (is this function at this line?) and by `code_endpoint` (which functions does no span start in?).
Python is parsed; of other languages it is known where the highlighter sees a function's name, and each is taken to go
to the next one.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from .highlight import Line

_KEPT = 500
_BEGINS = re.compile(r"\s*(?:[a-z]+\s+){0,4}?(?:function\*?|func|fn|fun|def|sub)\s+(?:\([^)]*\)\s*)?([A-Za-z_$][\w$]*)")


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method. Lines count from 1; `line` is that of `def`, `first_line` that of its first decorator."""

    name: str
    line: int
    first_line: int
    last_line: int


class Functions:
    """The functions of files by their content, the last few hundred kept. May be used from any thread."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], list[Function]] = {}

    def of(self, path: str, text: str, lines: list[Line], content_id: str) -> list[Function]:
        key = (content_id, path.rsplit("/", 1)[-1])
        found = self._known.get(key)
        if found is None:
            found = functions_of(path, text, lines)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = found
        return found


def functions_of(path: str, text: str, lines: list[Line]) -> list[Function]:
    """The functions of a file in the order of their lines; qualified as Python does it, without the module."""
    if path.endswith((".py", ".pyi")):
        try:
            return sorted(_python(ast.parse(text), ""), key=lambda function: function.line)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass  # templates, other versions of the language: as of the other languages
    return _by_names(lines)


def last_name(function: str) -> str:
    """The last part of a function's qualified name, in any language's way to write them; empty for none of its own."""
    if function.endswith(">"):  # <lambda>, <module>
        return ""
    name = re.split(r"[.:#$>/]", function.removesuffix("()"))[-1].strip("<( )")
    return name if name.isidentifier() else ""


def is_function_at(functions: list[Function], function: str, line: int) -> bool:
    """Whether a function of that name goes over a line."""
    name = last_name(function)
    return bool(name) and any(
        found.name.rsplit(".", 1)[-1] == name and found.first_line <= line <= found.last_line for found in functions
    )


def _python(node: ast.AST, prefix: str) -> list[Function]:
    found: list[Function] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{prefix}{child.name}"
            first = min([child.lineno, *(each.lineno for each in child.decorator_list)])
            found.append(Function(name, child.lineno, first, child.end_lineno or child.lineno))
            found += _python(child, f"{name}.<locals>.")
        elif isinstance(child, ast.ClassDef):
            found += _python(child, f"{prefix}{child.name}.")
        else:
            found += _python(child, prefix)
    return found


def _by_names(lines: list[Line]) -> list[Function]:
    """Functions by what the highlighter calls the name of one (`nf`), or by the word that begins one."""
    named = [(number, name) for number, line in enumerate(lines, 1) if (name := _named(line))]
    ends = [number - 1 for number, _ in named[1:]] + [len(lines)] * bool(named)
    return [Function(name, at, at, max(at, end)) for (at, name), end in zip(named, ends, strict=True)]


def _named(line: Line) -> str:
    found = next((text.strip() for kind, text in line if kind == "nf"), "")
    if not found and any(kind.startswith("k") for kind, _ in line):
        begun = _BEGINS.match("".join(text for _, text in line))
        found = begun[1] if begun else ""
    return found
