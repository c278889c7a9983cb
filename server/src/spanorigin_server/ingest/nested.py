"""Render attribute values: as text, and arrays and key-value lists as JSON text.

The store's engine renders what it can; a request whose spans carry arrays, lists or bytes is held by the writer and
comes here (from `batch`), to be written again with those values replaced by their text. Such requests are rare, which
is why Python may walk their spans. Values of resources and scopes always come here (from `request`), and are cached
there.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
from opentelemetry.proto.trace.v1 import trace_pb2

from spanorigin_server.store.wire import length_delimited

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

    from spanorigin_server.store.writer import ScopeSpans

# What the store's engine renders; anything else comes here.
_PLAIN = frozenset({"string_value", "bool_value", "int_value", "double_value"})
# Ours, not OTLP's: Span.json in store/schema/otlp.proto.
_JSON = 100


def text_of_value(value: AnyValue) -> str:
    """The value as a person would write it; bytes in base64, an array or a list as JSON, nothing as ""."""
    match value.WhichOneof("value"):
        case None:
            return ""
        case "string_value":
            return value.string_value
        case "bool_value":
            return "true" if value.bool_value else "false"
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case "double_value":
            return repr(value.double_value)
        case "int_value":
            return str(value.int_value)
        case _:
            return _json_text(value)


def rendered(scope: ScopeSpans) -> ScopeSpans:
    """The scope with every array, list and byte string among its spans' attributes replaced by its text.

    It is written as every SDK would: what protobuf allows and the engine's parser does not (a choice of two values, a
    field of another type) is left out as protobuf's rules have it. Raises google.protobuf's DecodeError when the spans
    are not such a message.
    """
    message = trace_pb2.ScopeSpans.FromString(scope.encoded)
    message.DiscardUnknownFields()
    for span in message.spans:
        of_json: list[int] = []
        for number, attribute in enumerate(span.attributes):
            match attribute.value.WhichOneof("value"):
                case "array_value" | "kvlist_value":
                    # Unknown to the message's class, hence kept as it is and written out again.
                    span.MergeFromString(json_attribute(attribute.key, _json_text(attribute.value).encode()))
                    of_json.append(number)
                case "bytes_value" | None:
                    attribute.value.string_value = text_of_value(attribute.value)
        for number in reversed(of_json):
            del span.attributes[number]
        # Of events and links all is kept as text.
        for attributes in (*(event.attributes for event in span.events), *(link.attributes for link in span.links)):
            for attribute in _to_render(attributes):
                attribute.value.string_value = text_of_value(attribute.value)
    return replace(scope, encoded=message.SerializeToString())


def _to_render(attributes: Iterable[KeyValue]) -> Iterable[KeyValue]:
    return [attribute for attribute in attributes if attribute.value.WhichOneof("value") not in _PLAIN]


def json_attribute(key: str, text: bytes) -> bytes:
    """A field of a span for the store's engine: an attribute whose value is JSON."""
    return length_delimited(_JSON, length_delimited(1, key.encode()) + length_delimited(2, text))


def _json_text(value: AnyValue) -> str:
    return msgspec.json.encode(_plain(value)).decode()


def _plain(value: AnyValue) -> Any:
    """What JSON makes of the value. NaN and infinity become null, as JSON has neither; bytes become base64."""
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return [_plain(item) for item in value.array_value.values]
        case "kvlist_value":
            return {item.key: _plain(item.value) for item in value.kvlist_value.values}
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case case:
            return getattr(value, case)
