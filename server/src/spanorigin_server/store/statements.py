"""Read the `.sql` files beside this module, one object or question each, and fill in what is not a value.

What is filled in is fixed when the server starts: the database, what differs between one engine and a cluster, and the
names of attributes. Values never are: they travel as parameters (engine.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Template
from typing import Final

from spanorigin_server import names
from spanorigin_server.store import known, otlp_columns

DATABASE: Final = "spanorigin"

# What differs between an embedded engine and a cluster; nothing else in the statements does.
EMBEDDED: Final[Mapping[str, str]] = {
    "database": DATABASE,
    "on_cluster": "",
    "merge_tree": "MergeTree",
    "memory": "Memory",
}

# What the index of attributes' values is made of. A search that looks for one value asks for it in these words, or the
# engine would not use the index (attribute_hint in query/attributes.py).
ATTRIBUTE_WORDS: Final = (
    "arrayConcat(mapValues(attrs_str), arrayMap(word -> toString(word), mapValues(attrs_int)), "
    "arrayMap(word -> toString(word), mapKeys(attrs_float)), arrayMap(word -> toString(word), mapKeys(attrs_bool)), "
    "arrayMap(word -> toString(word), mapKeys(attrs_json)))"
)

_ATTRIBUTE_NAMES = {constant: value for constant, value in vars(names).items() if constant.isupper()}


@cache
def file_text(name: str) -> str:
    """The text of a file of this package, by its path within it."""
    return (files(__package__) / name).read_text(encoding="utf-8")


def statement(name: str, target: Mapping[str, str] = EMBEDDED) -> str:
    """The statement in `name`.sql, say "queries/span_by_id", ready for a target."""
    return Template(file_text(f"{name}.sql")).substitute(
        {
            **_ATTRIBUTE_NAMES,
            **known.FRAGMENTS,
            **otlp_columns.FRAGMENTS,
            "spans": "spans",
            "attribute_words": ATTRIBUTE_WORDS,
            **target,
        }
    )
