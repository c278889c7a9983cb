"""Say every refusal of POST /v1/traces in OTLP's words, whoever refused: the gate, the check of Host, the router.

Called by `app` around the whole application. OTLP wants a google.rpc.Status as the body of every answer that is no
success, in the encoding of the request; exporters show its message, and nothing of any other JSON.
Source: the OTLP specification, "OTLP/HTTP Response".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from spanorigin_server.ingest.answer import Encoding, failed
from spanorigin_server.ingest.intake import Failure
from spanorigin_server.ingest.otlp import PATH, TYPES

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What is ours to write anew.
_OF_THE_BODY = {b"content-type", b"content-length"}


async def in_otlps_words(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let `app` answer; where it refuses spans in the API's words, the same refusal is sent as a Status."""
    if scope["type"] != "http" or scope["path"] != PATH:
        await app(scope, receive, send)
        return
    begun: Message | None = None
    pieces: list[bytes] = []

    async def sending(message: Message) -> None:
        nonlocal begun
        if message["type"] == "http.response.start" and message["status"] >= 400:
            begun = message
        elif begun is None:
            await send(message)
        else:
            pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                await _send_refusal(begun, b"".join(pieces), scope, receive, send)

    await app(scope, receive, sending)


async def _send_refusal(begun: Message, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
    try:
        error: Any = msgspec.json.decode(body)["error"]
        slug, message = str(error["slug"]), str(error["message"])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        # A Status already.
        await send(begun)
        await send({"type": "http.response.body", "body": body})
        return
    headers = dict(begun["headers"])
    retry_after = headers.get(b"retry-after", b"").decode("latin-1")
    retry_after_s = int(retry_after) if retry_after.isdigit() else None
    asked = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
    encoding = TYPES.get(asked.partition(";")[0].strip().lower(), Encoding.JSON)
    response = failed(encoding, Failure(begun["status"], slug, message, retry_after_s))
    kept = [(name, value) for name, value in begun["headers"] if name not in _OF_THE_BODY | {b"retry-after"}]
    response.raw_headers.extend(kept)
    await response(scope, receive, send)
