"""The routes that tell how the server is doing: /metrics for Prometheus, /api/v1/status for people and programs.

Mounted by `app`. What changes all the time is counted in `measured`; what merely is (queues, memory, the store's size)
is looked up when somebody asks.
"""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prometheus_client import ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import answering, check_parameters, json_answer
from spanorigin_server.store.statements import statement

from .measured import Measured, MeasuredRoute

if TYPE_CHECKING:
    from starlette.requests import Request

    from spanorigin_server.access.audit import Audit
    from spanorigin_server.health import Health
    from spanorigin_server.ingest.intake import Intake


@dataclass(frozen=True, slots=True)
class Size:
    """What the store takes up, and what is left on its disk."""

    parts: int
    spans: int
    stored_bytes: int
    free_bytes: int


class _State(Collector):
    """What merely is, for the registry."""

    def __init__(self, observation: Observation) -> None:
        self._observation = observation

    def describe(self) -> Iterable[Metric]:
        # Otherwise the registry would collect once to learn the names.
        return ()

    def collect(self) -> Iterator[Metric]:
        room = self._observation
        bodies, waiting_bytes = room.intake.batch.waiting
        yield GaugeMetricFamily("spanorigin_queue_bodies", "Request bodies that wait for their commit.", bodies)
        yield GaugeMetricFamily("spanorigin_queue_bytes", "Their size.", waiting_bytes)
        yield GaugeMetricFamily(
            "spanorigin_inflow_bytes",
            "What all requests being read or waiting take up.",
            room.intake.inflow.taken_bytes,
        )
        yield GaugeMetricFamily(
            "spanorigin_questions", "Questions being answered or waiting.", room.health.workers.asked
        )
        yield CounterMetricFamily("spanorigin_audit_failures", "Lines that the audit log lost.", room.audit.failures)
        doors = CounterMetricFamily("spanorigin_door_requests", "Requests with spans, by door.", labels=["door"])
        for listener in room.health.listeners():
            doors.add_metric([listener["protocol"]], listener["requests"])
        yield doors
        size = room.size
        if size is not None:
            yield GaugeMetricFamily("spanorigin_store_spans", "Spans in the store.", size.spans)
            yield GaugeMetricFamily("spanorigin_store_bytes", "The store's size on its disk.", size.stored_bytes)
            yield GaugeMetricFamily("spanorigin_store_parts", "Parts that the store is made of.", size.parts)
            yield GaugeMetricFamily("spanorigin_disk_free_bytes", "Room left on the store's disk.", size.free_bytes)
        built = GaugeMetricFamily("spanorigin_build_info", "The version that runs.", labels=["version"])
        built.add_metric([room.health.version()], 1)
        yield built


class Observation:
    """The routes, and what they look at."""

    def __init__(self, measured: Measured, health: Health, intake: Intake, audit: Audit, folder: Path) -> None:
        self.measured = measured
        self.health = health
        self.intake = intake
        self.audit = audit
        self.size: Size | None = None
        self._folder = folder
        measured.registry.register(_State(self))
        ProcessCollector(registry=measured.registry)

    def routes(self) -> list[Route]:
        return [
            Route("/metrics", answering(self._metrics), methods=["GET"]),
            Route("/api/v1/status", answering(self._status), methods=["GET"]),
        ]

    async def _metrics(self, _request: Request) -> Response:
        text = await self.health.workers.run(self._rendered)
        return Response(text, headers={"content-type": CONTENT_TYPE_LATEST, "cache-control": "no-store"})

    def _rendered(self) -> bytes:
        self.size = self._measured_size()
        return generate_latest(self.measured.registry)

    async def _status(self, request: Request) -> Response:
        check_parameters(request, ())
        size = await self.health.workers.run(self._measured_size)
        bodies, waiting_bytes = self.intake.batch.waiting
        return json_answer(
            {
                "health": self.health.report(size.spans),
                "stored_bytes": size.stored_bytes,
                "disk_free_bytes": size.free_bytes,
                "memory_bytes": resident_bytes(),
                "processor_ns": time.process_time_ns(),
                "waiting_bodies": bodies,
                "waiting_bytes": waiting_bytes,
                "commits": _spread(self.measured.recent_commits),
                "questions": _spread(self.measured.recent_questions),
                "refused": self._refused(),
            }
        )

    def _measured_size(self) -> Size:
        held = self.health.engine.query(statement("commands/store_size", self.health.engine.target))
        free = shutil.disk_usage(self._folder).free
        return Size(int(held["parts"][0]), int(held["rows"][0]), int(held["bytes"][0]), free)

    def _refused(self) -> list[dict[str, Any]]:
        """Refused requests since the start, by slug."""
        return [
            {"reason": sample.labels["reason"], "count": int(sample.value)}
            for metric in self.measured.refusals.collect()
            for sample in metric.samples
            if sample.name.endswith("_total")
        ]


def measured_routes(routes: Sequence[Route], measured: Measured) -> list[Route]:
    """The same routes, each with its time taken."""
    for route in routes:
        route.app = MeasuredRoute(route.app, route.path, measured)
    return list(routes)


def resident_bytes(read: Callable[[], str] = lambda: Path("/proc/self/statm").read_text()) -> int | None:
    """What the process holds in memory; None where the system does not say."""
    import resource

    try:
        return int(read().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return None


def _spread(seconds: deque[float]) -> dict[str, Any]:
    """How long the last ones took: their number, the middle one and the 95th of a hundred, in nanoseconds."""
    ordered = sorted(seconds.copy())  # a writer may add to it meanwhile
    if not ordered:
        return {"count": 0, "p50_ns": None, "p95_ns": None}

    def at(share: float) -> int:
        return int(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e9)

    return {"count": len(ordered), "p50_ns": at(0.5), "p95_ns": at(0.95)}
