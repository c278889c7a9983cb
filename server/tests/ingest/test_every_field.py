"""Every field of an OTLP span has its place in the store, or stands in a list of those left out, with the reason."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from .conftest import Server

SPAN = "resource_spans.scope_spans.spans"

LEFT_OUT = {
    "resource_spans.schema_url": "names are looked up in all their forms, so the schema's version is not needed",
    "resource_spans.scope_spans.schema_url": "likewise",
    "resource_spans.resource.dropped_attributes_count": "no SDK limits a resource's attributes",
    "resource_spans.scope_spans.scope.dropped_attributes_count": "likewise for a scope's",
    "resource_spans.resource.entity_refs": "in development; the attributes it points to are kept",
    f"{SPAN}.events.dropped_attributes_count": "the span's own count says that its SDK dropped some",
    f"{SPAN}.links.dropped_attributes_count": "likewise",
    f"{SPAN}.links.trace_state": "nothing reads another trace's vendor state",
    f"{SPAN}.links.flags": "sampling bits of another trace",
    "*.key_strindex": "profiles only: spans carry no string table",
    "*.string_value_strindex": "profiles only",
}

# An expression for what a leaf became, given its value. Attributes are looked at by test_attributes.
PLACES: dict[str, str] = {
    f"{SPAN}.trace_id": "lower(hex(trace_id))",
    f"{SPAN}.span_id": "lower(hex(span_id))",
    f"{SPAN}.parent_span_id": "lower(hex(parent_span_id))",
    f"{SPAN}.trace_state": "trace_state",
    f"{SPAN}.flags": "flags",
    f"{SPAN}.name": "name",
    f"{SPAN}.kind": "toInt32(kind)",
    f"{SPAN}.start_time_unix_nano": "toUnixTimestamp64Nano(spans.ts)",
    f"{SPAN}.end_time_unix_nano": "toUnixTimestamp64Nano(spans.ts) + duration_ns",
    f"{SPAN}.dropped_attributes_count": "attrs_int['otel.dropped_attributes_count']",
    f"{SPAN}.dropped_events_count": "attrs_int['otel.dropped_events_count']",
    f"{SPAN}.dropped_links_count": "attrs_int['otel.dropped_links_count']",
    f"{SPAN}.status.message": "status_message",
    f"{SPAN}.status.code": "toInt32(status)",
    f"{SPAN}.events.time_unix_nano": "toUnixTimestamp64Nano(events_ts[1])",
    f"{SPAN}.events.name": "events_name[1]",
    f"{SPAN}.links.trace_id": "lower(hex(links_trace_id[1]))",
    f"{SPAN}.links.span_id": "lower(hex(links_span_id[1]))",
    "resource_spans.scope_spans.scope.name": "scope_name",
    "resource_spans.scope_spans.scope.version": "scope_version",
    "resource_spans.resource.attributes.key": "mapKeys(resource)[1]",
    "resource_spans.scope_spans.scope.attributes.key": "mapKeys(scope_attrs)[1]",
    f"{SPAN}.attributes.key": "arrayConcat(mapKeys(attrs_str), mapKeys(attrs_json))[1]",
    f"{SPAN}.events.attributes.key": "mapKeys(events_attrs[1])[1]",
    f"{SPAN}.links.attributes.key": "mapKeys(links_attrs[1])[1]",
}
ATTRIBUTE_HOLDERS = {
    "resource_spans.resource.attributes": "resource",
    "resource_spans.scope_spans.scope.attributes": "scope_attrs",
    f"{SPAN}.attributes": "span",
    f"{SPAN}.events.attributes": "events_attrs[1]",
    f"{SPAN}.links.attributes": "links_attrs[1]",
}
# What a value of each kind is kept as, where everything is text; and in which map among a span's own attributes.
VALUES: dict[str, tuple[Any, str, str, Any]] = {
    "string_value": ("snö", "snö", "attrs_str", "snö"),
    "bool_value": (True, "true", "attrs_bool", True),
    "int_value": (-(2**63), str(-(2**63)), "attrs_int", -(2**63)),
    "double_value": (0.5, "0.5", "attrs_float", 0.5),
    "bytes_value": (b"\0\xff", "AP8=", "attrs_str", "AP8="),
    "array_value": (None, "[]", "attrs_json", "[]"),
    "kvlist_value": (None, "{}", "attrs_json", "{}"),
}


def fields(descriptor: Descriptor, path: str = "") -> Iterator[tuple[str, FieldDescriptor]]:
    """All fields down to the attributes' values, by path."""
    for field in descriptor.fields:
        here = f"{path}.{field.name}".lstrip(".")
        yield here, field
        if field.message_type is not None and not here.endswith("attributes.value") and "entity_refs" not in here:
            yield from fields(field.message_type, here)


def is_left_out(path: str) -> bool:
    return path in LEFT_OUT or f"*.{path.rpartition('.')[2]}" in LEFT_OUT


LEAVES = {
    path: field
    for path, field in fields(ExportTraceServiceRequest.DESCRIPTOR)
    if field.message_type is None and not is_left_out(path)
}


def test_every_leaf_has_a_place_or_is_left_out_for_a_reason():
    without_a_place = set(LEAVES) - set(PLACES)

    assert not without_a_place, "OTLP has fields that the store does not keep: give them a column, or a reason"
    assert set(PLACES) <= set(LEAVES), "these are not fields of OTLP any more"


def test_every_kind_of_value_is_kept_for_every_holder_of_attributes():
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue

    kinds = {field.name for field in AnyValue.DESCRIPTOR.fields if not is_left_out(f"x.{field.name}")}
    holders = {
        path
        for path, field in fields(ExportTraceServiceRequest.DESCRIPTOR)
        if field.message_type is not None and field.message_type.name == "KeyValue"
    }

    assert kinds == set(VALUES)
    assert holders == set(ATTRIBUTE_HOLDERS)


@pytest.fixture(scope="module")
def given_and_kept(server: Server) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every leaf, as it was sent with one span, and as it was stored."""
    request = ExportTraceServiceRequest()
    given = {path: value_for(field) for path, field in LEAVES.items() if path in PLACES}
    for path, value in given.items():
        setattr(container(request, path), path.rpartition(".")[2], value)

    server.send(request)

    columns = ", ".join(f"{place} AS `{path}`" for path, place in PLACES.items())
    return given, server.row(given[f"{SPAN}.trace_id"], columns)


@pytest.mark.parametrize("path", sorted(PLACES))
def test_a_field_is_found_where_it_belongs(given_and_kept: tuple[dict[str, Any], dict[str, Any]], path: str):
    given, kept = given_and_kept

    expected = given[path].hex() if isinstance(given[path], bytes) else given[path]

    assert kept[path] == expected


@pytest.mark.parametrize("holder", sorted(ATTRIBUTE_HOLDERS))
def test_values_of_every_kind_are_kept_with_their_type(server: Server, holder: str):
    request = ExportTraceServiceRequest()
    trace_id = os.urandom(16)
    for path in (f"{SPAN}.trace_id", f"{SPAN}.span_id", f"{SPAN}.links.trace_id", f"{SPAN}.links.span_id"):
        size = 16 if "trace" in path.rpartition(".")[2] else 8
        setattr(container(request, path), path.rpartition(".")[2], trace_id[:size])
    for kind, (given, *_) in VALUES.items():
        attribute = getattr(container(request, holder), holder.rpartition(".")[2]).add()
        attribute.key = kind
        if given is None:
            getattr(attribute.value, kind).SetInParent()
        else:
            setattr(attribute.value, kind, given)
    getattr(container(request, holder), holder.rpartition(".")[2]).add().key = "nothing"

    server.send(request)

    for kind, (_, text, column, typed) in {**VALUES, "nothing": (None, "", "attrs_str", "")}.items():
        place = column if holder == f"{SPAN}.attributes" else ATTRIBUTE_HOLDERS[holder]
        kept = server.row(trace_id, f"{place}['{kind}'] AS kept")["kept"]
        assert kept == (typed if holder == f"{SPAN}.attributes" else text), kind
        keys = server.row(trace_id, f"mapKeys({place}) AS keys")["keys"]
        assert kind in keys


def value_for(field: FieldDescriptor) -> Any:
    """Something that is no default, and as large as makes sense."""
    by_name = {
        "trace_id": os.urandom(16),
        "span_id": os.urandom(8),
        "parent_span_id": os.urandom(8),
        "start_time_unix_nano": time.time_ns() - 60_000_000_123,
        "end_time_unix_nano": time.time_ns() + 5_000_000_321,
        "time_unix_nano": time.time_ns() + 12_345,
        "kind": 5,
        "code": 2,
    }
    if field.name in by_name:
        return by_name[field.name]
    return 2**32 - 1 if field.type in {FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_FIXED32} else f"a {field.name}"


def container(request: Message, path: str) -> Any:
    """The message that holds the leaf at `path`, with one element in every list on the way."""
    held: Any = request
    for name in path.split(".")[:-1]:
        child = getattr(held, name)
        if hasattr(child, "add"):
            child = child[0] if len(child) else child.add()
        held = child
    return held
