"""Hostile requests at the doors that take spans: OTLP in protobuf and JSON, over HTTP and gRPC, and Datadog's msgpack.

What should become of a request is asked of another reader of the same bytes where there is one: Google's protobuf.
"""

from __future__ import annotations

import gzip
import json
import random
import zlib

import grpc
from backports import zstd
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from spanorigin_tests import datadog
from spanorigin_tests.otlp import any_value, otlp_json, request_of, rich_request, span_of

from . import interesting, trees, wire
from .doors import Doors, Example, Outcome

BODY_LIMIT_BYTES = 2 * 1024 * 1024
_PACKERS = {
    "gzip": lambda body: gzip.compress(body, 1),
    "deflate": lambda body: zlib.compress(body, 1),
    "zstd": lambda body: zstd.compress(body, 1),
}
_REFUSED = {400, 413, 415, 429}


class OtlpProtobuf:
    """OTLP/HTTP in protobuf. The engine's own parser reads the spans, so this is the widest door of all."""

    name = "otlp-protobuf"
    content_type = "application/x-protobuf"

    def example(self, chance: random.Random) -> Example:
        return packed("/v1/traces", protobuf(chance), self.content_type, chance)

    def outcome(self, doors: Doors, example: Example) -> Outcome:
        return doors.over_http(example)

    def complaint(self, example: Example, outcome: Outcome) -> str | None:
        """What is wrong with an answer; None when nothing is."""
        if outcome.status not in {200, *_REFUSED}:
            return f"answered {outcome.status}"
        if outcome.content_type not in ("", self.content_type, "application/json"):
            return f"answered as {outcome.content_type}"
        if example.plain is not None and outcome.status == 400 and self.spans_of(example.plain) is not None:
            return f"refused what another reader takes: {outcome.body[:300]!r}"
        return None

    def stored(self, example: Example, outcome: Outcome) -> int | None:
        """How many spans the store has to have more; None where that is not known."""
        if outcome.status != 200:
            return 0
        spans = self.spans_of(example.plain) if example.plain is not None else None
        return None if spans is None else spans - self.rejected(outcome)

    def spans_of(self, body: bytes) -> int | None:
        """The spans that another reader sees; None where it sees no request."""
        try:
            request = ExportTraceServiceRequest.FromString(body)
        except DecodeError:
            return None
        return sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)

    def rejected(self, outcome: Outcome) -> int:
        return ExportTraceServiceResponse.FromString(outcome.body).partial_success.rejected_spans


class OtlpJson(OtlpProtobuf):
    """OTLP/HTTP in JSON. There is no second reader of OTLP's own dialect: what is stored is not foretold."""

    name = "otlp-json"
    content_type = "application/json"

    def example(self, chance: random.Random) -> Example:
        value = json.loads(otlp_json(request(chance), numbers_as_strings=chance.random() < 0.5))
        if chance.random() < 0.9:
            value = trees.spoiled(value, chance, trees.json_scalar)
        return packed("/v1/traces", trees.json_text(value, chance), self.content_type, chance)

    def spans_of(self, body: bytes) -> int | None:
        return None


class OtlpGrpc(OtlpProtobuf):
    """The same messages as over HTTP, compressed by gRPC or not."""

    name = "otlp-grpc"

    def example(self, chance: random.Random) -> Example:
        body = protobuf(chance)
        if chance.random() < 0.1:
            # What says that it is compressed, and is not, or not only.
            body = chance.choice((b"\x1f\x8b", b"\x78\x9c", b"")) + gzip.compress(body)[: chance.randrange(200)]
        compression = chance.choice(("NoCompression", "Gzip", "Deflate"))
        is_plain = not body.startswith((b"\x1f\x8b", b"\x78"))
        return Example(compression, body, plain=body if is_plain else None)

    def outcome(self, doors: Doors, example: Example) -> Outcome:
        return doors.over_grpc(example.body, grpc.Compression[example.path])


class Datadog(OtlpProtobuf):
    """Datadog's trace API: four versions, in msgpack, or JSON where tracers may send that."""

    name = "datadog"

    def example(self, chance: random.Random) -> Example:
        path = chance.choice(datadog.VERSIONS)
        trace = [datadog_span(chance) for _ in range(chance.choice((1, 2, 5)))]
        value = datadog.payload(path, trace, [datadog_span(chance)])
        if path in datadog.VERSIONS[:2] and chance.random() < 0.2:
            value = trees.spoiled(value, chance, trees.json_scalar)
            return packed(path, trees.json_text(value, chance), "application/json", chance, method="PUT")
        if chance.random() < 0.9:
            value = trees.spoiled(value, chance, trees.msgpack_scalar)
        return packed(path, trees.msgpack_bytes(value, chance), "application/msgpack", chance, method="PUT")

    def outcome(self, doors: Doors, example: Example) -> Outcome:
        return doors.over_http(example, "datadog")

    def complaint(self, example: Example, outcome: Outcome) -> str | None:
        return None if outcome.status in {200, *_REFUSED} else f"answered {outcome.status}"

    def spans_of(self, body: bytes) -> int | None:
        return None


def request(chance: random.Random) -> ExportTraceServiceRequest:
    """A sound request: one rich span, or a few small ones, of which some say where they come from."""
    if chance.random() < 0.4:
        return rich_request(chance.randbytes(16))
    trace_id = chance.randbytes(16)
    spans = []
    for _ in range(chance.choice((1, 2, 5, 30))):
        given: dict[str, object] = {
            "code.file.path": "/srv/shop/app/views.py",
            "code.line.number": chance.randrange(200),
            "code.function.name": "app.views.show",
            "spanorigin.type": chance.choice(("entry", "exit")),
        }
        given[chance.choice(interesting.KNOWN_KEYS)] = scalar(chance)
        span_id = chance.randbytes(8)
        spans.append(span_of(trace_id=trace_id, span_id=span_id, given=given, kind=chance.randrange(6)))
    return request_of(*spans, resource={"spanorigin.source.root": "/srv/shop"})


def scalar(chance: random.Random) -> object:
    makers = (
        lambda: interesting.whole(chance, high=2**63 - 1),
        lambda: interesting.fraction(chance),
        lambda: interesting.text(chance).encode(errors="replace").decode(),
        lambda: interesting.octets(chance),
        lambda: chance.random() < 0.5,
        lambda: any_value([1, {"a": "b"}]),
    )
    return chance.choice(makers)()


def protobuf(chance: random.Random) -> bytes:
    """A request in protobuf: sound, spoiled field by field, spoiled as bytes, or bytes only."""
    if chance.random() < 0.03:
        return chance.randbytes(chance.randrange(300))
    body = request(chance).SerializeToString()
    if chance.random() < 0.8:
        body = wire.written(wire.spoiled(wire.read(body, ExportTraceServiceRequest.DESCRIPTOR), chance))
    return trees.bytes_spoiled(body, chance) if chance.random() < 0.15 else body


def datadog_span(chance: random.Random) -> dict[str, object]:
    span = datadog.dd_span(trace_id=chance.getrandbits(64), span_id=chance.getrandbits(64))
    span["meta"] |= {
        "_dd.code_origin.type": "entry",
        "_dd.code_origin.frames.0.file": "/srv/shop/app/views.py",
        "_dd.code_origin.frames.0.line": "12",
    }
    return span


def packed(path: str, body: bytes, content_type: str, chance: random.Random, method: str = "POST") -> Example:
    """The request with its body as it is, compressed, compressed and spoiled, or a small one that becomes huge."""
    headers = {"content-type": content_type}
    roll = chance.random()
    if roll < 0.6:
        return Example(path, body, headers, method, body)
    encoding = chance.choice(list(_PACKERS))
    pack = _PACKERS[encoding]
    headers["content-encoding"] = encoding
    if roll < 0.62:
        return Example(path, pack(bytes(chance.choice((1, 4, 64)) * BODY_LIMIT_BYTES)), headers, method)
    if roll < 0.64:
        # Many members, each of which becomes little.
        return Example(path, pack(b"") * chance.choice((100, 20_000)), headers, method)
    if roll < 0.67:
        headers["content-encoding"] = chance.choice(("br", "identity", "", "gzip, gzip", "GZIP ", "\xe4"))
        return Example(path, pack(body), headers, method)
    if roll < 0.75:
        return Example(path, trees.bytes_spoiled(pack(body), chance), headers, method)
    return Example(path, pack(body), headers, method, body)
