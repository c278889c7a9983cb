"""What spans can be grouped by, counted by and completed with: the fields, each as an expression that is a text.

A field is written as in a search: `service`, `fn`, `@http.route`, `host.name`. Used by the endpoints that count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from spanorigin_server.answers import Refused

from .terms import Binder, nearest


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its name, as an SQL expression that is a text; is_plain where it is a column and cheap to read."""

    name: str
    sql: str
    is_plain: bool


_COLUMNS: Final[Mapping[str, str]] = {
    "service": "toString(spans.service)",
    "env": "toString(spans.env)",
    "version": "toString(spans.version)",
    "commit": "toString(spans.commit)",
    "repository": "toString(spans.repository)",
    "name": "toString(spans.name)",
    "resource": "toString(spans.resource_name)",
    "kind": "toString(spans.kind)",
    "status": "toString(spans.status)",
    "http_status": "if(spans.http_status = 0, '', toString(spans.http_status))",
    "origin": "toString(spans.origin_type)",
    "file": "toString(spans.origin_path)",
    "fn": "toString(spans.origin_function)",
    "line": "if(spans.origin_path = '', '', concat(spans.origin_path, ':', toString(spans.origin_line)))",
    "scope": "toString(spans.scope_name)",
}

# What is asked first of any set of spans, in the order in which it is shown.
CURATED: Final = ("service", "status", "origin", "file", "fn", "http_status", "kind", "env", "version", "name")

_SYNONYMS = {
    "resource_name": "resource",
    "operation_name": "name",
    "function": "fn",
    "path": "file",
    "@http.response.status_code": "http_status",
    "@http.status_code": "http_status",
    "@span.kind": "kind",
    "@spanorigin.type": "origin",
    "@_dd.code_origin.type": "origin",
    "@code.file.path": "file",
    "@code.function.name": "fn",
}
_LENGTH_LIMIT = 200


def field_named(name: str, binder: Binder, parameter: str = "field") -> Field:
    """The field of this name. Raises Refused when the name can be no field's, or is most likely a slip."""
    if not name or len(name) > _LENGTH_LIMIT or "\0" in name:
        message = f"{parameter} names a field by 1 to {_LENGTH_LIMIT} characters, such as service or @http.route."
        raise Refused(message, slug="field-unknown")
    name = _SYNONYMS.get(name, name)
    if name in _COLUMNS:
        return Field(name, _COLUMNS[name], is_plain=True)
    if name.startswith("@") and len(name) > 1:
        return Field(name, _attribute(binder.text(name[1:])), is_plain=False)
    near = nearest(name, _COLUMNS, likeness=0.75)
    if name.startswith("@") or ("." not in name and near is not None):
        meant = f" Did you mean {near}?" if near else ""
        message = (
            f"There is no field {name}.{meant} There are {', '.join(_COLUMNS)}; "
            "an attribute of a span is written @http.route, one of a resource host.name."
        )
        raise Refused(message, slug="field-unknown", hint=near)
    return Field(name, f"spans.resource[{binder.text(name)}]", is_plain=False)


def field_names() -> tuple[str, ...]:
    """The names of fields that every span has."""
    return tuple(_COLUMNS)


def expression_of(name: str) -> str:
    """The expression of a field that every span has."""
    return _COLUMNS[name]


def _attribute(key: str) -> str:
    """An attribute's value as text, whichever type it has; empty where it is not there."""
    return (
        f"multiIf(spans.attrs_str[{key}] != '', spans.attrs_str[{key}], "
        f"mapContains(spans.attrs_int, {key}), toString(spans.attrs_int[{key}]), "
        f"mapContains(spans.attrs_float, {key}), toString(spans.attrs_float[{key}]), "
        f"mapContains(spans.attrs_bool, {key}), toString(spans.attrs_bool[{key}]), spans.attrs_json[{key}])"
    )
