"""The columns that the fields of waiting spans land in, as the engine's Protobuf parser fills them.

A column for each leaf of schema/otlp.proto, named by its path, an array for each `repeated` on the way. Columns, and
not one deep tuple: every expression over a tuple carries its whole type, and working those out took most of the time
of a small insert (decision 0033). `statements` fills them into the .sql files.
"""

from __future__ import annotations

from typing import Final

# The numbers are field numbers of otlp.proto, as the parser demands of a column that tells a oneof's case.
_KIND = "Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4)"
# Arrays, lists and bytes are none of these: a value that is 'none' holds its body back until Python has rendered it
# (commands/read_waiting.sql). A column for each of them would be filled for every attribute (decision 0169).
_ANY_VALUE = {
    "string_value": "String",
    "bool_value": "UInt64",
    "int_value": "Int64",
    "double_value": "Float64",
    "value": _KIND,
}
_SPAN: Final = "scope.spans"


def _array(depth: int, base: str) -> str:
    return "Array(" * depth + base + ")" * depth


def _attributes(path: str, depth: int) -> dict[str, str]:
    values = {f"{path}.value.{case}": _array(depth + 1, base) for case, base in _ANY_VALUE.items()}
    return {f"{path}.key": _array(depth + 1, "LowCardinality(String)"), **values}


_COLUMNS: Final = {
    f"{_SPAN}.trace_id": "Array(String)",
    f"{_SPAN}.span_id": "Array(String)",
    f"{_SPAN}.trace_state": "Array(String)",
    f"{_SPAN}.parent_span_id": "Array(String)",
    f"{_SPAN}.name": "Array(LowCardinality(String))",
    f"{_SPAN}.kind": "Array(Int32)",
    f"{_SPAN}.start_time_unix_nano": "Array(UInt64)",
    f"{_SPAN}.end_time_unix_nano": "Array(UInt64)",
    **_attributes(f"{_SPAN}.attributes", 1),
    f"{_SPAN}.dropped_attributes_count": "Array(UInt32)",
    f"{_SPAN}.events.time_unix_nano": "Array(Array(UInt64))",
    f"{_SPAN}.events.name": "Array(Array(LowCardinality(String)))",
    **_attributes(f"{_SPAN}.events.attributes", 2),
    f"{_SPAN}.dropped_events_count": "Array(UInt32)",
    f"{_SPAN}.links.trace_id": "Array(Array(String))",
    f"{_SPAN}.links.span_id": "Array(Array(String))",
    **_attributes(f"{_SPAN}.links.attributes", 2),
    f"{_SPAN}.dropped_links_count": "Array(UInt32)",
    f"{_SPAN}.status.message": "Array(String)",
    f"{_SPAN}.status.code": "Array(Int32)",
    f"{_SPAN}.flags": "Array(UInt32)",
    f"{_SPAN}.json": "Array(Map(String, String))",
}

# What the .sql files call these by.
FRAGMENTS: Final = {
    "span": _SPAN,
    "span_columns": ",\n    ".join(f"`{name}` {kind}" for name, kind in _COLUMNS.items()),
    "span_column_names": ", ".join(f"`{name}`" for name in _COLUMNS),
}
