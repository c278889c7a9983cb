"""Turn an OTLP/JSON trace request into the same request in protobuf.

Browsers and scripts send JSON; from here on there is one path. Field names are lowerCamelCase, ids are hex, 64-bit
integers come as strings or numbers, enums as numbers or names; fields that OTLP does not have are ignored.
Source: the OTLP specification, "JSON Protobuf Encoding".
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1 import trace_pb2

from spanorigin_server.ingest.request import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.proto.common.v1 import common_pb2


class _Struct(msgspec.Struct, rename="camel"):
    """Reads lowerCamelCase, ignores what it does not know."""


class _AnyValue(_Struct):
    string_value: str | None = None
    bool_value: bool | None = None
    int_value: int | str | None = None
    double_value: float | str | None = None
    array_value: _ArrayValue | None = None
    kvlist_value: _KeyValueList | None = None
    bytes_value: str | None = None


class _KeyValue(_Struct):
    key: str = ""
    value: _AnyValue | None = None


class _ArrayValue(_Struct):
    values: list[_AnyValue] | None = None


class _KeyValueList(_Struct):
    values: list[_KeyValue] | None = None


class _Resource(_Struct):
    attributes: list[_KeyValue] | None = None


class _Scope(_Struct):
    name: str | None = None
    version: str | None = None
    attributes: list[_KeyValue] | None = None


class _Event(_Struct):
    time_unix_nano: int | str | None = None
    name: str | None = None
    attributes: list[_KeyValue] | None = None
    dropped_attributes_count: int | None = None


class _Link(_Struct):
    trace_id: str | None = None
    span_id: str | None = None
    trace_state: str | None = None
    attributes: list[_KeyValue] | None = None
    dropped_attributes_count: int | None = None
    flags: int | None = None


class _Status(_Struct):
    message: str | None = None
    code: int | str | None = None


class _Span(_Struct):
    trace_id: str | None = None
    span_id: str | None = None
    trace_state: str | None = None
    parent_span_id: str | None = None
    flags: int | None = None
    name: str | None = None
    kind: int | str | None = None
    start_time_unix_nano: int | str | None = None
    end_time_unix_nano: int | str | None = None
    attributes: list[_KeyValue] | None = None
    dropped_attributes_count: int | None = None
    events: list[_Event] | None = None
    dropped_events_count: int | None = None
    links: list[_Link] | None = None
    dropped_links_count: int | None = None
    status: _Status | None = None


class _ScopeSpans(_Struct):
    scope: _Scope | None = None
    spans: list[_Span] | None = None


class _ResourceSpans(_Struct):
    resource: _Resource | None = None
    scope_spans: list[_ScopeSpans] | None = None


class _Request(_Struct):
    resource_spans: list[_ResourceSpans] | None = None


_decoder = msgspec.json.Decoder(_Request)


def protobuf_of(body: bytes) -> bytes:
    """The request in protobuf. Raises RequestRefused, which says which field is not as OTLP has it."""
    try:
        encoded: bytes = _message(_decoder.decode(body)).SerializeToString()
        return encoded
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RequestRefused(str(error)) from None
    except (ValueError, TypeError) as error:  # a number out of its range, an id that is not hex, an unknown name
        raise RequestRefused(f"a value does not fit its field: {error}") from None


def _message(request: _Request) -> ExportTraceServiceRequest:
    message = ExportTraceServiceRequest()
    for given_resource_spans in request.resource_spans or ():
        resource_spans = message.resource_spans.add()
        if given_resource_spans.resource:
            _add_attributes(resource_spans.resource.attributes, given_resource_spans.resource.attributes)
        for given in given_resource_spans.scope_spans or ():
            scope_spans = resource_spans.scope_spans.add()
            if given.scope:
                scope_spans.scope.name = given.scope.name or ""
                scope_spans.scope.version = given.scope.version or ""
                _add_attributes(scope_spans.scope.attributes, given.scope.attributes)
            for span in given.spans or ():
                _fill_span(scope_spans.spans.add(), span)
    return message


def _fill_span(span: trace_pb2.Span, given: _Span) -> None:
    span.trace_id = _id(given.trace_id)
    span.span_id = _id(given.span_id)
    span.parent_span_id = _id(given.parent_span_id)
    span.trace_state = given.trace_state or ""
    span.flags = given.flags or 0
    span.name = given.name or ""
    span.kind = _enum(given.kind, trace_pb2.Span.SpanKind)  # type: ignore[assignment]  # any int32 is valid on the wire
    span.start_time_unix_nano = int(given.start_time_unix_nano or 0)
    span.end_time_unix_nano = int(given.end_time_unix_nano or 0)
    _add_attributes(span.attributes, given.attributes)
    span.dropped_attributes_count = given.dropped_attributes_count or 0
    for given_event in given.events or ():
        event = span.events.add()
        event.time_unix_nano = int(given_event.time_unix_nano or 0)
        event.name = given_event.name or ""
        _add_attributes(event.attributes, given_event.attributes)
    span.dropped_events_count = given.dropped_events_count or 0
    for given_link in given.links or ():
        link = span.links.add()
        link.trace_id = _id(given_link.trace_id)
        link.span_id = _id(given_link.span_id)
        _add_attributes(link.attributes, given_link.attributes)
    span.dropped_links_count = given.dropped_links_count or 0
    if given.status:
        span.status.message = given.status.message or ""
        span.status.code = _enum(given.status.code, trace_pb2.Status.StatusCode)  # type: ignore[assignment]


def _add_attributes(attributes: Any, given: Iterable[_KeyValue] | None) -> None:
    for pair in given or ():
        attribute = attributes.add()
        attribute.key = pair.key
        if pair.value:
            _fill_value(attribute.value, pair.value)


def _fill_value(value: common_pb2.AnyValue, given: _AnyValue) -> None:
    if given.string_value is not None:
        value.string_value = given.string_value
    elif given.bool_value is not None:
        value.bool_value = given.bool_value
    elif given.int_value is not None:
        value.int_value = int(given.int_value)
    elif given.double_value is not None:
        value.double_value = float(given.double_value)
    elif given.bytes_value is not None:
        value.bytes_value = base64.b64decode(given.bytes_value, validate=True)
    elif given.array_value is not None:
        value.array_value.SetInParent()
        for item in given.array_value.values or ():
            _fill_value(value.array_value.values.add(), item)
    elif given.kvlist_value is not None:
        value.kvlist_value.SetInParent()
        _add_attributes(value.kvlist_value.values, given.kvlist_value.values)


def _id(hexadecimal: str | None) -> bytes:
    """The id's bytes. Of what is not hex, bytes that are no id either: one span is refused for it, not the request."""
    try:
        return bytes.fromhex(hexadecimal or "")
    except ValueError:
        return b"?"


def _enum(given: int | str | None, kind: Any) -> int:
    if given is None or isinstance(given, int):
        return given or 0
    number: int = int(given) if given.isdigit() else kind.Value(given)
    return number
