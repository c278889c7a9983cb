"""Write spans by hand, as OTLP, where a test needs shapes that the shop does not make."""

import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span, Status

BODY_SPANS = 5_000


@dataclass(frozen=True, slots=True)
class LargeTrace:
    trace_id: str
    bodies: list[bytes]


def attribute(key: str, value: str | int) -> KeyValue:
    typed = AnyValue(int_value=value) if isinstance(value, int) else AnyValue(string_value=value)
    return KeyValue(key=key, value=typed)


def body(service: str, spans: list[Span], about: Mapping[str, str] | None = None) -> bytes:
    """An OTLP request; `about` are more attributes of the resource."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.append(attribute("service.name", service))
    resource.resource.attributes.extend(attribute(key, value) for key, value in (about or {}).items())
    resource.scope_spans.append(ScopeSpans(spans=spans))
    return request.SerializeToString()


def one_span(name: str = "GET /first", service: str = "web") -> bytes:
    """A lone server span that has just ended."""
    now = time.time_ns()
    span = Span(
        trace_id=secrets.token_bytes(16),
        span_id=secrets.token_bytes(8),
        name=name,
        kind=Span.SPAN_KIND_SERVER,
        start_time_unix_nano=now - 5_000_000,
        end_time_unix_nano=now,
    )
    return body(service, [span])


def large_trace(count: int) -> LargeTrace:
    """A trace of `count` spans: batches of a hundred under a root, ten levels deep, as an importer would leave it."""
    trace_id, root_id = secrets.token_bytes(16), secrets.token_bytes(8)
    begin = time.time_ns() - 60_000_000_000
    step_ns = 50_000_000_000 // count

    def spans() -> Iterator[Span]:
        yield made(root_id, b"", "import catalogue", begin, begin + 55_000_000_000, Span.SPAN_KIND_SERVER)
        parents = [root_id]
        for number in range(1, count):
            if number % 100 == 1:
                parents = [root_id]
            span_id = number.to_bytes(8, "big")
            start = begin + number * step_ns
            last = begin + (number - number % 10 + 11) * step_ns
            kind = Span.SPAN_KIND_CLIENT if number % 10 == 0 else Span.SPAN_KIND_INTERNAL
            span = made(span_id, parents[-1], f"row {number}", start, last, kind)
            if number % 997 == 0:
                span.status.code = Status.STATUS_CODE_ERROR
            yield span
            parents = parents[:10] if number % 10 else [root_id]
            parents.append(span_id)

    def made(span_id: bytes, parent: bytes, name: str, start: int, end: int, kind: "Span.SpanKind.ValueType") -> Span:
        return Span(
            trace_id=trace_id,
            span_id=span_id,
            parent_span_id=parent,
            name=name,
            kind=kind,
            start_time_unix_nano=start,
            end_time_unix_nano=end,
        )

    everything = list(spans())
    pieces = [everything[at : at + BODY_SPANS] for at in range(0, count, BODY_SPANS)]
    return LargeTrace(trace_id.hex(), [body("importer", piece) for piece in pieces])
