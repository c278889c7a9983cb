"""A server's life as a process: start, refusals, draining, being killed, coming back with everything."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import grpc
import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from spanorigin_server.ingest.otlp_grpc import METHOD
from spanorigin_server.listening import side_listening
from spanorigin_server.settings import SidePort
from spanorigin_tests.processes import COMMAND, ServerProcess, run


def request_of(trace_id: bytes, spans: int = 1) -> bytes:
    request = ExportTraceServiceRequest()
    scope_spans = request.resource_spans.add().scope_spans.add()
    for _ in range(spans):
        span = scope_spans.spans.add(trace_id=trace_id, span_id=os.urandom(8), name="work")
        span.start_time_unix_nano = time.time_ns()
        span.end_time_unix_nano = span.start_time_unix_nano + 5
    return request.SerializeToString()


def trace_length(server: ServerProcess, trace_id: bytes) -> int:
    status, body, _ = server.request("GET", f"/api/v1/traces/{trace_id.hex()}")
    return len(json.loads(body)["columns"]["span_id"]) if status == 200 else 0


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with ServerProcess(tmp_path_factory.mktemp("running")) as server:
        yield server


def test_the_real_exporter_is_understood_and_health_tells(running):
    before = running.get("/api/v1/health")
    provider = TracerProvider(resource=Resource({"service.name": "exporting"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{running.address}/v1/traces")))
    with provider.get_tracer("test").start_as_current_span("exported", attributes={"list": [1, 2]}) as span:
        trace_id = span.get_span_context().trace_id.to_bytes(16, "big")
    provider.shutdown()

    after = running.get("/api/v1/health")

    assert trace_length(running, trace_id) == 1
    assert after["status"] == "ok"
    assert after["spans"] == before["spans"] + 1
    assert int(after["last_span_received_ns"]) > time.time_ns() - 60 * 10**9
    assert after["spans_per_second"] > 0
    listener = after["listeners"][0]
    assert (listener["port"], listener["protocol"]) == (running.port, "OTLP/HTTP")
    assert listener["requests"] > before["listeners"][0]["requests"]


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/api/v1/nothing", 404, b"route-unknown"),
        ("GET", "/api", 404, b"route-unknown"),
        ("POST", "/v1/metrics", 404, b"route-unknown"),
        ("POST", "/api/v1/health", 405, b"method-not-allowed"),
        ("DELETE", "/api/v1/spans", 405, b"method-not-allowed"),
        ("POST", "/", 405, b"method-not-allowed"),
        ("GET", "/assets/../../settings.py", 404, b"route-unknown"),
    ],
)
def test_unknown_routes_and_methods_get_the_contracts_error(running, method, path, status, slug):
    answer = running.request(method, path)

    assert answer[0] == status
    assert b'{"error":{"slug":"' + slug in answer[1]


def test_a_method_that_spans_are_not_sent_with_is_refused_in_otlps_words(running):
    status, body, headers = running.request("GET", "/v1/traces")

    assert (status, headers["content-type"]) == (405, "application/json")
    assert json.loads(body)["code"] == 12, "UNIMPLEMENTED"
    assert "[method-not-allowed]" in json.loads(body)["message"]


def test_the_api_describes_itself(running):
    assert running.get("/api/v1/openapi.json")["info"]["title"] == "spanorigin query API"


def test_a_request_for_a_foreign_host_is_refused(running):
    status, body, _ = running.request("GET", "/api/v1/health", Host="rebound.example.com")

    assert status == 403
    assert b"host-not-ours" in body


def test_a_body_said_to_be_huge_is_refused_before_it_is_sent(running):
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        connection.sendall(
            b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 104857600\r\n\r\n"
        )

        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert running.get("/api/v1/health")["status"] == "ok"


def test_a_body_that_goes_on_and_on_is_refused_on_the_way(running):
    sent = 0
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        connection.settimeout(30)
        connection.sendall(
            b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        piece = b"100000\r\n" + bytes(0x100000) + b"\r\n"
        try:
            for _ in range(200):
                connection.sendall(piece)
                sent += 0x100000
        except OSError:
            pass  # refused and closed

    assert sent < 200 * 0x100000
    assert running.get("/api/v1/health")["status"] == "ok"


def test_it_says_where_it_is_stops_on_sigterm_with_0_and_comes_back_with_everything(tmp_path):
    trace_id = os.urandom(16)
    with ServerProcess(tmp_path / "data") as server:
        assert server.post(request_of(trace_id, 700)) == 200
        code, output, errors = server.stop()
    with ServerProcess(tmp_path / "data") as again:
        kept = trace_length(again, trace_id)

    assert (code, errors) == (0, "")
    assert server.first_line == f"spanorigin listens on http://localhost:{server.port}\n"
    assert str(tmp_path / "data") in output
    assert f"OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:{server.port}" in output
    assert kept == 700


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_commits_what_was_accepted(tmp_path, number):
    trace_ids = [os.urandom(16) for _ in range(24)]
    statuses: dict[bytes, int] = {}
    with ServerProcess(tmp_path / "data") as server:

        def send(trace_id: bytes) -> None:
            try:
                statuses[trace_id] = server.post(request_of(trace_id, 200))
            except OSError:
                statuses[trace_id] = 0

        threads = [threading.Thread(target=send, args=(trace_id,)) for trace_id in trace_ids]
        for thread in threads:
            thread.start()
        time.sleep(0.05)
        server.process.send_signal(number)
        code = server.process.wait(60)
        for thread in threads:
            thread.join()
    with ServerProcess(tmp_path / "data") as again:
        kept = {trace_id: trace_length(again, trace_id) for trace_id in trace_ids}

    assert code == 0
    assert 200 in statuses.values()
    # Answered with 200 is there; anything else is there whole or not at all.
    assert all(kept[trace_id] == 200 for trace_id, status in statuses.items() if status == 200)
    assert set(kept.values()) <= {0, 200}


def test_what_was_answered_survives_a_kill_in_the_middle_exactly_once(tmp_path):
    acknowledged: list[bytes] = []
    for round_number in range(3):
        with ServerProcess(tmp_path / "data") as server:

            def send_until_it_is_gone(port: ServerProcess = server) -> None:
                while True:
                    trace_id = os.urandom(16)
                    try:
                        status = port.post(request_of(trace_id, 50))
                    except OSError:
                        return
                    if status == 200:
                        acknowledged.append(trace_id)

            threads = [threading.Thread(target=send_until_it_is_gone) for _ in range(8)]
            before = len(acknowledged)
            for thread in threads:
                thread.start()
            # In the midst of it, however slow the machine is; and each time at another moment.
            deadline_s = time.monotonic() + 30
            while len(acknowledged) < before + 8 and time.monotonic() < deadline_s:
                time.sleep(0.01)
            time.sleep(0.1 * round_number)
            server.process.send_signal(signal.SIGKILL)
            for thread in threads:
                thread.join()

    with ServerProcess(tmp_path / "data") as again:
        lengths = [trace_length(again, trace_id) for trace_id in acknowledged]

    assert len(acknowledged) >= 8
    assert lengths == [50] * len(acknowledged)


def test_a_second_server_on_the_folder_is_refused_and_the_first_goes_on(running):
    refused = run("--port", "0", "--data", str(running.data))

    assert refused.returncode == 2
    assert refused.stderr.startswith(
        f"spanorigin: The data folder {running.data} is in use by another server (process {running.process.pid})"
    )
    assert "[data-folder-in-use]" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert running.get("/api/v1/health")["status"] == "ok"


@pytest.mark.parametrize(
    ("options", "environment", "slug"),
    [
        (["--port", "99999"], {}, "setting-not-a-number"),
        (["--port", "http"], {}, "setting-not-a-number"),
        ([], {"SPANORIGIN_PORT": "-1"}, "setting-not-a-number"),
        ([], {"SPANORIGIN_MAX_BODY_MB": "0"}, "setting-not-a-number"),
        (["--port", "0", "--host", "no such host"], {}, "host-unknown"),
        (["--port", "0", "--host", "192.0.2.1"], {}, "address-unusable"),
        (["--port", "0", "--data", "/proc/nowhere"], {}, "data-folder-not-writable"),
        (["--port", "0", "--repo", "/no/such/folder"], {}, "repository-not-there"),
    ],
)
def test_what_cannot_be_is_refused_in_words(tmp_path, options, environment, slug):
    given = options if "--data" in options else [*options, "--data", str(tmp_path)]

    refused = run(*given, **environment)

    assert refused.returncode == 2
    assert f"[{slug}]" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_taken_port_is_refused(running, tmp_path):
    refused = run("--port", str(running.port), "--data", str(tmp_path))

    assert refused.returncode == 2
    assert f"Port {running.port} of 127.0.0.1 is taken by another program" in refused.stderr


@pytest.mark.parametrize("flag", ["--grpc-port", "--datadog-port"])
def test_another_port_that_was_asked_for_and_is_taken_is_refused(running, tmp_path, flag):
    refused = run("--port", "0", flag, str(running.port), "--data", str(tmp_path))

    assert refused.returncode == 2
    assert f"Port {running.port} of 127.0.0.1 is taken by another program" in refused.stderr
    assert f"another port with {flag}." in refused.stderr


def test_a_default_of_another_port_that_is_taken_is_told_and_gone_without(capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        opened = side_listening("127.0.0.1", SidePort(port, is_asked_for=False), "OTLP/gRPC", "--grpc-port")

    assert opened == []
    assert f"OTLP/gRPC will not be heard: port {port} of 127.0.0.1 is taken" in capsys.readouterr().err


def test_all_doors_are_told_of_and_listed(tmp_path):
    with ServerProcess(tmp_path / "data") as server:
        listeners = {listener["protocol"]: listener["port"] for listener in server.get("/api/v1/health")["listeners"]}
        _, output, _ = server.stop()

    assert list(listeners) == ["OTLP/HTTP", "OTLP/gRPC", "Datadog"]
    assert f"OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:{listeners['OTLP/gRPC']}" in output
    assert f"DD_TRACE_AGENT_URL=http://localhost:{listeners['Datadog']}" in output


def test_calls_over_grpc_that_wait_when_the_server_is_told_to_stop_are_stored_and_answered(tmp_path):
    trace_ids = [os.urandom(16) for _ in range(6)]
    with ServerProcess(tmp_path / "data") as server:
        listeners = server.get("/api/v1/health")["listeners"]
        port = next(listener["port"] for listener in listeners if listener["protocol"] == "OTLP/gRPC")
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            export = channel.unary_unary(METHOD)
            calls = [export.future(request_of(trace_id, spans=20), timeout=60) for trace_id in trace_ids]
            calls[0].result()
            server.stop()
            codes = [call.code() for call in calls]

    with ServerProcess(tmp_path / "data") as again:
        lengths = [trace_length(again, trace_id) for trace_id in trace_ids]

    assert set(codes) <= {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE}
    assert lengths == [20 if code is grpc.StatusCode.OK else 0 for code in codes]


def test_a_door_that_is_off_is_none(tmp_path):
    with ServerProcess(tmp_path / "data", "--grpc-port", "off", "--datadog-port", "off") as server:
        assert [listener["protocol"] for listener in server.get("/api/v1/health")["listeners"]] == ["OTLP/HTTP"]


def test_listening_beyond_this_machine_is_refused_without_a_token(tmp_path):
    refused = run("--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path / "data"))

    assert refused.returncode == 2
    assert "[tokens-missing]" in refused.stderr
    assert refused.stdout == ""


def test_beyond_this_machine_nobody_is_let_in_without_a_token_and_no_source_is_shown_that_was_not_named(tmp_path):
    data = str(tmp_path / "data")
    secret = run("token", "add", "me", "--right", "read", "--data", data).stdout.strip()
    with ServerProcess(tmp_path / "data", "--host", "0.0.0.0") as server:
        without = server.request("GET", "/api/v1/health")
        status, body, _ = server.request("GET", "/api/v1/health", authorization=f"Bearer {secret}")
        asked = ("status", "--json", "--server", server.address)
        denied, told = run(*asked), run(*asked, SPANORIGIN_TOKEN=secret)
        run("token", "revoke", "me", "--data", data)
        after = server.request("GET", "/api/v1/health", authorization=f"Bearer {secret}")
        _, _, errors = server.stop()

    assert (without[0], status, after[0]) == (401, 200, 401)
    assert (denied.returncode, told.returncode) == (2, 0)
    assert "[token-missing]" in denied.stderr
    assert json.loads(told.stdout)["health"]["status"] == "ok"
    assert json.loads(body)["repositories"] == []
    assert "[beyond-loopback]" in errors


def test_no_process_is_started_once_the_store_is_open(tmp_path):
    watching = tmp_path / "watching.py"
    watching.write_text(
        "import sys, spanorigin_server.store.engine as engine, spanorigin_server.command as command\n"
        "opened = []\n"
        "before = engine.EmbeddedEngine.__init__\n"
        "def open_and_note(self, *given, **named):\n"
        "    before(self, *given, **named); opened.append(self)\n"
        "engine.EmbeddedEngine.__init__ = open_and_note\n"
        "starting = ('os.fork', 'os.forkpty', 'subprocess.Popen', 'os.posix_spawn', 'os.spawn', 'os.system')\n"
        "def watch(event, details):\n"
        "    if event in starting:\n"
        "        print('STARTED' if opened else 'BEFORE', event, details, file=sys.stderr, flush=True)\n"
        "sys.addaudithook(watch)\n"
        "sys.exit(command.main(sys.argv[1:]))\n"
    )
    trace_id = os.urandom(16)
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\necho \"$1\" > '{tmp_path}/opened'\n")
    browser.chmod(0o755)

    with ServerProcess(
        tmp_path / "data",
        "--open",
        "--repo",
        str(Path(__file__).parents[3]),
        command=(sys.executable, str(watching)),
        BROWSER=str(browser),
    ) as server:
        assert server.post(request_of(trace_id)) == 200
        assert trace_length(server, trace_id) == 1
        server.get("/api/v1/spans")
        span_id = server.get(f"/api/v1/traces/{trace_id.hex()}")["columns"]["span_id"][0]
        server.get(f"/api/v1/source?trace_id={trace_id.hex()}&span_id={span_id}")
        deadline = time.monotonic() + 20
        while not (tmp_path / "opened").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        code, _, errors = server.stop()

    assert code == 0
    assert "BEFORE subprocess.Popen" in errors, "the hook saw nothing at all"
    assert "STARTED" not in errors
    assert (tmp_path / "opened").read_text().strip() == f"http://localhost:{server.port}"


def test_the_server_leaves_nothing_where_it_runs(tmp_path):
    working = tmp_path / "working"
    working.mkdir()
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--data", str(tmp_path / "data")], cwd=working, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert re.match(r"spanorigin listens", process.stdout.readline())
    finally:
        process.terminate()
        process.communicate(timeout=60)

    assert list(working.iterdir()) == []
