"""What spans can be grouped by, counted by and completed with: the fields, as expressions of the store.

A field is written as in a search: `service`, `fn`, `@http.route`, `host.name`. Used by the endpoints that count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from spanorigin_server.answers import Refused
from spanorigin_server.store.statistics import Key

from .asked import words
from .terms import Binder, nearest


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its name, and what spans are grouped by for it."""

    name: str
    key: Key


def _column(name: str) -> Key:
    return Key(f"toString(spans.{name})", f"spans.{name}")


_LINE = "if(spans.origin_path = '', '', concat(spans.origin_path, ':', toString(spans.origin_line)))"

_COLUMNS: Final[Mapping[str, Key]] = {
    "service": _column("service"),
    "env": _column("env"),
    "version": _column("version"),
    "commit": _column("commit"),
    "repository": _column("repository"),
    "name": _column("name"),
    "resource": _column("resource_name"),
    "kind": _column("kind"),
    "status": _column("status"),
    "http_status": Key("if(spans.http_status = 0, '', toString(spans.http_status))", "spans.http_status"),
    "origin": _column("origin_type"),
    "file": _column("origin_path"),
    "fn": _column("origin_function"),
    "line": Key(_LINE, _LINE),
    "scope": _column("scope_name"),
}

COLUMNS_MOST: Final = 8

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
        return Field(name, _COLUMNS[name])
    if name.startswith("@") and len(name) > 1:
        return Field(name, _same(_attribute(binder.text(name[1:]))))
    near = nearest(name, _COLUMNS, likeness=0.75)
    if name.startswith("@") or ("." not in name and near is not None):
        meant = f" Did you mean {near}?" if near else ""
        message = (
            f"There is no field {name}.{meant} There are {', '.join(_COLUMNS)}; "
            "an attribute of a span is written @http.route, one of a resource host.name."
        )
        raise Refused(message, slug="field-unknown", hint=near)
    return Field(name, _same(f"spans.resource[{binder.text(name)}]"))


def columns_of(request: Request, binder: Binder) -> list[str]:
    """The fields that a reader wants of each span besides the usual, as expressions of the store. Raises Refused."""
    return [field_named(name, binder, "columns").key.shown for name in words(request, "columns", COLUMNS_MOST)]


def field_names() -> tuple[str, ...]:
    """The names of fields that every span has."""
    return tuple(_COLUMNS)


def expression_of(name: str) -> str:
    """The text of a field that every span has."""
    return _COLUMNS[name].shown


def _same(expression: str) -> Key:
    return Key(expression, expression)


def _attribute(key: str) -> str:
    """An attribute's value as text, whichever type it has; empty where it is not there."""
    return (
        f"multiIf(spans.attrs_str[{key}] != '', spans.attrs_str[{key}], "
        f"mapContains(spans.attrs_int, {key}), toString(spans.attrs_int[{key}]), "
        f"mapContains(spans.attrs_float, {key}), toString(spans.attrs_float[{key}]), "
        f"mapContains(spans.attrs_bool, {key}), toString(spans.attrs_bool[{key}]), spans.attrs_json[{key}])"
    )
