"""Which keys the search language has, and what each reads.

One table for bare keys, one for attributes that are columns of the store. Whatever dialect a span's origin came in
(OpenTelemetry, Datadog, deprecated names), ingest has folded it into the origin columns, so each dialect's attribute
names read those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from spanorigin_server import names

from .attributes import any_attribute_is, attribute_is, tag_is
from .scanner import Misread, MisreadError
from .terms import ALWAYS, Binder, any_of, id_is, like_pattern, nearest, number_is, one_of, text_is
from .tree import Exists, Match, Pattern, Range, Value

# How a key reads a value: the SQL condition for it.
Reading = Callable[[Binder, Match], str]

_NO_PARENT = "spans.parent_span_id = toFixedString('', 8)"
_HAS_ORIGIN = "spans.origin_type != 'none'"
_KINDS = {name: (name,) for name in ("server", "client", "producer", "consumer", "internal", "unspecified")}
# In Datadog's model a span is ok unless it failed; OpenTelemetry leaves nearly all of them unset. See decision 0041.
_STATUSES = {"error": ("error",), "ok": ("ok", "unset"), "unset": ("unset",)}
_ORIGIN_TYPES = {"entry": ("entry",), "exit": ("exit",)}


def condition_for(binder: Binder, match: Match) -> str:
    """The SQL condition for one key and value. Raises MisreadError when the key or the value can mean nothing."""
    if match.is_attribute:
        return _attribute(match.key)(binder, match)
    if match.is_literal:
        return tag_is(binder, match.key, match.value)
    known = _KEYS.get(match.key)
    if known is not None:
        return known(binder, match)
    _check_unknown(match)
    return tag_is(binder, match.key, match.value)


def _text(column: str) -> Reading:
    return lambda binder, match: text_is(binder, f"spans.{column}", match.value)


def _number(expression: str) -> Reading:
    return lambda binder, match: number_is(binder, f"spans.{expression}", match)


def _words(column: str, meanings: Mapping[str, tuple[str, ...]]) -> Reading:
    return lambda binder, match: one_of(binder, f"spans.{column}", match, meanings)


def _id(column: str, length: int) -> Reading:
    return lambda binder, match: id_is(binder, f"spans.{column}", match, length)


def _duration(binder: Binder, match: Match) -> str:
    return ALWAYS if isinstance(match.value, Exists) else number_is(binder, "spans.duration_ns", match)


def _origin_type(binder: Binder, match: Match) -> str:
    if isinstance(match.value, Exists):
        return _HAS_ORIGIN
    return one_of(binder, "spans.origin_type", match, _ORIGIN_TYPES)


def _file(binder: Binder, match: Match) -> str:
    return _either_path(binder, "spans.origin_path", "spans.origin_file", match.value)


def _either_path(binder: Binder, path: str, file: str, value: Value) -> str:
    """The repository-relative path or the file as the process knew it: people have one or the other at hand."""
    return any_of(text_is(binder, path, value), text_is(binder, file, value))


def _function(binder: Binder, match: Match) -> str:
    return _function_of("spans.origin_function")(binder, match)


def _function_of(expression: str) -> Reading:
    def condition(binder: Binder, match: Match) -> str:
        value = match.value
        if not isinstance(value, Pattern) or value.literal == "":
            return text_is(binder, expression, value)
        ending = f"{expression} LIKE {binder.text('%.' + like_pattern(value))}"
        return any_of(text_is(binder, expression, value), ending)

    return condition


def _module_of(expression: str) -> Reading:
    def condition(binder: Binder, match: Match) -> str:
        if not isinstance(match.value, Pattern):
            return text_is(binder, expression, match.value)
        return f"{expression} LIKE {binder.text(like_pattern(match.value) + '.%')}"

    return condition


def _origin(binder: Binder, match: Match) -> str:
    """`origin:path`, `origin:path:line`, `origin:*`."""
    value = match.value
    if isinstance(value, Exists):
        return _HAS_ORIGIN
    if isinstance(value, Range):
        message = "origin is a place: write origin:app/views.py:42. For a range of lines, add line:[40 TO 60]."
        raise MisreadError(Misread("search-value", message, match.value_offset))
    last = value.parts[-1] if value.parts else ""
    found = re.fullmatch(r"(.*):([0-9]{1,9})", last, re.DOTALL) if isinstance(last, str) else None
    if found is None:
        return _file(binder, match)
    path = Pattern((*value.parts[:-1], found[1]) if found[1] else value.parts[:-1])
    place = _either_path(binder, "spans.origin_path", "spans.origin_file", path)
    return f"({place} AND spans.origin_line = {binder.number(int(found[2]))})"


def _commit(binder: Binder, match: Match) -> str:
    """A commit by its whole name or by its first seven digits or more, as git takes it."""
    value = match.value
    if isinstance(value, Pattern) and (literal := value.literal) and re.fullmatch("[0-9a-fA-F]{7,40}", literal):
        return f"startsWith(spans.commit, {binder.text(literal.lower())})"
    return text_is(binder, "spans.commit", value)


def _has(_binder: Binder, match: Match) -> str:
    questions = {"origin": _HAS_ORIGIN, "error": "spans.status = 'error'", "parent": f"NOT {_NO_PARENT}"}
    word = match.value.literal if isinstance(match.value, Pattern) else None
    if word in questions:
        return questions[word]
    message = f"has: is followed by one of {', '.join(questions)}. For any value of an attribute, write @key:*."
    hint = nearest(word or "", list(questions))
    raise MisreadError(Misread("search-value", message, match.value_offset, hint))


def _flag(expression: str) -> Reading:
    """Datadog's marks, `@_trace_root:1` and its like: 1, true or * for spans that are it, 0 or false for the rest."""

    def condition(_binder: Binder, match: Match) -> str:
        word = match.value.literal if isinstance(match.value, Pattern) else "1"
        if isinstance(match.value, Exists) or word in ("1", "true"):
            return f"({expression})"
        if word in ("0", "false"):
            return f"(NOT ({expression}))"
        raise MisreadError(Misread("search-value", f"@{match.key} is 1 or 0.", match.value_offset, "1"))

    return condition


def _not_here(instead: str) -> Reading:
    def condition(_binder: Binder, match: Match) -> str:
        message = f"{match.key}: is a key of Datadog's that this server does not know. {instead}"
        raise MisreadError(Misread("search-key", message, match.offset))

    return condition


_KEYS: Mapping[str, Reading] = {
    "service": _text("service"),
    "status": _words("status", _STATUSES),
    "kind": _words("kind", _KINDS),
    "env": _text("env"),
    "version": _text("version"),
    "name": _text("name"),
    "operation_name": _text("name"),
    "resource_name": _text("resource_name"),
    "resource": _text("resource_name"),
    "trace_id": _id("trace_id", 16),
    "span_id": _id("span_id", 8),
    "parent_id": _id("parent_span_id", 8),
    "duration": _duration,
    "has": _has,
    "origin": _origin,
    "file": _file,
    "line": _number("origin_line"),
    "fn": _function,
    "commit": _commit,
    "repository": _text("repository"),
    "*": lambda binder, match: any_attribute_is(binder, match.value),
    "type": _not_here("Search by kind:, or by an attribute such as @db.system:*."),
    "timestamp": _not_here("Set the time range beside the search instead."),
    "ingestion_reason": _not_here("Every span that arrives is kept."),
    "link": _not_here("Links are shown with each span."),
    "tags": _not_here("For a resource attribute, write its name as a key: host.name:*."),
}

# What people try first, and what is said to be what they meant.
_MEANT = {
    "function": "fn", "func": "fn", "method": "fn", "path": "file", "filename": "file", "trace": "trace_id",
    "traceid": "trace_id", "span": "span_id", "spanid": "span_id", "environment": "env", "svc": "service",
    "latency": "duration", "error": "status:error", "is": "has", "operation": "operation_name", "repo": "repository",
}  # fmt: skip

_ATTRIBUTES: Mapping[str, Reading] = {
    "span.kind": _words("kind", _KINDS),
    "duration": _duration,
    "_trace_root": _flag(_NO_PARENT),
    "_top_level": _flag(f"{_NO_PARENT} OR spans.kind IN ('server', 'consumer')"),
    names.ORIGIN_TYPE: _origin_type,
    names.DATADOG_TYPE: _origin_type,
    names.CODE_FILE_PATH: _file,
    names.OLD_CODE_FILEPATH: _file,
    names.CODE_LINE_NUMBER: _number("origin_line"),
    names.OLD_CODE_LINENO: _number("origin_line"),
    names.CODE_FUNCTION_NAME: _function,
    names.OLD_CODE_FUNCTION: _function,
    names.OLD_CODE_NAMESPACE: _module_of("spans.origin_function"),
}

# One thing under an old and a new name; either finds both.
_SYNONYMS = (
    ("http.status_code", "http.response.status_code"),
    ("http.method", "http.request.method"),
    ("http.url", "url.full"),
    ("db.system", "db.system.name"),
    ("db.statement", "db.query.text"),
)

_DATADOG_FRAME = re.compile(re.escape(names.DATADOG_FRAME_PREFIX) + r"([0-9]{1,3})\.(file|line|method|type)")


def _attribute(key: str) -> Reading:
    known = _ATTRIBUTES.get(key)
    if known is not None:
        return known
    if frame := _DATADOG_FRAME.fullmatch(key):
        return _frame_part(int(frame[1]), frame[2])
    keys = next((synonyms for synonyms in _SYNONYMS if key in synonyms), (key,))
    return lambda binder, match: attribute_is(binder, keys, match.value)


def _frame_part(number: int, part: str) -> Reading:
    """One part of frame `number` of an origin, counted from 0; the origin itself is frame 0."""
    if number == 0:
        parts = {"file": _file, "line": _number("origin_line"), "method": _function}
        return parts.get(part) or _module_of("spans.origin_function")
    at = number + 1
    function = f"spans.origin_frames.function[{at}]"
    match part:
        case "file":
            path, file = f"spans.origin_frames.path[{at}]", f"spans.origin_frames.file[{at}]"
            return lambda binder, match: _either_path(binder, path, file, match.value)
        case "line":
            return _number(f"origin_frames.line[{at}]")
        case "method":
            return _function_of(function)
        case _:
            return _module_of(function)


def _check_unknown(match: Match) -> None:
    """Refuses a bare key that is most likely a slip; every other one names a resource attribute."""
    if match.key.count(".") or match.key in ("http", "https"):
        return
    close = nearest_key(match.key)
    if close is not None:
        message = (
            f"There is no key {match.key}. Did you mean {close}? "
            f"For a span attribute, write @{match.key}:…; for a resource attribute of this name, \\{match.key}:…"
        )
        hint = close if close.isidentifier() else None
        raise MisreadError(Misread("search-key", message, match.offset, hint))
    if not re.match(r"[A-Za-z_]", match.key):
        message = f"No key begins as {match.key} does. To search for text that holds a colon, put it in quotes."
        raise MisreadError(Misread("search-key", message, match.offset))


def nearest_key(key: str) -> str | None:
    """The key of the language that `key` most likely stands for, being a slip of it or another tool's word for it."""
    found = nearest(key, [*(known for known in _KEYS if known.isidentifier()), *_MEANT], likeness=0.8)
    return _MEANT.get(found, found) if found else None
