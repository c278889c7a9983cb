"""Answers to OTLP/HTTP requests, in protobuf or JSON as the request was.

Called by `otlp`. A failure is a google.rpc.Status. Source: the OTLP specification, "OTLP/HTTP Response".
"""

from __future__ import annotations

from enum import Enum
from typing import Final

import msgspec
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from starlette.responses import Response

from spanorigin_server.store.wire import length_delimited, varint_field

# google.rpc.Code, by the HTTP status that goes with each here.
_CODES: Final = {400: 3, 403: 7, 405: 12, 413: 3, 415: 3, 429: 8, 500: 13, 503: 14}


class Encoding(Enum):
    PROTOBUF = "application/x-protobuf"
    JSON = "application/json"


def accepted(encoding: Encoding, rejected: int) -> Response:
    """All spans are stored, or all but `rejected`."""
    message = (
        f"{rejected} span{' was' if rejected == 1 else 's were'} refused: a trace id has to be 16 bytes, a span id 8, "
        "and neither all zeros. The others are stored. [span-ids-invalid]"
    )
    if encoding is Encoding.JSON:
        # A 64-bit integer is a string in protobuf's JSON.
        partial = {"partialSuccess": {"rejectedSpans": str(rejected), "errorMessage": message}} if rejected else {}
        return _answer(encoding, 200, msgspec.json.encode(partial))
    response = ExportTraceServiceResponse()
    if rejected:
        response.partial_success.rejected_spans = rejected
        response.partial_success.error_message = message
    return _answer(encoding, 200, response.SerializeToString())


def failed(encoding: Encoding, status: int, slug: str, message: str, retry_after_s: int | None = None) -> Response:
    """Nothing of the request is stored. `retry_after_s` where the same request may be sent again."""
    code, text = _CODES[status], f"{message} [{slug}]"
    if encoding is Encoding.JSON:
        body = msgspec.json.encode({"code": code, "message": text})
    else:
        body = varint_field(1, code) + length_delimited(2, text.encode())
    response = _answer(encoding, status, body)
    if retry_after_s is not None:
        response.headers["retry-after"] = str(retry_after_s)
    return response


def _answer(encoding: Encoding, status: int, body: bytes) -> Response:
    return Response(body, status, media_type=encoding.value)
