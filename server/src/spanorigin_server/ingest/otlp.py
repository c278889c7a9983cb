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
from spanorigin_server.ingest.batch import Draining, QueueFull, RequestTooLarge
from spanorigin_server.ingest.body import ENCODINGS, BodyTooLarge, BodyUnreadable, EncodingUnknown, read_body
from spanorigin_server.ingest.otlp_json import protobuf_of
from spanorigin_server.ingest.request import RequestRefused, scopes_of
from spanorigin_server.records import StoreFailed

if TYPE_CHECKING:
    from starlette.requests import Request

    from spanorigin_server.ingest.batch import Batch

PATH: Final = "/v1/traces"
_TYPES: Final = {
    "application/x-protobuf": Encoding.PROTOBUF,
    "application/protobuf": Encoding.PROTOBUF,
    "application/json": Encoding.JSON,
}
_RETRY_AFTER_S = 1
# Reading JSON holds the event loop for about 20 ms a megabyte.
_INLINE_JSON_BYTES = 64 * 1024


@dataclass(slots=True)
class Otlp:
    """The endpoint and what it counts."""

    batch: Batch
    body_limit_bytes: int
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
        encoding = _TYPES.get(given_type)
        if encoding is None:
            message = f"The Content-Type is {given_type or 'missing'}. Send application/x-protobuf or application/json."
            return failed(Encoding.JSON, 415, "content-type-unknown", message)
        try:
            return await self._answer_body(encoding, request)
        except EncodingUnknown as given:
            message = f"The Content-Encoding is {given}. Send {', '.join(ENCODINGS)}, or none."
            return failed(encoding, 415, "content-encoding-unknown", message)
        except (BodyTooLarge, RequestTooLarge):
            limit = self.body_limit_bytes // (1024 * 1024)
            message = (
                f"The request is larger than what the server takes ({limit} MB after decompression, less for very many "
                "small spans). Send smaller batches, or raise SPANORIGIN_MAX_BODY_MB."
            )
            response = failed(encoding, 413, "request-too-large", message)
            # What was not read of the body must not be taken for the next request.
            response.headers["connection"] = "close"
            return response
        except (BodyUnreadable, RequestRefused) as error:
            message = f"The body is not an OTLP trace request: {error}. Nothing of it was stored."
            return failed(encoding, 400, "request-not-otlp", message)
        except QueueFull:
            message = "More spans are waiting to be stored than may wait. Send these again after a moment."
            return failed(encoding, 429, "queue-full", message, _RETRY_AFTER_S)
        except Draining:
            message = "The server is stopping. Send these again once it runs."
            return failed(encoding, 503, "server-stopping", message, _RETRY_AFTER_S)
        except StoreFailed as error:
            message = f"{error.message} Nothing of the request was stored; it will be tried again if sent again."
            return failed(encoding, 503, error.slug, message, _RETRY_AFTER_S)

    async def _answer_body(self, encoding: Encoding, request: Request) -> Response:
        body = await read_body(request, self.body_limit_bytes)
        if encoding is Encoding.JSON:
            body = protobuf_of(body) if len(body) < _INLINE_JSON_BYTES else await asyncio.to_thread(protobuf_of, body)
        scopes = scopes_of(body)
        # Nothing to store is stored: an exporter's test of the connection, say.
        rejected = (await self.batch.commit(scopes)).rejected if scopes else 0
        return accepted(encoding, rejected)


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
