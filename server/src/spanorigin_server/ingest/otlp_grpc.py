"""Take spans over OTLP/gRPC: the Export call of OpenTelemetry's trace service, on a port of its own.

Started by `app` on the server's event loop. Requests come as bytes and stay bytes, as over HTTP: gRPC's own classes for
the messages are not used, so that Python decodes no span (decision 0160).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import grpc

from spanorigin_server.access.gate import Refusal
from spanorigin_server.access.scopes import Right
from spanorigin_server.ingest.answer import code_of, response_message, status_message
from spanorigin_server.ingest.body import plain
from spanorigin_server.ingest.intake import FAILURES, Failure
from spanorigin_server.ingest.request import scopes_of
from spanorigin_server.records import StartRefused

if TYPE_CHECKING:
    from spanorigin_server.access.gate import Gate
    from spanorigin_server.access.tls import Certificate
    from spanorigin_server.ingest.intake import Intake

METHOD: Final = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

# As many calls may be open on a connection; a client keeps the others back by itself. And as many in all: beyond that,
# gRPC refuses in words that exporters take for final, so it is far off.
CALLS_OF_A_CONNECTION: Final = 64
CALLS: Final = 2048
_STATUS_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}
_REFUSED_CODES: Final = {
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    503: grpc.StatusCode.UNAVAILABLE,
}
_DETAILS: Final = "grpc-status-details-bin"
_GZIP, _ZLIB = b"\x1f\x8b", b"\x78"


class OtlpGrpc(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc has no types
    """The endpoint and what it counts."""

    def __init__(self, intake: Intake, gate: Gate | None = None, certificate: Certificate | None = None) -> None:
        self._intake = intake
        self._gate = gate
        self._certificate = certificate
        self._server: Any = None
        self.requests = 0

    async def start(self, addresses: Sequence[tuple[str, int]]) -> None:
        """Listen on each address and port. Raises StartRefused when one cannot be had."""
        self._server = grpc.aio.server(
            handlers=[self],
            maximum_concurrent_rpcs=CALLS,
            options=[
                ("grpc.max_concurrent_streams", CALLS_OF_A_CONNECTION),
                # A client that has not heard of the limit yet, or of the end of a call, is not refused for it.
                ("grpc.http.overload_protection", 0),
                ("grpc.max_receive_message_length", self._intake.body_limit_bytes),
                # Left as it came: gRPC would inflate a small message to its whole size before it looks at that.
                ("grpc.per_message_decompression", 0),
                # Another server on this port would otherwise share its calls with us.
                ("grpc.so_reuseport", 0),
            ],
        )
        for host, port in addresses:
            address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            try:
                if self._certificate is None:
                    self._server.add_insecure_port(address)
                else:
                    self._server.add_secure_port(address, self._certificate.grpc_credentials())
            except RuntimeError as error:
                raise StartRefused(
                    f"OTLP/gRPC cannot listen on {address}: {error}. Give another port with --grpc-port, or 'off'.",
                    slug="address-unusable",
                ) from None
        await self._server.start()

    async def stop(self) -> None:
        """Take no new calls; those that wait for a commit are answered."""
        if self._server is not None:
            await self._server.stop(grace=30)

    def service(self, details: Any) -> Any:
        """gRPC asks for a call's handler; none makes it answer that there is no such method."""
        return grpc.unary_unary_rpc_method_handler(self._export) if details.method == METHOD else None

    async def _export(self, message: bytes, call: Any) -> bytes:
        self.requests += 1
        await self._let_in(call)
        try:
            return response_message(await self._stored(message))
        except FAILURES as error:
            await self._fail(call, self._intake.failure_of(error, "an OTLP trace request"))
            raise AssertionError("abort raises") from error

    async def _let_in(self, call: Any) -> None:
        """Ends the call of who may not send."""
        if self._gate is None or not self._gate.demands:
            return
        shown = dict(call.invocation_metadata() or ())
        who = self._gate.admitted(Right.INGEST, authorization=str(shown.get("authorization", "")))
        if isinstance(who, Refusal):
            await call.abort(_REFUSED_CODES[who.status], who.text)

    async def _stored(self, message: bytes) -> int:
        with self._intake.inflow.held() as held:
            held.add(len(message))
            body = await plain(message, _encoding(message), self._intake.body_limit_bytes, held)
            return await self._intake.store(scopes_of(body))

    async def _fail(self, call: Any, failure: Failure) -> None:
        details = ((_DETAILS, status_message(failure)),)
        await call.abort(_STATUS_CODES[code_of(failure)], failure.text, trailing_metadata=details)


def _encoding(message: bytes) -> str:
    """How a message is compressed, by its first bytes: gRPC does not say. No trace request begins like these two: its
    first byte is the tag of a field that OTLP does not have."""
    if message.startswith(_GZIP):
        return "gzip"
    return "deflate" if message.startswith(_ZLIB) else "identity"
