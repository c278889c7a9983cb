"""The route that takes spans: POST /v1/traces, OTLP/HTTP in protobuf or JSON.

Mounted by `app`. A sender is answered once its spans are committed, so that an answer of 200 is a promise.
Source: the OTLP specification; decision 0034 has the statuses.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.access import is_loopback_origin
from spanorigin_server.ingest.answer import Encoding, accepted, failed
from spanorigin_server.ingest.body import read_body
from spanorigin_server.ingest.intake import FAILURES, Failure
from spanorigin_server.ingest.otlp_json import protobuf_of
from spanorigin_server.ingest.request import scopes_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from spanorigin_server.ingest.inflow import Held
    from spanorigin_server.ingest.intake import Intake
    from spanorigin_server.store.writer import ScopeSpans

PATH: Final = "/v1/traces"
TYPES: Final = {
    "application/x-protobuf": Encoding.PROTOBUF,
    "application/protobuf": Encoding.PROTOBUF,
    "application/json": Encoding.JSON,
}
# Answers that may come before the end of the body.
_UNREAD: Final = (413, 415, 429)
# Reading JSON holds the event loop for about 20 ms a megabyte.
_INLINE_JSON_BYTES = 64 * 1024


@dataclass(slots=True)
class Otlp:
    """The endpoint and what it counts."""

    intake: Intake
    requests: int = 0

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer, methods=["POST", "OPTIONS"])]

    async def answer(self, request: Request) -> Response:
        response = Response(status_code=204) if request.method == "OPTIONS" else await self._answer_post(request)
        _let_local_pages_read(request, response)
        return response

    async def _answer_post(self, request: Request) -> Response:
        self.requests += 1
        given_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        encoding = TYPES.get(given_type)
        if encoding is None:
            message = f"The Content-Type is {given_type or 'missing'}. Send application/x-protobuf or application/json."
            return failed(Encoding.JSON, Failure(415, "content-type-unknown", message))
        try:
            return accepted(encoding, await self._stored(encoding, request))
        except FAILURES as error:
            response = failed(encoding, self.intake.failure_of(error, "an OTLP trace request"))
            if response.status_code in _UNREAD:
                # What was not read of the body must not be taken for the next request.
                response.headers["connection"] = "close"
            return response

    async def _stored(self, encoding: Encoding, request: Request) -> int:
        with self.intake.inflow.held() as held:
            return await self.intake.store(await self._scopes(encoding, request, held))

    async def _scopes(self, encoding: Encoding, request: Request, held: Held) -> list[ScopeSpans]:
        """The request's scopes. By itself, so that the body they were cut from is gone while they wait."""
        body = await read_body(request, self.intake.body_limit_bytes, held)
        if encoding is Encoding.JSON:
            is_long = len(body) >= _INLINE_JSON_BYTES
            body = await asyncio.to_thread(protobuf_of, body) if is_long else protobuf_of(body)
        return scopes_of(body)


def _let_local_pages_read(request: Request, response: Response) -> None:
    """CORS: a page that this machine served may send spans from the browser; of others the answer is not readable."""
    origin = request.headers.get("origin", "")
    if not is_loopback_origin(origin):
        return
    response.headers["access-control-allow-origin"] = origin
    response.headers["vary"] = "origin"
    if request.method == "OPTIONS":
        response.headers["access-control-allow-methods"] = "POST"
        wanted = request.headers.get("access-control-request-headers", "")
        response.headers["access-control-allow-headers"] = wanted or "content-type, content-encoding"
        response.headers["access-control-max-age"] = "7200"
