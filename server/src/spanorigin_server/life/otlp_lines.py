"""Write stored spans as OTLP trace requests again: what was sent, as far as it was kept. Called by `archive`.

In OTLP's JSON form; `ingest.otlp_json` makes protobuf of it. What comes back differs from what was sent in two ways:
attributes of resources, scopes, events and links are texts, as they are kept; and bytes are base64.
Source: the OTLP specification, "JSON Protobuf Encoding".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec

from spanorigin_server.store.asking import Row

# A request has so many spans at most, well below what a server takes in at once.
REQUEST_SPANS: Final = 2000
# Kept as attributes, since no column is worth them (store/commands/store_spans.sql).
_DROPPED: Final = {
    "otel.dropped_attributes_count": "droppedAttributesCount",
    "otel.dropped_events_count": "droppedEventsCount",
    "otel.dropped_links_count": "droppedLinksCount",
}
_FLOATS: Final = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def requests_of(rows: Sequence[Row]) -> Iterator[bytes]:
    """OTLP/JSON trace requests, each in one line, of spans that are in the order of their resources and scopes."""
    for first in range(0, len(rows), REQUEST_SPANS):
        some = rows[first : first + REQUEST_SPANS]
        by_resource = groupby(some, key=lambda row: row["resource"])
        resource_spans = [_resource_spans(resource, of_resource) for resource, of_resource in by_resource]
        yield msgspec.json.encode({"resourceSpans": resource_spans})


def _resource_spans(resource: Mapping[str, str], rows: Iterable[Row]) -> dict[str, Any]:
    by_scope = groupby(rows, key=lambda row: (row["scope_name"], row["scope_version"], row["scope_attrs"]))
    return {
        "resource": {"attributes": _texts(resource)},
        "scopeSpans": [
            {
                "scope": {"name": name, "version": version, "attributes": _texts(attrs)},
                "spans": [_span(row) for row in of_scope],
            }
            for (name, version, attrs), of_scope in by_scope
        ],
    }


def _span(row: Row) -> dict[str, Any]:
    whole = dict(row["attrs_int"])
    span = {
        "traceId": row["trace_id"],
        "spanId": row["span_id"],
        "parentSpanId": _id(row["parent_span_id"]),
        "traceState": row["trace_state"],
        "flags": row["flags"],
        "name": row["name"],
        "kind": row["kind"],
        "startTimeUnixNano": str(row["start_ns"]),
        "endTimeUnixNano": str(row["start_ns"] + row["duration_ns"]),
        "status": {"code": row["status_code"], "message": row["status_message"]},
        "events": [
            {"timeUnixNano": str(at_ns), "name": name, "attributes": _texts(attrs)}
            for at_ns, name, attrs in zip(row["events_ns"], row["events_name"], row["events_attrs"], strict=True)
        ],
        "links": [
            {"traceId": trace_id, "spanId": span_id, "attributes": _texts(attrs)}
            for trace_id, span_id, attrs in zip(
                row["links_trace_id"], row["links_span_id"], row["links_attrs"], strict=True
            )
        ],
    }
    for name, field in _DROPPED.items():
        # A sender may have an attribute of that name, with what is no count.
        if 0 < whole.get(name, 0) < 2**32:
            span[field] = whole.pop(name)
    span["attributes"] = [
        *_texts(row["attrs_str"]),
        *({"key": key, "value": {"intValue": str(value)}} for key, value in whole.items()),
        *({"key": key, "value": {"doubleValue": _double(text)}} for key, text in row["attrs_float"].items()),
        *({"key": key, "value": {"boolValue": value}} for key, value in row["attrs_bool"].items()),
        *({"key": key, "value": _value(msgspec.json.decode(text))} for key, text in row["attrs_json"].items()),
    ]
    return span


def _texts(attributes: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]


def _double(text: str) -> float | str:
    return _FLOATS.get(text) or float(text)


def _value(plain: Any) -> dict[str, Any]:
    """An AnyValue of what JSON has: an array or a key-value list that was kept as JSON text, and what is in it."""
    match plain:
        case None:
            return {}
        case bool():
            return {"boolValue": plain}
        case int():
            return {"intValue": str(plain)}
        case float():
            return {"doubleValue": plain}
        case list():
            return {"arrayValue": {"values": [_value(item) for item in plain]}}
        case dict():
            return {"kvlistValue": {"values": [{"key": key, "value": _value(item)} for key, item in plain.items()]}}
        case _:
            return {"stringValue": str(plain)}


def _id(digits: str) -> str:
    return digits if digits.strip("0") else ""
