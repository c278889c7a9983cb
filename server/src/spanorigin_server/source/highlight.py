"""Source text as lines of [class, text] tokens, so that a browser only has to put them side by side.

The classes are Pygments' short names, empty for plain text. Cached by content: a file of 2,000 lines takes some 60 ms.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from pygments.lexers import get_lexer_for_filename
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

Token = tuple[str, str]
Line = list[Token]

# Beyond these a file is data or minified, and lexers may take seconds on it: it is shown plain.
_HIGHLIGHT_LIMIT = 400_000
_LINE_LIMIT = 2_000
_CACHED_CHARACTERS = 8_000_000


class Highlighter:
    """Highlights texts and keeps the newest. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], list[Line]] = OrderedDict()
        self._sizes: dict[tuple[str, str], int] = {}

    def lines(self, path: str, text: str, content_id: str) -> list[Line]:
        """The lines of `text`, highlighted as the name of `path` suggests. As many as `text` has line ends, and one
        more when something stands behind the last; the tokens of a line join to the line, cut at 2,000 characters."""
        key = (content_id, path.rsplit("/", 1)[-1])
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        lines = highlighted(path, text)
        with self._lock:
            self._kept[key], self._sizes[key] = lines, len(text)
            while sum(self._sizes.values()) > _CACHED_CHARACTERS and len(self._kept) > 1:
                oldest, _ = self._kept.popitem(last=False)
                del self._sizes[oldest]
        return lines


def highlighted(path: str, text: str) -> list[Line]:
    """`text` as lines of tokens, without the cache."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    raw = _split(text)
    lexer = _lexer(path)
    if lexer is None or len(text) > _HIGHLIGHT_LIMIT or any(len(line) > _LINE_LIMIT for line in raw):
        return plain(text)
    lines: list[Line] = [[]]
    for kind, value in lexer.get_tokens(text):
        short = _short_class(kind)
        for number, piece in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if piece:
                _append(lines[-1], short, piece)
    return lines[: len(raw)] + [[] for _ in range(len(raw) - len(lines))]


def plain(text: str) -> list[Line]:
    """The same lines without highlighting, which costs next to nothing."""
    lines = _split(text.replace("\r\n", "\n").replace("\r", "\n"))
    return [[("", line[:_LINE_LIMIT])] if line else [] for line in lines]


def _split(text: str) -> list[str]:
    raw = text.split("\n")
    if raw[-1] == "":
        raw.pop()
    return raw


def _append(line: Line, short: str, piece: str) -> None:
    if line and line[-1][0] == short:
        line[-1] = (short, line[-1][1] + piece)
    else:
        line.append((short, piece))


def _lexer(path: str) -> Lexer | None:
    try:
        # By default a lexer takes off empty lines at the start, and every number below would be wrong.
        return get_lexer_for_filename(path.rsplit("/", 1)[-1], stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _short_class(kind: _TokenType) -> str:
    while kind not in STANDARD_TYPES and kind.parent is not None:
        kind = kind.parent
    short = STANDARD_TYPES.get(kind, "")
    # White space needs no colour, and would double the number of tokens.
    return "" if short == "w" else short
