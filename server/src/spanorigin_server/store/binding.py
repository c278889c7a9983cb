"""The text from which ClickHouse reads a parameter's value, whether it comes with a call or over HTTP. Used by homes.

Source: ClickHouse's documentation, "HTTP interface", queries with parameters; decision 0031 (what goes wrong without).
"""

from __future__ import annotations

from typing import Final

from .home import Parameter

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0", "\b": "\\b", "\f": "\\f"})
# What a text in quotes wants besides.
LITERAL_ESCAPES: Final = {**_ESCAPES, ord("'"): "\\'"}


def bound(value: Parameter) -> str:
    """A list is an array literal, anything else is escaped TSV."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            return value.translate(_ESCAPES)
        case _:
            return "[" + ",".join(_array_item(item) for item in value) + "]"


def _array_item(item: str | int) -> str:
    return str(item) if isinstance(item, int) else "'" + item.translate(LITERAL_ESCAPES) + "'"
