"""Make OTLP of a Datadog tracer's spans: scopes with encoded spans, which the store takes as it takes all others.

Called by `datadog`, forty thousand spans a second and more, so the bytes are put together by hand; texts that come
again and again (component:flask) are encoded once. What is said of the process moves to the resource; the rest stays as
the tracer wrote it, under its own names, origins included: the store folds these (store/commands/store_spans.sql).
Decision 0161 says which names mean what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from struct import Struct
from typing import Any, Final

import msgspec
from opentelemetry.proto.trace.v1 import trace_pb2

from spanorigin_server import names
from spanorigin_server.ingest.datadog_payload import Chunk, Sender, Span
from spanorigin_server.ingest.nested import json_attribute
from spanorigin_server.ingest.request import UNKNOWN_SERVICE
from spanorigin_server.store.wire import varint
from spanorigin_server.store.writer import ScopeSpans

_INTERNAL, _SERVER, _CLIENT, _PRODUCER, _CONSUMER = 1, 2, 3, 4, 5
_KINDS: Final = {
    "internal": _INTERNAL,
    "server": _SERVER,
    "client": _CLIENT,
    "producer": _PRODUCER,
    "consumer": _CONSUMER,
}
# What a span without a kind is, by its type: the types for which tracers write exit origins are calls.
_KIND_OF_TYPE: Final = {
    "web": _SERVER,
    "serverless": _SERVER,
    "worker": _CONSUMER,
    **dict.fromkeys(
        ("http", "sql", "db", "cache", "redis", "valkey", "memcached", "cassandra", "mongodb", "elasticsearch", "grpc"),
        _CLIENT,
    ),
}

_TRACE_ID_HIGH = "_dd.p.tid"
_PRIORITY = "_sampling_priority_v1"
_UNDECIDED = -128
_KEPT_ALONE = "_dd.span_sampling.mechanism"
_COMMIT, _REPOSITORY = "_dd.git.commit.sha", "_dd.git.repository_url"
# What a process says of itself on its spans, and what OpenTelemetry calls it on a resource.
_OF_THE_PROCESS: Final = {
    "env": "deployment.environment.name",
    "version": names.SERVICE_VERSION,
    "runtime-id": "service.instance.id",
    "_dd.hostname": "host.name",
    _COMMIT: names.VCS_REVISION,
    _REPOSITORY: names.VCS_REPOSITORY_URL,
}
_STACK = "error.stack"
_LINKS_IN_TEXT, _EVENTS_IN_TEXT = "_dd.span_links", "events"
# Not attributes of the span: they have places of their own.
_PLACED: Final = frozenset(
    {*_OF_THE_PROCESS, _TRACE_ID_HIGH, _STACK, _LINKS_IN_TEXT, _EVENTS_IN_TEXT, "span.kind", "language"}
)

_UINT64 = 2**64 - 1
_DOUBLE: Final = Struct("<d").pack
_VARINTS: Final = tuple(varint(number) for number in range(16384))

# Encoded attributes by key and value. A key whose values are ever new stops being kept after a few.
_VALUES_KEPT = 256
_KEYS_KEPT = 4096
_encoded: dict[str, dict[str | float, bytes]] = {}


def scopes_of_chunks(chunks: Iterable[Chunk], sender: Sender) -> list[ScopeSpans]:
    """The chunks' spans as scopes, one a service and version of it. Chunks that the tracer wants dropped are."""
    spans_of: dict[tuple[str, ...], list[bytes]] = {}
    for chunk in chunks:
        _add_chunk(spans_of, chunk)
    return [_scope(process, spans, sender) for process, spans in spans_of.items()]


def _add_chunk(spans_of: dict[tuple[str, ...], list[bytes]], chunk: Chunk) -> None:
    spans = chunk.spans or []
    if _is_dropped(chunk):
        spans = [span for span in spans if _KEPT_ALONE in (span.metrics or ())]
    common = chunk.tags or {}
    # Written on some span of the chunk, and true of all.
    of_all = {key: common.get(key) or _first(spans, key) for key in _OF_THE_PROCESS}
    high = _high_half(common.get(_TRACE_ID_HIGH) or _first(spans, _TRACE_ID_HIGH))
    of_chunk = tuple(of_all.values())
    for span in spans:
        version = (span.meta or {}).get("version")
        process = of_chunk if version is None or version == of_all["version"] else _with_version(of_chunk, version)
        spans_of.setdefault((span.service or "", *process), []).append(_span(span, high))


def _is_dropped(chunk: Chunk) -> bool:
    """A decision of 0 or less is the tracer's, or its user's, not to keep the trace; the agent heeds it too."""
    if chunk.priority is not None and chunk.priority != _UNDECIDED:
        return chunk.priority <= 0
    decided = next(
        (span.metrics[_PRIORITY] for span in chunk.spans or () if span.metrics and _PRIORITY in span.metrics), 1
    )
    return decided <= 0


def _first(spans: Sequence[Span], key: str) -> str:
    return next((span.meta[key] for span in spans if span.meta and key in span.meta), "")


def _with_version(process: tuple[str, ...], version: str) -> tuple[str, ...]:
    place = list(_OF_THE_PROCESS).index("version")
    return (*process[:place], version, *process[place + 1 :])


def _high_half(text: str) -> bytes:
    """The upper 64 bits of the trace id; of what is not 16 hex digits, zeros, as the agent has it."""
    try:
        high = bytes.fromhex(text)
    except ValueError:
        high = b""
    return high if len(high) == 8 else bytes(8)


def _scope(process: tuple[str, ...], spans: Sequence[bytes], sender: Sender) -> ScopeSpans:
    service, *said = process
    of_process = dict(zip(_OF_THE_PROCESS, said, strict=True))
    told = {
        "service.name": service or UNKNOWN_SERVICE,
        **{_OF_THE_PROCESS[key]: text for key, text in of_process.items()},
        "telemetry.sdk.name": "datadog",
        "telemetry.sdk.language": _LANGUAGES.get(sender.language, sender.language),
        "telemetry.sdk.version": sender.tracer_version,
        "process.runtime.name": sender.interpreter,
        "process.runtime.version": sender.language_version,
        "container.id": sender.container_id,
    }
    return ScopeSpans(
        service=service or UNKNOWN_SERVICE,
        env=of_process["env"],
        version=of_process["version"],
        repository=of_process[_REPOSITORY],
        commit=of_process[_COMMIT],
        root="",
        resource={key: text for key, text in told.items() if text},
        scope_name="datadog",
        scope_version=sender.tracer_version,
        scope_attrs={},
        encoded=b"".join(spans),
    )


# What OpenTelemetry calls the languages that Datadog has other names for.
_LANGUAGES: Final = {"javascript": "nodejs", ".NET": "dotnet", "jvm": "java"}


def _span(span: Span, high: bytes) -> bytes:
    """A span as field 2 of a ScopeSpans message."""
    meta = span.meta or {}
    start = span.start & _UINT64
    parts = [
        b"\x0a\x10",
        high,
        (span.trace_id & _UINT64).to_bytes(8, "big"),
        b"\x12\x08",
        (span.span_id & _UINT64).to_bytes(8, "big"),
        b"\x22\x08",
        (span.parent_id & _UINT64).to_bytes(8, "big"),
        _text_field(b"\x2a", span.name or ""),
        b"\x30",
        _VARINTS[_kind(meta.get("span.kind"), span.type)],
        b"\x39",
        start.to_bytes(8, "little"),
        b"\x41",
        ((start + max(span.duration, 0)) & _UINT64).to_bytes(8, "little"),
        _kept("resource.name", span.resource or ""),
    ]
    if span.type:
        parts.append(_kept("span.type", span.type))
    for key, value in meta.items():
        known = _encoded.get(key)
        attribute = known.get(value) if known is not None else None
        if attribute is not None:
            parts.append(attribute)
        elif key not in _PLACED:
            parts.append(_kept(key, value))
    for key, number in (span.metrics or {}).items():
        known = _encoded.get(key)
        attribute = known.get(number) if known is not None else None
        parts.append(attribute if attribute is not None else _kept(key, number))
    if span.error:
        parts.append(_status(meta))
    if _STACK in meta or span.span_events or span.span_links or span.meta_struct or _has_text_lists(meta):
        parts.append(_rarities(span, meta))
    encoded = b"".join(parts)
    return b"\x12" + _varint(len(encoded)) + encoded


def _kind(written: str | None, type_name: str | None) -> int:
    return _KINDS.get(written or "") or _KIND_OF_TYPE.get(type_name or "") or _INTERNAL


def _status(meta: Mapping[str, str]) -> bytes:
    message = meta.get("error.message") or meta.get("error.msg") or ""
    status = _text_field(b"\x12", message) + b"\x18\x02"
    return b"\x7a" + _varint(len(status)) + status


def _kept(key: str, value: str | float) -> bytes:
    """The attribute, as field 9 of a span; kept for the next time while there is room."""
    attribute = _attribute(key, value)
    known = _encoded.get(key)
    if known is None and len(_encoded) < _KEYS_KEPT:
        known = _encoded.setdefault(key, {})
    if known is not None and len(known) < _VALUES_KEPT and len(attribute) < 512:
        known[value] = attribute
    return attribute


def _attribute(key: str, value: str | float) -> bytes:
    """A number without a fraction is a whole one: tracers send all numbers as doubles."""
    if isinstance(value, str):
        any_value = _text_field(b"\x0a", value)
    elif value == value and abs(value) < 2**53 and value == int(value):  # not NaN, which is no whole number
        any_value = b"\x18" + varint(int(value) & _UINT64)
    else:
        any_value = b"\x21" + _DOUBLE(value)
    return _key_value(key, any_value)


def _key_value(key: str, any_value: bytes) -> bytes:
    pair = _text_field(b"\x0a", key) + b"\x12" + _varint(len(any_value)) + any_value
    return b"\x4a" + _varint(len(pair)) + pair


def _text_field(tag: bytes, text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    return tag + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    return _VARINTS[number] if number < 16384 else varint(number)


def _has_text_lists(meta: Mapping[str, str]) -> bool:
    return _LINKS_IN_TEXT in meta or _EVENTS_IN_TEXT in meta


def _rarities(span: Span, meta: Mapping[str, str]) -> bytes:
    """Events, links, the error's stack as an event, and structured values: what few spans have."""
    message = trace_pb2.Span()
    for event in span.span_events or ():
        _add_event(message, event.name, event.time_unix_nano, event.attributes or {})
    for link in span.span_links or ():
        trace_id = (link.trace_id_high & _UINT64) << 64 | (link.trace_id & _UINT64)
        _add_link(message, trace_id.to_bytes(16, "big"), (link.span_id & _UINT64).to_bytes(8, "big"), link.attributes)
    for given in _listed(meta.get(_EVENTS_IN_TEXT)):
        _add_event(message, str(given.get("name", "")), given.get("time_unix_nano"), given.get("attributes"))
    for given in _listed(meta.get(_LINKS_IN_TEXT)):
        _add_link(message, _hex(given.get("trace_id"), 16), _hex(given.get("span_id"), 8), given.get("attributes"))
    if _STACK in meta:
        error = {
            "exception.type": meta.get("error.type", ""),
            "exception.message": meta.get("error.message") or meta.get("error.msg", ""),
            "exception.stacktrace": meta[_STACK],
        }
        _add_event(message, "exception", span.start + max(span.duration, 0), error)
    structured = b"".join(json_attribute(key, _json_of(packed)) for key, packed in (span.meta_struct or {}).items())
    encoded: bytes = message.SerializeToString()
    return encoded + structured


def _listed(text: str | None) -> list[dict[str, Any]]:
    """The records of a list that came as JSON text; of what is none, nothing."""
    try:
        found = msgspec.json.decode(text) if text else []
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _add_event(message: trace_pb2.Span, name: str, time_ns: Any, attributes: Any) -> None:
    event = message.events.add(name=name, time_unix_nano=time_ns & _UINT64 if isinstance(time_ns, int) else 0)
    _add_texts(event.attributes, attributes)


def _add_link(message: trace_pb2.Span, trace_id: bytes, span_id: bytes, attributes: Any) -> None:
    _add_texts(message.links.add(trace_id=trace_id, span_id=span_id).attributes, attributes)


def _add_texts(attributes: Any, given: Any) -> None:
    """Values as texts, in which form the store keeps those of events and links."""
    for key, value in given.items() if isinstance(given, dict) else ():
        attributes.add(key=str(key)).value.string_value = _text_of(_untyped(value))


def _untyped(value: Any) -> Any:
    """A value of an event: tracers write {"type": 0, "string_value": "a"}, or the plain value."""
    if not isinstance(value, dict) or "type" not in value:
        return value
    kind = next((key for key in value if key.endswith("_value")), None)
    held = value.get(kind) if kind else None
    return [_untyped(item) for item in held.get("values") or ()] if isinstance(held, dict) else held


def _text_of(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _hex(text: Any, size: int) -> bytes:
    """An id in hex, with or without its leading zeros; of what is none, an id that is none."""
    try:
        return bytes.fromhex(str(text).zfill(size * 2))
    except ValueError:
        return b""


def _json_of(packed: bytes) -> bytes:
    """A structured value, which comes in msgpack, as JSON; of what cannot be read, null."""
    try:
        return msgspec.json.encode(msgspec.msgpack.decode(packed))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError, ValueError):
        return b"null"
