"""Rows of the store in the shapes of contract/query-api.yaml: a page of spans, everything known of one."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from spanorigin_server.store.reader import MORE, Found, Row

from .missing import missing_origin

NO_PARENT = "0" * 16
# Past this a double, which is what a browser reads a number into, loses digits.
_EXACT_LIMIT = 2**53


def page_answer(found: Found, cursor: str | None, columns: int = 0) -> dict[str, Any]:
    """SpanPage, whose spans have so many columns more than usual."""
    page: dict[str, Any] = {
        "spans": [span_answer(row) for row in found.rows],
        "cursor": cursor,
        "read_ns": found.took_ns,
    }
    if columns:
        page["columns"] = columns_answer(found.rows, columns)
    return page


def columns_answer(rows: Sequence[Row], columns: int) -> list[list[str]]:
    """Of each row the texts of the fields that were asked for besides."""
    return [[row[MORE.format(at)] for at in range(columns)] for row in rows]


def span_answer(row: Row) -> dict[str, Any]:
    """Span."""
    return {
        "trace_id": row["trace_id"],
        "span_id": row["span_id"],
        "parent_span_id": None if row["parent_span_id"] == NO_PARENT else row["parent_span_id"],
        "service": row["service"],
        "name": row["name"],
        "resource": row["resource_name"],
        "kind": row["kind"],
        "start_ns": str(row["start_ns"]),
        "duration_ns": row["duration_ns"],
        "status": row["status"],
        "http_status": row["http_status"] or None,
        "origin": origin_answer(row),
    }


def origin_answer(row: Row) -> dict[str, Any] | None:
    """Origin, or None when the span has none."""
    if row["origin_type"] == "none":
        return None
    frame = {
        "file": row["origin_file"],
        "path": row["origin_path"],
        "line": row["origin_line"],
        "function": row["origin_function"],
    }
    return {"type": row["origin_type"], **frame, "frames": row["origin_frames"] or [frame]}


def detail_answer(row: Row) -> dict[str, Any]:
    """SpanDetail."""
    reason = missing_origin(row)
    return {
        "span": span_answer(row),
        "status_message": row["status_message"],
        "trace_state": row["trace_state"],
        "scope": {"name": row["scope_name"], "version": row["scope_version"]},
        "attributes": attributes_of(row),
        "resource_attributes": dict(sorted(row["resource"].items())),
        "events": [
            {"name": name, "time_ns": str(time_ns), "attributes": dict(sorted(attributes.items()))}
            for name, time_ns, attributes in zip(row["events_name"], row["events_ns"], row["events_attrs"], strict=True)
        ],
        "links": [
            {"trace_id": trace_id, "span_id": span_id, "attributes": dict(sorted(attributes.items()))}
            for trace_id, span_id, attributes in zip(
                row["links_trace_id"], row["links_span_id"], row["links_attrs"], strict=True
            )
        ],
        "missing_origin": reason,
    }


def attributes_of(row: Row) -> dict[str, Any]:
    """A span's attributes by name, each in the type it was sent in as far as JSON has it."""
    attributes: dict[str, Any] = {**row["attrs_str"], **row["attrs_bool"]}
    attributes |= {name: _exact(number) for name, number in row["attrs_int"].items()}
    attributes |= {name: _finite(text) for name, text in row["attrs_float"].items()}
    attributes |= _nested(row["attrs_json"])
    return dict(sorted(attributes.items()))


def _exact(number: int) -> int | str:
    return number if abs(number) <= _EXACT_LIMIT else str(number)


def _finite(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _nested(texts: Mapping[str, str]) -> dict[str, Any]:
    read = {}
    for name, text in texts.items():
        try:
            read[name] = json.loads(text, parse_int=lambda digits: _exact(int(digits)), parse_constant=str)
        except ValueError:
            read[name] = text
    return read
