"""The routes that tell of the server itself: is it up, what does it hold, and what can be asked of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import answering, json_answer
from spanorigin_server.store.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from spanorigin_server.ingest.batch import Batch
    from spanorigin_server.ingest.datadog import Datadog
    from spanorigin_server.ingest.otlp import Otlp
    from spanorigin_server.ingest.otlp_grpc import OtlpGrpc
    from spanorigin_server.records import Doors
    from spanorigin_server.room import Room
    from spanorigin_server.source.repositories import Repositories
    from spanorigin_server.store.home import Home
    from spanorigin_server.workers import Workers


@dataclass(slots=True)
class Health:
    engine: Home
    batch: Batch
    doors: Doors
    otlp: Otlp
    otlp_grpc: OtlpGrpc
    datadog: Datadog
    repositories: Repositories
    workers: Workers
    room: Room
    started_at: float = field(default_factory=time.monotonic)

    def routes(self) -> list[Route]:
        return [
            Route("/api/v1/health", answering(self._health), methods=["GET"]),
            Route("/api/v1/openapi.json", _openapi, methods=["GET"]),
        ]

    async def _health(self, _request: Request) -> Response:
        held = await self.workers.run(lambda: self.engine.query(statement("commands/count_spans", self.engine.target)))
        return json_answer(self.report(held["spans"][0]))

    def report(self, spans: int) -> dict[str, Any]:
        """What the contract calls Health; `spans` is how many there are."""
        committed = self.batch.committed
        last_ns = committed.last_at_ns
        return {
            "status": "draining" if self.batch.is_draining else "full" if self.room.is_short else "ok",
            **({"reason": self.room.told()} if self.room.is_short else {}),
            "version": installed_version(),
            "uptime_ns": int((time.monotonic() - self.started_at) * 1e9),
            "spans": spans,
            "last_span_received_ns": None if last_ns is None else str(last_ns),
            "spans_per_second": committed.spans_per_second(),
            "listeners": list(self.listeners()),
            "repositories": self.repositories.listed(),
        }

    @staticmethod
    def version() -> str:
        return installed_version()

    def listeners(self) -> Iterator[dict[str, Any]]:
        yield {"port": self.doors.port, "protocol": "OTLP/HTTP", "requests": self.otlp.requests}
        if self.doors.grpc:
            yield {"port": self.doors.grpc[0][1], "protocol": "OTLP/gRPC", "requests": self.otlp_grpc.requests}
        if self.doors.datadog_port:
            yield {"port": self.doors.datadog_port, "protocol": "Datadog", "requests": self.datadog.requests}


def installed_version() -> str:
    try:
        return version("spanorigin-server")
    except PackageNotFoundError:
        return "unknown"


async def _openapi(_request: Request) -> Response:
    text = (files("spanorigin_server") / "openapi.json").read_text(encoding="utf-8")
    return Response(text, media_type="application/json", headers={"cache-control": "no-cache"})
