"""What `make fuzz` once found, each as the smallest input that showed it, over a socket of a real server."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanorigin_tests.otlp import request_of, span_of
from spanorigin_tests.processes import ServerProcess

from . import wire
from .doors import Doors, Example

HEAD = b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with ServerProcess(tmp_path_factory.mktemp("spans")) as server:
        doors = Doors(server)
        yield doors
        doors.close()


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://]", "//[x"])
def test_an_origin_that_is_no_address_is_another_site(doors: Doors, origin: str):
    outcome = doors.over_socket(HEAD + f"origin: {origin}\r\ncontent-length: 2\r\n\r\n{{}}".encode())

    assert outcome.status == 403
    assert b"origin-not-ours" in outcome.body


@pytest.mark.parametrize("path", ["/v1/traces", "/api/v1/views", "/api/v1/deletions"])
def test_a_sender_that_leaves_in_the_midst_of_a_request_is_no_failure_of_ours(doors: Doors, path: str):
    doors.over_socket(HEAD.replace(b"/v1/traces", path.encode(), 1) + b'content-length: 100\r\n\r\n{"name":')

    assert doors.over_http(Example("/api/v1/health", method="GET")).status == 200
    assert "Traceback" not in doors.server.errors()


@pytest.mark.parametrize(
    "sound",
    [HEAD + b"content-length: 2\r\n\r\n{}", b"GET /api/v1/facets HTTP/1.1\r\nhost: localhost\r\n\r\n"],
    ids=["spans", "question"],
)
def test_nonsense_behind_requests_that_are_being_answered_ends_the_connection_quietly(doors: Doors, sound: bytes):
    for _ in range(20):
        doors.over_socket(sound * 3 + b"\0\0nonsense\r\n\r\n")

    assert doors.over_http(Example("/api/v1/health", method="GET")).status == 200
    assert "Traceback" not in doors.server.errors()


def _older_form(request: ExportTraceServiceRequest) -> bytes:
    """With a group, which protobuf had before messages within messages, in each of the outer messages."""
    group = wire.Field(90, 3, [wire.Field(1, 0, 5), wire.Field(2, 2, b"abc")])
    fields = wire.read(request.SerializeToString(), ExportTraceServiceRequest.DESCRIPTOR)
    fields.append(group)
    fields[0].value.append(group)
    return wire.written(fields)


def _two_values(request: ExportTraceServiceRequest) -> bytes:
    """An attribute has two values, of which the last counts."""
    fields = wire.read(request.SerializeToString(), ExportTraceServiceRequest.DESCRIPTOR)
    span = fields[0].value[1].value[0].value
    attribute = next(field for field in span if field.number == 9)
    attribute.value[1].value.insert(0, wire.Field(3, 0, 7))
    return wire.written(fields)


def _other_type(request: ExportTraceServiceRequest) -> bytes:
    """A field that should be a text is a number: unknown to every reader, and passed over."""
    fields = wire.read(request.SerializeToString(), ExportTraceServiceRequest.DESCRIPTOR)
    fields[0].value[1].value[0].value.append(wire.Field(5, 0, 12))
    return wire.written(fields)


def _large_kind(request: ExportTraceServiceRequest) -> bytes:
    """A kind of span beyond 32 bits, of which protobuf takes the lower ones."""
    fields = wire.read(request.SerializeToString(), ExportTraceServiceRequest.DESCRIPTOR)
    fields[0].value[1].value[0].value.append(wire.Field(6, 0, 2**40 + 3))
    return wire.written(fields)


@pytest.mark.parametrize("unusual", [_older_form, _two_values, _other_type, _large_kind])
def test_what_protobuf_allows_is_stored_as_opentelemetrys_own_reader_has_it(doors: Doors, unusual):
    span = span_of("unusual", given={"size": "large"})
    body = unusual(request_of(span))
    read = MessageToDict(ExportTraceServiceRequest.FromString(body))["resourceSpans"][0]["scopeSpans"][0]["spans"][0]

    outcome = doors.over_http(Example("/v1/traces", body, {"content-type": "application/x-protobuf"}))

    assert (outcome.status, outcome.body) == (200, b"")
    stored = doors.server.get(f"/api/v1/traces/{span.trace_id.hex()}/spans/{span.span_id.hex()}")
    assert stored["span"]["name"] == read["name"] == "unusual"
    assert stored["attributes"] == {"size": "large"}
    assert stored["span"]["kind"] == ("client" if unusual is _large_kind else "server")


def test_an_attribute_named_like_a_count_of_dropped_ones_is_exported_whatever_it_is(doors: Doors):
    trace_id = os.urandom(16)
    values = {"otel.dropped_attributes_count": 2**40, "otel.dropped_links_count": -3, "otel.dropped_events_count": 4}
    body = request_of(span_of(trace_id=trace_id, given=values)).SerializeToString()
    assert doors.server.post(body) == 200

    outcome = doors.over_http(Example(f"/api/v1/archive?as=otlp&q=trace_id:{trace_id.hex()}", method="GET"))

    assert outcome.status == 200, outcome.body
    request = ExportTraceServiceRequest.FromString(outcome.body[4:])
    (span,) = request.resource_spans[0].scope_spans[0].spans
    assert {attribute.key: attribute.value.int_value for attribute in span.attributes} == {
        "otel.dropped_attributes_count": 2**40,
        "otel.dropped_links_count": -3,
    }
    assert span.dropped_events_count == 4
