"""The whole server in this process, its routes called without a socket."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from spanorigin_server.app import application
from spanorigin_server.records import Doors
from spanorigin_server.settings import MEBIBYTE, Settings
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.store.engine import EmbeddedEngine
from spanorigin_tests.otlp import PROTOBUF, free_port, request_of, span_of
from starlette.testclient import TestClient

DOCUMENT = json.loads((files("spanorigin_server") / "openapi.json").read_text())


class Whole:
    """The application behind a client, and the engine under it."""

    def __init__(self, app: Any, client: TestClient, engine: EmbeddedEngine, folder: Path, grpc_port: int) -> None:
        self.app = app
        self.client = client
        self.engine = engine
        self.folder = folder
        self.grpc_port = grpc_port

    def ask(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        """The JSON of an answer that has this status and the contract's shape."""
        answer = self.client.request(method, path, **options)
        assert answer.status_code == status, answer.text
        response = DOCUMENT["paths"][path][method.lower()]["responses"][str(status)]
        if "$ref" in response:
            response = DOCUMENT["components"]["responses"]["Error"]
        schema = response["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(answer.json())
        return answer.json()

    def post(self, body: bytes) -> Any:
        return self.client.post("/v1/traces", content=body, headers=PROTOBUF)

    def send(self, service: str, spans: int = 1, trace_id: bytes | None = None, **fields: Any) -> bytes:
        """Send spans of one trace; its id."""
        trace_id = trace_id or os.urandom(16)
        request = request_of(
            *(span_of(trace_id=trace_id, **fields) for _ in range(spans)), resource={"service.name": service}
        )
        answer = self.post(request.SerializeToString())
        assert (answer.status_code, answer.content) == (200, b"")
        return trace_id

    def count(self, trace_id: bytes) -> int:
        """Spans of a trace that a reader is shown."""
        answer = self.client.get(f"/api/v1/traces/{trace_id.hex()}")
        return len(answer.json()["columns"]["span_id"]) if answer.status_code == 200 else 0


@contextmanager
def whole_server(folder: Path, **options: Any) -> Iterator[Whole]:
    settings = Settings("127.0.0.1", 4318, folder, 8 * MEBIBYTE, None, **options)
    engine = EmbeddedEngine(folder)
    doors = Doors(4318, [("127.0.0.1", free_port())])
    app = application(settings, engine, Repositories(), doors, web_folder=folder / "no-ui")
    with TestClient(app, base_url="http://localhost:4318", raise_server_exceptions=False) as client:
        yield Whole(app, client, engine, folder, doors.grpc[0][1])
