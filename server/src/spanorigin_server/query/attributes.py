"""Conditions on attributes: five maps by type, and dotted paths into nested values.

`@a.b.c` finds the attribute named so, whichever type it has, the value at `c` within an attribute `a.b` that holds a
nested object, and any element where the value is an array. The numbers in an attribute compare as numbers, also those
that were sent as text.
"""

from __future__ import annotations

from spanorigin_server.store.statements import ATTRIBUTE_WORDS

from .terms import NEVER, Binder, any_of, in_range, like_pattern, number_in, text_is
from .tree import Exists, Pattern, Range, Value

# Longer names are looked for as they are, and not as paths.
_PATH_LIMIT = 10
# An element of a JSON array as text: strings without their quotes, everything else as written.
_ELEMENT_TEXT = "if(startsWith(element, '\"'), JSONExtractString(element), element)"
_MEMBERS = (
    "if(startsWith(nested, '['), JSONExtractArrayRaw(nested), "
    "arrayMap(pair -> pair.2, JSONExtractKeysAndValuesRaw(nested)))"
)


def attribute_is(binder: Binder, keys: tuple[str, ...], value: Value) -> str:
    """A span attribute of any of these names against a value."""
    condition = any_of(*(condition for key in keys for condition in _span_attribute(binder, key, value)))
    hint = _hint(binder, keys, value)
    return condition if hint is None else f"({condition} AND {hint})"


def tag_is(binder: Binder, key: str, value: Value) -> str:
    """A key without @: an attribute of the resource, of the scope, or, leniently, of the span (decision 0041)."""
    name = binder.text(key)
    others = (_in_text_map(binder, column, name, value) for column in ("spans.resource", "spans.scope_attrs"))
    return any_of(*others, *_span_attribute(binder, key, value))


def any_attribute_is(binder: Binder, value: Value) -> str:
    """Some attribute of the span or of its resource against a value, or an element of one, one level deep."""
    if isinstance(value, Exists):
        maps = ("attrs_str", "attrs_int", "attrs_float", "attrs_bool", "attrs_json", "resource")
        return any_of(*(f"notEmpty(spans.{name})" for name in maps))
    element = text_is(binder, _ELEMENT_TEXT, value)
    conditions = [
        f"arrayExists(item -> {text_is(binder, 'item', value)}, mapValues(spans.{name}))"
        for name in ("attrs_str", "resource")
    ]
    conditions.append(
        f"arrayExists(nested -> arrayExists(element -> {element}, {_MEMBERS}), mapValues(spans.attrs_json))"
    )
    for name in ("attrs_int", "attrs_float", "attrs_bool"):
        condition = _scalar(binder, name, "item", value)
        if condition != NEVER:
            conditions.append(f"arrayExists(item -> {condition}, mapValues(spans.{name}))")
    return any_of(*conditions)


def _hint(binder: Binder, keys: tuple[str, ...], value: Value) -> str | None:
    """What the index of attributes is asked for one exact value, so that only parts that may have it are read.

    The index holds texts and whole numbers by value, everything else by its key (store/statements.py). The engine only
    looks into the index for a hint, and never works it out for a span.
    """
    literal = value.literal if isinstance(value, Pattern) else None
    if literal is None:
        return None
    words = {literal}
    for key in keys:
        parts = key.split(".")
        words |= {".".join(parts[:cut]) for cut in range(1, len(parts) + 1)}
    if (number := number_in(literal)) is not None and number == int(number):
        words.add(str(int(number)))
    return f"indexHint(hasAny({ATTRIBUTE_WORDS}, {binder.texts(sorted(words))}))"


def _span_attribute(binder: Binder, key: str, value: Value) -> list[str]:
    name = binder.text(key)
    conditions = [_in_text_map(binder, "spans.attrs_str", name, value)]
    for column in ("attrs_int", "attrs_float", "attrs_bool"):
        condition = _scalar(binder, column, f"spans.{column}[{name}]", value)
        if condition != NEVER:
            conditions.append(f"(mapContains(spans.{column}, {name}) AND {condition})")
    conditions.append(_in_nested(binder, key, name, value))
    return conditions


def _in_text_map(binder: Binder, column: str, name: str, value: Value) -> str:
    if isinstance(value, Exists):
        return f"mapContains({column}, {name})"
    condition = text_is(binder, f"{column}[{name}]", value)
    # A key that is not there reads as the empty text.
    is_empty_wanted = isinstance(value, Pattern) and value.literal == ""
    return f"(mapContains({column}, {name}) AND {condition})" if is_empty_wanted else condition


def _scalar(binder: Binder, column: str, expression: str, value: Value) -> str:
    """A number or a truth value, known to be there, against a value; NEVER when the value is of no such type."""
    match value:
        case Exists():
            return "1"
        case Range():
            return NEVER if column == "attrs_bool" else in_range(binder, expression, value)
        case Pattern() if (literal := value.literal) is not None:
            if column == "attrs_bool":
                return f"toString({expression}) = {binder.text(literal)}" if literal in ("true", "false") else NEVER
            number = number_in(literal)
            return NEVER if number is None else f"{expression} = {binder.number(number)}"
        case Pattern():
            return f"toString({expression}) LIKE {binder.text(like_pattern(value))}"


def _in_nested(binder: Binder, key: str, name: str, value: Value) -> str:
    """An array or a nested object under `key`, or under a beginning of it with the rest as the path within.

    One condition for all ways to cut the key: a search of many such terms would be too long for the engine's parser.
    """
    places = [f"spans.attrs_json[{name}]"]
    parts = key.split(".")
    if len(parts) <= _PATH_LIMIT:
        steps = [binder.text(part) for part in parts[1:]]
        for cut in range(1, len(parts)):
            beginning = binder.text(".".join(parts[:cut]))
            places.append(f"JSONExtractRaw(spans.attrs_json[{beginning}], {', '.join(steps[cut - 1 :])})")
    if isinstance(value, Exists):
        found = "raw != ''"
    else:
        elements = "if(startsWith(raw, '['), JSONExtractArrayRaw(raw), [raw])"
        found = f"raw != '' AND arrayExists(element -> {text_is(binder, _ELEMENT_TEXT, value)}, {elements})"
    return f"(notEmpty(spans.attrs_json) AND arrayExists(raw -> {found}, [{', '.join(places)}]))"
