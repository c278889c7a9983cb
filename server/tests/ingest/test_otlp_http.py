"""OTLP/HTTP as its specification has it: encodings, what is answered, and what is refused how."""

from __future__ import annotations

import gzip
import json
import os
import time
import zlib

import pytest
from backports import zstd
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from spanorigin_server.ingest.inflow import Inflow, QueueFull
from spanorigin_tests.otlp import JSON, PROTOBUF, otlp_json, request_of, span_of

from .conftest import BODY_LIMIT_BYTES, Server

# Asks for a window of 128 MB, sixteen times what RFC 9659 lets a body over HTTP ask for.
_long = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
LONG_WINDOW = _long.compress(b"") + _long.flush(zstd.ZstdCompressor.FLUSH_BLOCK) + _long.flush()

RICH = {
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


def rich_request(trace_id: bytes) -> ExportTraceServiceRequest:
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


def test_a_request_in_json_is_stored_exactly_like_the_same_in_protobuf(server: Server):
    ids = [os.urandom(16) for _ in range(3)]
    first = rich_request(ids[0])
    second, third = ExportTraceServiceRequest(), ExportTraceServiceRequest()
    for request, trace_id in ((second, ids[1]), (third, ids[2])):
        request.CopyFrom(first)
        request.resource_spans[0].scope_spans[0].spans[0].trace_id = trace_id

    server.send(first)
    as_strings = server.post(otlp_json(second), JSON)
    as_numbers = server.post(otlp_json(third, numbers_as_strings=False), JSON)

    assert (as_strings.status_code, as_strings.json()) == (200, {})
    assert as_numbers.status_code == 200
    rows = [server.row(trace_id, "* EXCEPT (trace_id, received_ts)") for trace_id in ids]
    assert rows[0] == rows[1] == rows[2]
    assert json.loads(rows[0]["attrs_json"]["list"]) == ["a", 1, True, 0.5, ["b"], {"k": "Yw=="}]
    assert json.loads(rows[0]["resource"]["record"]) == {"a": {"b": [1, 2]}}


def test_json_takes_enum_names_ids_in_any_case_nulls_and_fields_it_does_not_know(server: Server):
    trace_id = os.urandom(16)
    span = {
        "traceId": trace_id.hex().upper(),
        "spanId": "00F067aa0BA902B7",
        "parentSpanId": None,
        "kind": "SPAN_KIND_CLIENT",
        "status": {"code": "STATUS_CODE_ERROR"},
        "startTimeUnixNano": str(time.time_ns()),
        "endTimeUnixNano": "0",
        "invented": {"later": 1},
        "attributes": None,
    }
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}], "alsoInvented": 2}]}

    answer = server.post(json.dumps(body).encode(), JSON)

    row = server.row(trace_id)
    assert answer.json() == {}
    assert (row["kind"], row["status"], row["service"]) == ("client", "error", "unknown_service")


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("zstd", zstd.compress),
        ("identity", bytes),
        ("GZIP", gzip.compress),
    ],
)
def test_compressed_requests_are_stored(server: Server, encoding: str, compress):
    span = span_of()

    answer = server.post(compress(request_of(span).SerializeToString()), PROTOBUF | {"content-encoding": encoding})

    assert answer.status_code == 200
    assert server.count(span.trace_id) == 1


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_a_body_of_several_compressed_members_is_one_body(server: Server, encoding: str, compress):
    span = span_of()
    body = request_of(span).SerializeToString()

    answer = server.post(compress(body[:20]) + compress(body[20:]), PROTOBUF | {"content-encoding": encoding})

    assert answer.status_code == 200
    assert server.count(span.trace_id) == 1


def test_success_is_an_empty_response_in_the_encoding_of_the_request(server: Server):
    in_protobuf = server.post(request_of(span_of()).SerializeToString())
    in_json = server.post(otlp_json(request_of(span_of())), JSON)

    assert (in_protobuf.headers["content-type"], in_protobuf.content) == ("application/x-protobuf", b"")
    assert (in_json.headers["content-type"], in_json.content) == ("application/json", b"{}")


@pytest.mark.parametrize(
    ("trace_id", "span_id"),
    [(b"", b"12345678"), (b"\0" * 16, b"1" * 8), (b"1" * 16, b"\0" * 8), (b"1" * 17, b"12345678")],
)
def test_spans_with_invalid_ids_are_refused_and_counted_and_the_others_stored(server: Server, trace_id, span_id):
    sound = span_of()
    request = request_of(sound, span_of(trace_id=trace_id, span_id=span_id), span_of(trace_id=b"x", span_id=b""))

    in_protobuf = server.post(request.SerializeToString())
    in_json = server.post(otlp_json(request), JSON)

    partial = ExportTraceServiceResponse.FromString(in_protobuf.content).partial_success
    assert partial.rejected_spans == 2
    assert "16 bytes" in partial.error_message
    assert in_json.json()["partialSuccess"]["rejectedSpans"] == "2"
    assert server.count(sound.trace_id) == 2


def test_an_id_that_is_not_hex_costs_its_span_only(server: Server):
    sound = span_of()
    body = json.loads(otlp_json(request_of(sound)))
    spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans.append(spans[0] | {"traceId": "not hex at all"})

    answer = server.post(json.dumps(body).encode(), JSON)

    assert answer.json()["partialSuccess"]["rejectedSpans"] == "1"
    assert server.count(sound.trace_id) == 1


def test_a_parent_id_or_link_that_is_none_is_left_out_and_the_span_kept(server: Server):
    span = span_of(parent_span_id=b"abc")
    span.links.add(trace_id=b"short", span_id=os.urandom(8))
    span.links.add(trace_id=b"t" * 16, span_id=b"s" * 8)

    server.send(request_of(span))

    row = server.row(span.trace_id, "hex(parent_span_id) AS parent, arrayMap(x -> hex(x), links_span_id) AS links")
    assert row == {"parent": "0" * 16, "links": [(b"s" * 8).hex().upper()]}


@pytest.mark.parametrize(
    ("body", "headers", "status", "slug"),
    [
        (b"\xff\xff\xff", PROTOBUF, 400, "request-not-otlp"),
        (b"{", JSON, 400, "request-not-otlp"),
        (b'{"resourceSpans": 3}', JSON, 400, "request-not-otlp"),
        (
            b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"kind": "SPAN_KIND_ODD"}]}]}]}',
            JSON,
            400,
            "request-not-otlp",
        ),
        (
            b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": "soon"}]}]}]}',
            JSON,
            400,
            "request-not-otlp",
        ),
        (b"not gzip", PROTOBUF | {"content-encoding": "gzip"}, 400, "request-not-otlp"),
        (gzip.compress(b"x" * 5000, mtime=0)[:-9], PROTOBUF | {"content-encoding": "gzip"}, 400, "request-not-otlp"),
        (b"not zstd", PROTOBUF | {"content-encoding": "zstd"}, 400, "request-not-otlp"),
        (zstd.compress(b"x" * 5000)[:-3], PROTOBUF | {"content-encoding": "zstd"}, 400, "request-not-otlp"),
        (zstd.compress(bytes(200_000_000)), PROTOBUF | {"content-encoding": "zstd"}, 413, "request-too-large"),
        (LONG_WINDOW, PROTOBUF | {"content-encoding": "zstd"}, 400, "request-not-otlp"),
        (zstd.compress(b"") * 600, PROTOBUF | {"content-encoding": "zstd"}, 400, "request-not-otlp"),
        (b"", {"content-type": "text/plain"}, 415, "content-type-unknown"),
        (b"", {}, 415, "content-type-unknown"),
        (b"", PROTOBUF | {"content-encoding": "br"}, 415, "content-encoding-unknown"),
        (b"x" * (BODY_LIMIT_BYTES + 1), PROTOBUF, 413, "request-too-large"),
        (gzip.compress(bytes(200_000_000), 9), PROTOBUF | {"content-encoding": "gzip"}, 413, "request-too-large"),
        (zlib.compress(bytes(BODY_LIMIT_BYTES + 1)), JSON | {"content-encoding": "deflate"}, 413, "request-too-large"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason_in_the_encoding_of_the_request(
    server, body, headers, status, slug
):
    answer = server.post(body, headers)

    assert answer.status_code == status
    message = answer.json()["message"] if headers != PROTOBUF and "x-protobuf" not in str(headers) else answer.text
    assert slug in message
    assert "retry-after" not in answer.headers


def test_the_reason_in_protobuf_is_a_status_message(server: Server):
    answer = server.post(b"\xff")

    # google.rpc.Status: field 1 the code (3, INVALID_ARGUMENT), field 2 the message.
    assert answer.headers["content-type"] == "application/x-protobuf"
    assert answer.content[:2] == b"\x08\x03"
    assert answer.content[2] == 0x12


def test_when_other_requests_take_up_the_memory_a_sender_is_told_when_to_come_back(server: Server, monkeypatch):
    monkeypatch.setattr(Inflow, "take", inflow_of_others)
    answer = server.post(request_of(span_of()).SerializeToString())

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    # google.rpc.Status: its code is RESOURCE_EXHAUSTED, and RetryInfo is among its details.
    assert answer.content[:2] == b"\x08\x08"
    assert b"google.rpc.RetryInfo" in answer.content


def inflow_of_others(*_args: object, **_keywords: object) -> None:
    raise QueueFull


def test_a_request_without_spans_is_accepted(server: Server):
    assert server.post(b"").status_code == 200
    assert server.post(b"{}", JSON).json() == {}


def test_text_that_is_not_utf8_is_kept_as_far_as_it_can_be_shown(server: Server):
    span = span_of("???")
    body = request_of(span).SerializeToString().replace(b"???", b"a\xff\xfe")

    answer = server.post(body)

    assert answer.status_code == 200
    assert server.row(span.trace_id, "name")["name"].startswith("a\ufffd")


@pytest.mark.parametrize(
    ("start_ns", "end_ns", "duration_ns"),
    [(0, 0, 0), (1, 2**64 - 1, 0), (2**64 - 1, 5, 0), (2**63, 2**63 + 7, 7), (10, 17, 7)],
)
def test_times_that_cannot_be_true_become_the_time_of_receipt_and_are_kept_aside(server, start_ns, end_ns, duration_ns):
    before_ns = time.time_ns()
    span = span_of(start_time_unix_nano=start_ns, end_time_unix_nano=end_ns)
    span.events.add(name="e", time_unix_nano=start_ns)

    server.send(request_of(span))

    row = server.row(
        span.trace_id,
        "toUnixTimestamp64Nano(spans.ts) AS start_ns, duration_ns, attrs_str, "
        "toUnixTimestamp64Nano(events_ts[1]) AS event_ns",
    )
    assert before_ns <= row["start_ns"] == row["event_ns"] <= time.time_ns()
    assert row["duration_ns"] == duration_ns
    assert row["attrs_str"]["spanorigin.reported.start_ns"] == str(start_ns)
    assert row["attrs_str"]["spanorigin.reported.end_ns"] == str(end_ns)


def test_an_end_before_its_start_costs_the_duration_only(server: Server):
    span = span_of()
    span.end_time_unix_nano = span.start_time_unix_nano - 5

    server.send(request_of(span))

    row = server.row(span.trace_id, "toUnixTimestamp64Nano(spans.ts) AS start_ns, duration_ns, attrs_str")
    assert (row["start_ns"], row["duration_ns"]) == (span.start_time_unix_nano, 0)
    assert row["attrs_str"]["spanorigin.reported.end_ns"] == str(span.end_time_unix_nano)


def test_a_request_whose_spans_lie_on_hundreds_of_days_is_stored(server: Server):
    trace_id, now_ns = os.urandom(16), time.time_ns()
    days = [now_ns - day * 86_400 * 10**9 for day in range(250)]

    server.send(
        request_of(*(span_of(trace_id=trace_id, start_time_unix_nano=day, end_time_unix_nano=day + 1) for day in days))
    )

    assert server.count(trace_id) == 250


def test_pages_of_this_machine_may_send_and_read_the_answer(server: Server):
    asking = {
        "origin": "http://localhost:3000",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }

    preflight = server.client.options("/v1/traces", headers=asking)
    answer = server.post(b"{}", JSON | {"origin": "http://127.0.0.1:8080"})

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert preflight.headers["access-control-allow-headers"] == "content-type"
    assert answer.headers["access-control-allow-origin"] == "http://127.0.0.1:8080"


def test_pages_from_elsewhere_may_neither_send_nor_read(server: Server):
    foreign = {"origin": "https://example.com"}

    preflight = server.client.options("/v1/traces", headers=foreign)
    answer = server.post(b"{}", JSON | foreign)

    assert "access-control-allow-origin" not in preflight.headers
    assert answer.status_code == 403
    assert answer.json()["code"] == 7, "PERMISSION_DENIED"
    assert answer.json()["message"].endswith("[origin-not-ours]")
