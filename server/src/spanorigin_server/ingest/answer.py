"""Answers to OTLP requests: in protobuf or JSON as the request was, and in gRPC's words.

Called by `otlp` and `otlp_grpc`. A failure is a google.rpc.Status. Source: the OTLP specification, "OTLP/HTTP Response"
and "OTLP/gRPC Throttling".
"""

from __future__ import annotations

from enum import Enum
from typing import Final

import msgspec
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from starlette.responses import Response

from spanorigin_server.ingest.intake import REFUSED_IDS, Failure
from spanorigin_server.store.wire import length_delimited, varint_field

# google.rpc.Code, by the HTTP status that goes with each here.
CODES: Final = {400: 3, 401: 16, 403: 7, 405: 12, 413: 3, 415: 3, 429: 8, 500: 13, 503: 14}
_UNKNOWN: Final = 2
_RETRY_INFO = b"type.googleapis.com/google.rpc.RetryInfo"


class Encoding(Enum):
    PROTOBUF = "application/x-protobuf"
    JSON = "application/json"


def response_message(rejected: int) -> bytes:
    """An ExportTraceServiceResponse: all spans are stored, or all but `rejected`."""
    response = ExportTraceServiceResponse()
    if rejected:
        response.partial_success.rejected_spans = rejected
        response.partial_success.error_message = _refusal(rejected)
    encoded: bytes = response.SerializeToString()
    return encoded


def code_of(failure: Failure) -> int:
    """The google.rpc.Code of a failure."""
    return CODES.get(failure.status, _UNKNOWN) if failure.grpc_code is None else failure.grpc_code


def status_message(failure: Failure) -> bytes:
    """A google.rpc.Status, with a RetryInfo where the request may be sent again."""
    status = varint_field(1, code_of(failure)) + length_delimited(2, failure.text.encode())
    if failure.retry_after_s is None:
        return status
    retry_info = length_delimited(1, varint_field(1, failure.retry_after_s))
    return status + length_delimited(3, length_delimited(1, _RETRY_INFO) + length_delimited(2, retry_info))


def accepted(encoding: Encoding, rejected: int) -> Response:
    """All spans are stored, or all but `rejected`."""
    if encoding is Encoding.PROTOBUF:
        return _answer(encoding, 200, response_message(rejected))
    # A 64-bit integer is a string in protobuf's JSON.
    partial = {"rejectedSpans": str(rejected), "errorMessage": _refusal(rejected)}
    return _answer(encoding, 200, msgspec.json.encode({"partialSuccess": partial} if rejected else {}))


def failed(encoding: Encoding, failure: Failure) -> Response:
    """Nothing of the request is stored."""
    if encoding is Encoding.PROTOBUF:
        response = _answer(encoding, failure.status, status_message(failure))
    else:
        status = {"code": code_of(failure), "message": failure.text}
        response = _answer(encoding, failure.status, msgspec.json.encode(status))
    if failure.retry_after_s is not None:
        response.headers["retry-after"] = str(failure.retry_after_s)
    return response


def _refusal(rejected: int) -> str:
    return f"{rejected} span{' was' if rejected == 1 else 's were'} refused: {REFUSED_IDS}"


def _answer(encoding: Encoding, status: int, body: bytes) -> Response:
    return Response(body, status, media_type=encoding.value)
