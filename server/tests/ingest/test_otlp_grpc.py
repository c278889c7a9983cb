"""OTLP/gRPC as its specification has it, from a real client over a real socket."""

from __future__ import annotations

import os
from collections.abc import Iterator

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from spanorigin_server.ingest.batch import Batch, Draining
from spanorigin_server.ingest.inflow import QueueFull
from spanorigin_server.ingest.otlp_grpc import CALLS_OF_A_CONNECTION, METHOD
from spanorigin_server.records import StoreFailed
from spanorigin_tests.otlp import request_of, span_of

from .conftest import BODY_LIMIT_BYTES, FUZZED, Server
from .test_otlp_http import rich_request

IDENTITY, DEFLATE, GZIP = grpc.Compression.NoCompression, grpc.Compression.Deflate, grpc.Compression.Gzip


@pytest.fixture
def channel(server: Server) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        yield channel


def sent(channel: grpc.Channel, body: bytes, compression: grpc.Compression = IDENTITY) -> bytes:
    """The answer to a body sent as it is, whatever it is."""
    return channel.unary_unary(METHOD)(body, timeout=60, compression=compression)


def refusal_of(channel: grpc.Channel, body: bytes, compression: grpc.Compression = IDENTITY) -> tuple[object, Status]:
    """The code of a failed call, and the google.rpc.Status that came with it."""
    with pytest.raises(grpc.RpcError) as failed:
        sent(channel, body, compression)
    details = dict(failed.value.trailing_metadata())["grpc-status-details-bin"]
    status = Status.FromString(details)
    assert failed.value.code().value[0] == status.code
    assert failed.value.details() == status.message
    return failed.value.code(), status


@pytest.mark.parametrize("compression", [IDENTITY, DEFLATE, GZIP])
def test_spans_are_stored_before_the_answer(server: Server, channel: grpc.Channel, compression):
    trace_id = os.urandom(16)

    answer = sent(channel, rich_request(trace_id).SerializeToString(), compression)

    assert answer == b""
    assert server.row(trace_id, "name, kind") == {"name": "rich", "kind": "server"}


def test_the_same_request_is_stored_alike_over_grpc_and_http(server: Server, channel: grpc.Channel):
    request = rich_request(os.urandom(16))

    TraceServiceStub(channel).Export(request)
    (over_grpc,) = server.rows(request.resource_spans[0].scope_spans[0].spans[0].trace_id, "* EXCEPT received_ts")
    request.resource_spans[0].scope_spans[0].spans[0].trace_id = other = os.urandom(16)
    server.send(request)

    (over_http,) = server.rows(other, "* EXCEPT received_ts")
    assert {**over_grpc, "trace_id": ""} == {**over_http, "trace_id": ""}


def test_the_sdks_own_exporter_is_understood(server: Server):
    exporter = OTLPSpanExporter(f"http://127.0.0.1:{server.grpc_port}", insecure=True, compression=GZIP)
    provider = TracerProvider(resource=Resource.create({"service.name": "over grpc"}))
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    with provider.get_tracer("test").start_as_current_span("work") as span:
        trace_id = span.get_span_context().trace_id.to_bytes(16, "big")
    provider.shutdown()

    assert server.row(trace_id, "service, name") == {"service": "over grpc", "name": "work"}


def test_spans_with_invalid_ids_are_counted_in_a_partial_success(server: Server, channel: grpc.Channel):
    sound = span_of()

    answer = sent(channel, request_of(sound, span_of(trace_id=b"short")).SerializeToString())

    partial = ExportTraceServiceResponse.FromString(answer).partial_success
    assert partial.rejected_spans == 1
    assert "span-ids-invalid" in partial.error_message
    assert server.count(sound.trace_id) == 1


@pytest.mark.parametrize("compression", [IDENTITY, GZIP])
def test_what_is_no_request_is_refused_for_good(channel: grpc.Channel, compression):
    code, status = refusal_of(channel, b"\xff\xff\xff", compression)

    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert "request-not-otlp" in status.message
    assert not status.details


@pytest.mark.parametrize(
    "body", [b"\x1f\x8b no gzip at all", b"\x78\x9c neither deflate"], ids=["like gzip", "like deflate"]
)
def test_what_only_looks_compressed_is_refused(channel: grpc.Channel, body: bytes):
    code, _ = refusal_of(channel, body)

    assert code is grpc.StatusCode.INVALID_ARGUMENT


def test_a_small_message_that_would_become_huge_is_refused_for_good(channel: grpc.Channel):
    code, status = refusal_of(channel, bytes(40 * BODY_LIMIT_BYTES), GZIP)

    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert "request-too-large" in status.message
    assert not status.details


def test_a_message_beyond_the_limit_is_refused_by_grpc(channel: grpc.Channel):
    with pytest.raises(grpc.RpcError) as failed:
        sent(channel, bytes(BODY_LIMIT_BYTES + 1))

    # Without a RetryInfo, which the specification takes as: do not send it again.
    assert failed.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "grpc-status-details-bin" not in dict(failed.value.trailing_metadata())


@pytest.mark.parametrize(
    ("failure", "code", "slug"),
    [
        (QueueFull(), grpc.StatusCode.RESOURCE_EXHAUSTED, "queue-full"),
        (Draining(), grpc.StatusCode.UNAVAILABLE, "server-stopping"),
        (StoreFailed("The disk is full.", slug="store-failed"), grpc.StatusCode.UNAVAILABLE, "store-failed"),
    ],
    ids=["queue full", "stopping", "store failed"],
)
def test_what_may_be_sent_again_says_when(channel: grpc.Channel, monkeypatch, failure, code, slug):
    async def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(Batch, "commit", fail)

    given, status = refusal_of(channel, request_of(span_of()).SerializeToString())

    retry_info = RetryInfo()
    assert given is code
    assert slug in status.message
    assert status.details[0].Unpack(retry_info)
    assert retry_info.retry_delay.seconds == 1


def test_more_calls_than_a_connection_may_have_open_wait_and_are_all_stored(server: Server, channel: grpc.Channel):
    spans = [span_of() for _ in range(2 * CALLS_OF_A_CONNECTION)]

    export = channel.unary_unary(METHOD)
    calls = [export.future(request_of(span).SerializeToString(), timeout=60) for span in spans]

    assert {(call.code(), call.details()) for call in calls} == {(grpc.StatusCode.OK, "")}
    assert all(server.count(span.trace_id) == 1 for span in spans[:: len(spans) // 4])


def test_other_methods_are_unimplemented(channel: grpc.Channel):
    with pytest.raises(grpc.RpcError) as failed:
        channel.unary_unary("/opentelemetry.proto.collector.logs.v1.LogsService/Export")(b"", timeout=10)

    assert failed.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_an_empty_request_is_accepted(channel: grpc.Channel):
    assert sent(channel, b"") == b""


@FUZZED
@given(body=st.binary(max_size=300), compression=st.sampled_from([IDENTITY, DEFLATE, GZIP]))
def test_random_bytes_are_refused_or_hold_no_spans(channel: grpc.Channel, body: bytes, compression):
    call = channel.unary_unary(METHOD).future(body, timeout=60, compression=compression)

    assert call.code() in {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT}, call.details()
