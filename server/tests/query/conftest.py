"""A real store with real OTLP spans in it, and the application that answers from it, for the tests of this folder."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanorigin_server.ingest.nested import rendered
from spanorigin_server.ingest.request import scopes_of
from spanorigin_server.store import tables
from spanorigin_server.store.commits import Commits
from spanorigin_server.store.engine import EmbeddedEngine
from spanorigin_server.store.home import Home
from spanorigin_server.store.opening import open_home
from spanorigin_server.store.reader import Reader
from spanorigin_server.store.statistics import Statistics
from spanorigin_server.store.writer import Body, Writer
from spanorigin_server.workers import Workers
from spanorigin_tests.clickhouse_front import CLUSTER, front
from spanorigin_tests.otlp import attributes as key_values
from spanorigin_tests.otlp import request_of, span_of

# 2026-03-01 12:00 UTC.
NOON_NS = 1_772_366_400_000_000_000
SECOND_NS = 10**9
KINDS = {"unspecified": 0, "internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}
STATUSES = {"unset": 0, "ok": 1, "error": 2}

_received = itertools.count(NOON_NS + 3600 * SECOND_NS)
_numbers = itertools.count(1)


class Store:
    """An engine, its reader, and a way to put spans in as an SDK would send them."""

    def __init__(self, engine: Home) -> None:
        self.engine = engine
        self.reader = Reader(engine)
        self.statistics = Statistics(engine)
        self.commits = Commits()
        self._writer = Writer(engine, commits=self.commits)
        # Where `put_many` gathers what `put` would store alone.
        self._gathered: ExportTraceServiceRequest | None = None

    def put(
        self,
        name: str = "work",
        *,
        service: str = "shop",
        attributes: dict[str, object] | None = None,
        resource: dict[str, object] | None = None,
        kind: str = "server",
        status: str = "unset",
        message: str = "",
        start_ns: int = NOON_NS,
        duration_ns: int = 1_000_000,
        trace_id: str | None = None,
        span_id: str | None = None,
        parent_id: str = "",
        events: list[tuple[str, int, dict[str, object]]] | None = None,
    ) -> str:
        """Store one span; its span id in hex."""
        span_id = span_id or f"{next(_numbers):016x}"
        span = span_of(
            name,
            given=attributes,
            trace_id=bytes.fromhex(trace_id or span_id * 2),
            span_id=bytes.fromhex(span_id),
            parent_span_id=bytes.fromhex(parent_id),
            kind=KINDS[kind],
            start_time_unix_nano=start_ns,
            end_time_unix_nano=start_ns + duration_ns,
        )
        span.status.code, span.status.message = STATUSES[status], message
        for event_name, time_ns, event_attributes in events or []:
            span.events.add(name=event_name, time_unix_nano=time_ns, attributes=key_values(event_attributes))
        request = request_of(span, resource={"service.name": service, **(resource or {})})
        scope = request.resource_spans[0].scope_spans[0].scope
        scope.name, scope.version = "tests", "1.0"
        self.write(request)
        return span_id

    def put_many(self, spans: list[dict[str, object]]) -> list[str]:
        """Store spans in one request, each as for `put`; their span ids in hex."""
        written, self._gathered = [], ExportTraceServiceRequest()
        try:
            written = [self.put(**span) for span in spans]
        finally:
            request, self._gathered = self._gathered, None
        self.write(request)
        return written

    def write(self, request: ExportTraceServiceRequest) -> None:
        """Store a request's spans the way ingest does."""
        if self._gathered is not None:
            self._gathered.MergeFrom(request)
            return
        scopes = scopes_of(request.SerializeToString())
        (outcome,) = self._writer.write([Body(next(_received), scopes)])
        if outcome.is_held:
            (outcome,) = self._writer.write([Body(next(_received), [rendered(scope) for scope in scopes])])
        assert not outcome.rejected
        assert not outcome.is_held


@pytest.fixture(scope="module", params=["embedded", "cluster"])
def store(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Store]:
    """The store in each of its homes: what is asked and what is answered are the same."""
    folder = tmp_path_factory.mktemp("store")
    with contextlib.ExitStack() as stack:
        if request.param == "embedded":
            home: Home = EmbeddedEngine(folder)
        else:
            served = stack.enter_context(front(folder))
            home = open_home(f"{served.address}?cluster={CLUSTER}", folder)
        stack.callback(home.close)
        tables.prepare(home)
        yield Store(home)


@pytest.fixture(scope="module")
def workers():
    workers = Workers()
    yield workers
    workers.close()


@pytest.fixture
def emptied(store: Store) -> Store:
    """The store without any span."""
    held, on_cluster = store.engine.target["held"], store.engine.target["on_cluster"]
    store.engine.execute(f"TRUNCATE TABLE spanorigin.{held} {on_cluster}")
    return store
