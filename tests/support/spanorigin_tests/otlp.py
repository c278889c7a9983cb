"""OTLP trace requests as a sender builds them: plain values become attributes, and spans are sound."""

from __future__ import annotations

import base64
import json
import os
import socket
import time
from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}

# A value of every kind that an attribute may have.
RICH: dict[str, object] = {
    "text": "snö",
    "empty": "",
    "yes": True,
    "no": False,
    "zero": 0,
    "large": 2**63 - 1,
    "half": 0.5,
    "bytes": b"\0\xff",
    "list": ["a", 1, True, 0.5, ["b"], {"k": b"c"}],
    "record": {"a": {"b": [1, 2]}},
}


def request_of(*spans: Span, resource: Mapping[str, object] | None = None) -> ExportTraceServiceRequest:
    """The spans in one scope of a service called shop, unless `resource` names another."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    resource_spans.resource.attributes.extend(attributes({"service.name": "shop", **(resource or {})}))
    resource_spans.scope_spans.add().spans.extend(spans)
    return request


def span_of(name: str = "work", *, given: Mapping[str, object] | None = None, **fields: Any) -> Span:
    """A sound span that started just now, in a trace of its own unless told otherwise."""
    now_ns = time.time_ns()
    sound = {
        "trace_id": os.urandom(16),
        "span_id": os.urandom(8),
        "kind": Span.SPAN_KIND_SERVER,
        "start_time_unix_nano": now_ns,
        "end_time_unix_nano": now_ns + 1000,
    }
    return Span(name=name, attributes=attributes(given or {}), **(sound | fields))


def rich_request(trace_id: bytes) -> ExportTraceServiceRequest:
    """A request with one span, in which every field of OTLP says something."""
    span = span_of("rich", trace_id=trace_id, given=RICH, flags=257, trace_state="a=b")
    span.parent_span_id = os.urandom(8)
    span.status.code, span.status.message = 2, "broken"
    event = span.events.add(name="exception", time_unix_nano=span.start_time_unix_nano + 5)
    event.attributes.extend(span.attributes)
    link = span.links.add(trace_id=os.urandom(16), span_id=os.urandom(8))
    link.attributes.extend(span.attributes)
    request = request_of(span, resource=RICH)
    scope = request.resource_spans[0].scope_spans[0].scope
    scope.name, scope.version = "lib", "1"
    scope.attributes.extend(span.attributes)
    return request


def attributes(values: Mapping[str, object]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in values.items()]


def any_value(value: object) -> AnyValue:
    match value:
        case AnyValue():
            return value
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case list():
            held = AnyValue()
            held.array_value.SetInParent()
            held.array_value.values.extend(any_value(item) for item in value)
            return held
        case dict():
            held = AnyValue()
            held.kvlist_value.SetInParent()
            held.kvlist_value.values.extend(attributes(value))
            return held
        case _:
            return AnyValue(string_value=str(value))


def otlp_json(request: ExportTraceServiceRequest, *, numbers_as_strings: bool = True) -> bytes:
    """The request in OTLP/JSON: protobuf's JSON, but ids in hex and enums as numbers."""

    def fixed(value: object) -> object:
        if isinstance(value, list):
            return [fixed(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            key: base64.b64decode(inner).hex()
            if key in {"traceId", "spanId", "parentSpanId"}
            else int(inner)
            if not numbers_as_strings and key in {"startTimeUnixNano", "endTimeUnixNano", "timeUnixNano", "intValue"}
            else fixed(inner)
            for key, inner in value.items()
        }

    return json.dumps(fixed(MessageToDict(request, use_integers_for_enums=True))).encode()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return int(holder.getsockname()[1])
