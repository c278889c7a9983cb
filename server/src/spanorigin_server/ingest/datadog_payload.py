"""Read what a Datadog tracer sends, in each version of the trace API, into one shape: chunks of spans.

Called by `datadog` with a request's body. A chunk is what one process has to say of one trace at a time. The versions
differ in packing only: v0.3 and v0.4 are lists of maps, v0.5 is rows over a table of strings, v0.7 puts an envelope
around v0.4's spans. Source: the Datadog agent's pkg/trace/api and pkg/proto/pbgo/trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from spanorigin_server.ingest.request import RequestRefused


class SpanLink(msgspec.Struct):
    trace_id: int = 0
    trace_id_high: int = 0
    span_id: int = 0
    attributes: dict[str, str] | None = None
    tracestate: str | None = None


class SpanEvent(msgspec.Struct):
    name: str = ""
    time_unix_nano: int = 0
    attributes: dict[str, Any] | None = None


class Span(msgspec.Struct):
    """A span as tracers have it. `meta` are its texts, `metrics` its numbers, `meta_struct` values in msgpack."""

    span_id: int
    trace_id: int
    parent_id: int = 0
    service: str | None = None
    name: str | None = None
    resource: str | None = None
    type: str | None = None
    start: int = 0
    duration: int = 0
    error: int = 0
    meta: dict[str, str] | None = None
    metrics: dict[str, float] | None = None
    meta_struct: dict[str, bytes] | None = None
    span_links: list[SpanLink] | None = None
    span_events: list[SpanEvent] | None = None


class Chunk(msgspec.Struct):
    """Spans of one trace from one process, what holds for all of them, and the decision on keeping them, if any."""

    spans: list[Span] | None = None
    tags: dict[str, str] | None = None
    priority: int | None = None


class Sender(msgspec.Struct):
    """What a tracer says of itself and its process, in headers or (v0.7) in the payload."""

    language: str = ""
    language_version: str = ""
    interpreter: str = ""
    tracer_version: str = ""
    container_id: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Sender:
        return cls(
            language=headers.get("datadog-meta-lang", ""),
            language_version=headers.get("datadog-meta-lang-version", ""),
            interpreter=headers.get("datadog-meta-lang-interpreter", ""),
            tracer_version=headers.get("datadog-meta-tracer-version", ""),
            container_id=headers.get("datadog-container-id", ""),
        )


class _Row(msgspec.Struct, array_like=True):
    """A span of v0.5: texts are places in the payload's table."""

    service: int
    name: int
    resource: int
    trace_id: int
    span_id: int
    parent_id: int
    start: int
    duration: int
    error: int
    meta: dict[int, int] | None
    metrics: dict[int, float] | None
    type: int


class _Envelope(msgspec.Struct):
    chunks: list[Chunk] | None = None
    tags: dict[str, str] | None = None
    env: str | None = None
    hostname: str | None = None
    app_version: str | None = None
    runtime_id: str | None = None


class Reader(Protocol):
    def __call__(self, body: bytes, *, is_json: bool) -> Sequence[Chunk]:
        """The payload's chunks. Raises RequestRefused, saying what is not as it should be."""


_Lists = list[list[Span] | None] | None
_LISTS: Final = msgspec.msgpack.Decoder(_Lists)
_LISTS_IN_JSON: Final = msgspec.json.Decoder(_Lists)
_TABLE: Final = msgspec.msgpack.Decoder(tuple[list[str], list[list[_Row]]])
_ENVELOPE: Final = msgspec.msgpack.Decoder(_Envelope)


def _lists(body: bytes, *, is_json: bool) -> Sequence[Chunk]:
    lists = _decoded(_LISTS_IN_JSON if is_json else _LISTS, body)
    return [Chunk(spans) for spans in lists or () if spans]


def _table(body: bytes, *, is_json: bool) -> Sequence[Chunk]:
    del is_json  # v0.5 is msgpack always
    texts, rows_of_chunks = _decoded(_TABLE, body)
    try:
        return [Chunk([_span_of(row, texts) for row in rows]) for rows in rows_of_chunks if rows]
    except IndexError:
        raise RequestRefused(f"it names a text beyond the {len(texts)} of its table") from None


def _span_of(row: _Row, texts: Sequence[str]) -> Span:
    return Span(
        span_id=row.span_id,
        trace_id=row.trace_id,
        parent_id=row.parent_id,
        service=texts[row.service],
        name=texts[row.name],
        resource=texts[row.resource],
        type=texts[row.type],
        start=row.start,
        duration=row.duration,
        error=row.error,
        meta={texts[key]: texts[value] for key, value in (row.meta or {}).items()},
        metrics={texts[key]: value for key, value in (row.metrics or {}).items()},
    )


def _envelope(body: bytes, *, is_json: bool) -> Sequence[Chunk]:
    del is_json  # v0.7 is msgpack always
    envelope = _decoded(_ENVELOPE, body)
    said = {
        "env": envelope.env,
        "version": envelope.app_version,
        "_dd.hostname": envelope.hostname,
        "runtime-id": envelope.runtime_id,
    }
    common = {key: text for key, text in said.items() if text} | (envelope.tags or {})
    chunks = [chunk for chunk in envelope.chunks or () if chunk.spans]
    for chunk in chunks:
        chunk.tags = common | (chunk.tags or {})
    return chunks


def _decoded(decoder: Any, body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RequestRefused(str(error)) from None


READERS: Final[Mapping[str, Reader]] = {
    "/v0.3/traces": _lists,
    "/v0.4/traces": _lists,
    "/v0.5/traces": _table,
    "/v0.7/traces": _envelope,
}
