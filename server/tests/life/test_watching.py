"""Readers who watch a real server over a socket see what it commits, and do not keep it from stopping."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanorigin_tests.processes import ServerProcess


def body(name: str, spans: int) -> bytes:
    request = ExportTraceServiceRequest()
    held = request.resource_spans.add().scope_spans.add().spans
    now_ns = time.time_ns()
    for number in range(1, spans + 1):
        span_id = number.to_bytes(8, "big")
        held.add(
            trace_id=span_id * 2, span_id=span_id, name=name, start_time_unix_nano=now_ns, end_time_unix_nano=now_ns
        )
    return request.SerializeToString()


def counted(stream: http.client.HTTPResponse, spans: int) -> list[str]:
    """Names of the spans that were shown until so many were counted."""
    names, matching, event = [], 0, ""
    while matching < spans:
        line = stream.readline().decode().rstrip("\n")
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        if line.startswith("data: ") and event == "spans":
            data = json.loads(line.removeprefix("data: "))
            matching += data["matching"]
            names += [span["name"] for span in data["spans"]]
    assert matching == spans
    return names


def test_a_reader_sees_what_is_committed_and_the_server_stops_while_it_watches(tmp_path: Path):
    with ServerProcess(tmp_path / "data") as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("GET", "/api/v1/live?q=name:wanted&per_second=5")
        stream = connection.getresponse()
        assert (stream.status, stream.getheader("content-type")) == (200, "text/event-stream; charset=utf-8")
        assert server.post(body("other", 3)) == 200
        assert server.post(body("wanted", 40)) == 200

        names = counted(stream, 40)
        code, _, errors = server.stop()

        assert set(names) == {"wanted"}
        assert (code, errors) == (0, "")
        assert b"event: failed" not in stream.read()
        connection.close()


def test_saved_views_and_exports_are_there_after_a_restart(tmp_path: Path):
    view = json.dumps({"name": "Mine", "address": "/explore?q=has:origin"}).encode()
    with ServerProcess(tmp_path / "data") as server:
        assert server.request("POST", "/api/v1/views", view)[0] == 201
        assert server.post(body("kept", 2)) == 200
        server.stop()

    with ServerProcess(tmp_path / "data") as server:
        assert [kept["name"] for kept in server.get("/api/v1/views")["views"]] == ["Mine"]
        status, text, _ = server.request("GET", "/api/v1/spans/export?as=csv&limit=10")
        assert (status, text.count(b"kept")) == (200, 4)
        # Another site's page may not save a view.
        refused = server.request("POST", "/api/v1/views", view, origin="https://evil.example")
        assert refused[0] == 403
