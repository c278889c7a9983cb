"""What Datadog's tracers find at the port of their agent: the routes that take traces, and what they ask first.

Mounted by `app` on a port of its own. Traces come as msgpack (or JSON) in four versions; `datadog_payload` reads them,
`datadog_spans` makes OTLP of them, and from there on they take the way of all spans. What an agent does besides (stats,
profiles, remote configuration) is not there: /info does not list it, so that tracers leave it alone. What they send
unasked, or warn of the absence of, is taken and not kept. Source: the Datadog agent's pkg/trace/api; decision 0161.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.ingest.answer import CODES
from spanorigin_server.ingest.body import read_body
from spanorigin_server.ingest.datadog_payload import READERS, Sender
from spanorigin_server.ingest.datadog_spans import scopes_of_chunks
from spanorigin_server.ingest.intake import FAILURES, Failure

if TYPE_CHECKING:
    from starlette.requests import Request

    from spanorigin_server.ingest.inflow import Held
    from spanorigin_server.ingest.intake import Intake
    from spanorigin_server.store.writer import ScopeSpans

# What an agent that keeps every trace answers: a share of 1 for every service, those it has not met included.
_KEEP_ALL: Final = msgspec.json.encode({"rate_by_service": {"service:,env:": 1.0}})
# Reading msgpack holds the event loop for about 40 ms a megabyte.
_INLINE_BYTES = 64 * 1024
# Told as an agent of the generation that knows the four versions, and nothing of what came after.
_AGENT_VERSION = "7.65.0"
# Taken and not kept: what tracers tell Datadog of themselves; snapshots, whose absence ddtrace warns of at every start;
# and statistics that a tracer has worked out over spans it sends as well.
_DEBUGGER = "/debugger/v2/input"
_NOT_KEPT: Final = ("/telemetry/proxy/{rest:path}", _DEBUGGER, "/debugger/v1/{rest:path}", "/v0.6/stats")

_INFO: Final = msgspec.json.encode(
    {
        "version": _AGENT_VERSION,
        "git_commit": "spanorigin",
        "endpoints": [*READERS, _DEBUGGER],
        "client_drop_p0s": False,
        "span_meta_structs": True,
        "long_running_spans": False,
        "span_events": True,
        "feature_flags": [],
        "config": {"default_env": "none", "target_tps": 10, "max_eps": 200, "receiver_port": 8126},
    }
)


@dataclass(slots=True)
class Datadog:
    """The endpoints and what they count."""

    intake: Intake
    requests: int = 0

    def routes(self) -> list[Route]:
        return [
            *(Route(path, self._taking(path), methods=["POST", "PUT"]) for path in READERS),
            Route("/info", _info, methods=["GET"]),
            *(Route(path, _nothing_kept, methods=["POST", "PUT"]) for path in _NOT_KEPT),
        ]

    def _taking(self, path: str) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            self.requests += 1
            try:
                await self._store(path, request)
            except FAILURES as error:
                return _failed(self.intake.failure_of(error, "a trace payload of Datadog's"))
            if path == "/v0.3/traces":
                return Response("OK\n", media_type="text/plain")
            return Response(_KEEP_ALL, media_type="application/json")

        return answer

    async def _store(self, path: str, request: Request) -> None:
        with self.intake.inflow.held() as held:
            await self.intake.store(await self._scopes(path, request, held))

    async def _scopes(self, path: str, request: Request, held: Held) -> list[ScopeSpans]:
        """The payload's scopes. By itself, so that the payload they were made of is gone while they wait."""
        body = await read_body(request, self.intake.body_limit_bytes, held)
        is_json = "json" in request.headers.get("content-type", "")
        sender = Sender.of(request.headers)

        def scopes() -> list[ScopeSpans]:
            return scopes_of_chunks(READERS[path](body, is_json=is_json), sender)

        return await asyncio.to_thread(scopes) if len(body) > _INLINE_BYTES else scopes()


async def _info(_request: Request) -> Response:
    return Response(_INFO, media_type="application/json")


async def _nothing_kept(request: Request) -> Response:
    """Read to its end, so that the connection can be used again. Nothing leaves this machine."""
    async for _ in request.stream():
        pass
    return Response(b"{}", status_code=202, media_type="application/json")


def _failed(failure: Failure) -> Response:
    assert failure.status in CODES
    response = Response(f"{failure.text}\n", failure.status, media_type="text/plain")
    if failure.retry_after_s is not None:
        response.headers["retry-after"] = str(failure.retry_after_s)
    if failure.status in (413, 415, 429):
        # What was not read of the body must not be taken for the next request.
        response.headers["connection"] = "close"
    return response
