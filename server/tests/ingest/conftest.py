"""The whole server in this process, its routes called without a socket, and a way to look into its store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanorigin_server.app import application
from spanorigin_server.records import Doors
from spanorigin_server.settings import MEBIBYTE, Settings
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.store.engine import EmbeddedEngine
from spanorigin_tests.otlp import PROTOBUF, free_port
from starlette.testclient import TestClient

# Whatever bytes come: a few dozen of each kind in a run of the tests, many in `make fuzz`.
FUZZED = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

BODY_LIMIT_BYTES = 2 * MEBIBYTE
# Only named, never listened on: these tests speak to the application without a socket.
DATADOG_PORT = 8126


class Server:
    """The application behind a client, and the engine under it."""

    def __init__(self, client: TestClient, engine: EmbeddedEngine, grpc_port: int) -> None:
        self.client = client
        self.engine = engine
        self.grpc_port = grpc_port

    def put_traces(self, path: str, body: bytes, **headers: str) -> Any:
        """Send a payload as a Datadog tracer does, to the port of the agent."""
        headers = {"content-type": "application/msgpack", **{key.replace("_", "-"): v for key, v in headers.items()}}
        return self.client.put(f"http://localhost:{DATADOG_PORT}{path}", content=body, headers=headers)

    def post(self, body: bytes, headers: dict[str, str] = PROTOBUF) -> Any:
        return self.client.post("/v1/traces", content=body, headers=headers)

    def send(self, *requests: ExportTraceServiceRequest) -> None:
        for request in requests:
            answer = self.post(request.SerializeToString())
            assert answer.status_code == 200, answer.content
            assert answer.content == b"", "some spans were refused"

    def rows(self, trace_id: bytes, columns: str = "*") -> list[dict[str, Any]]:
        """The stored rows of a trace, by start."""
        found = self.engine.query(
            f"SELECT {columns} FROM spanorigin.spans WHERE trace_id = unhex({{trace_id:String}}) ORDER BY spans.ts",
            {"trace_id": trace_id.hex()},
        )
        return [dict(zip(found, values, strict=True)) for values in zip(*found.values(), strict=True)]

    def row(self, trace_id: bytes, columns: str = "*") -> dict[str, Any]:
        (row,) = self.rows(trace_id, columns)
        return row

    def count(self, trace_id: bytes) -> int:
        return len(self.rows(trace_id, "span_id"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("spans")
    server_settings = Settings("127.0.0.1", 4318, folder, BODY_LIMIT_BYTES, None)
    engine = EmbeddedEngine(folder)
    doors = Doors(4318, [("127.0.0.1", free_port())], DATADOG_PORT)
    app = application(server_settings, engine, Repositories(), doors, web_folder=folder / "no-ui")
    with TestClient(app, base_url="http://localhost:4318", raise_server_exceptions=False) as client:
        yield Server(client, engine, doors.grpc[0][1])
