"""The whole server in this process, its routes called without a socket, and requests to send it."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from spanorigin_server.app import application
from spanorigin_server.records import Doors
from spanorigin_server.settings import MEBIBYTE, Settings
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.store.engine import EmbeddedEngine
from starlette.testclient import TestClient

DOCUMENT = json.loads((files("spanorigin_server") / "openapi.json").read_text())
PROTOBUF = {"content-type": "application/x-protobuf"}


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
        request = request_of({"service.name": service}, *(span_of(trace_id=trace_id, **fields) for _ in range(spans)))
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


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return int(holder.getsockname()[1])


def request_of(resource: dict[str, object], *spans: Span) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    resource_spans.resource.attributes.extend(attributes(resource))
    resource_spans.scope_spans.add().spans.extend(spans)
    return request


def span_of(name: str = "work", *, given: dict[str, object] | None = None, **fields: Any) -> Span:
    """A sound span that started just now, in a trace of its own unless told otherwise."""
    now_ns = time.time_ns()
    sound = {
        "trace_id": os.urandom(16),
        "span_id": os.urandom(8),
        "kind": Span.SPAN_KIND_SERVER,
        "start_time_unix_nano": now_ns,
        "end_time_unix_nano": now_ns + 1000,
    }
    return Span(name=name, attributes=attributes(given or {}), **(sound | fields))


def attributes(values: dict[str, object]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in values.items()]


def any_value(value: object) -> AnyValue:
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case list():
            held = AnyValue()
            held.array_value.SetInParent()
            held.array_value.values.extend(any_value(item) for item in value)
            return held
        case dict():
            held = AnyValue()
            held.kvlist_value.SetInParent()
            held.kvlist_value.values.extend(attributes(value))
            return held
        case _:
            return AnyValue(string_value=str(value))
