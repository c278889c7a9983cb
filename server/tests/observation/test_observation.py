"""What the server tells of itself is what happened."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families
from spanorigin_server.app import application
from spanorigin_server.observation import command
from spanorigin_server.records import Doors
from spanorigin_server.settings import MEBIBYTE, Settings
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.store.engine import EmbeddedEngine
from starlette.testclient import TestClient

PROTOBUF = {"content-type": "application/x-protobuf"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("observed")
    engine = EmbeddedEngine(folder)
    settings = Settings("127.0.0.1", 4318, folder, 2 * MEBIBYTE, None)
    app = application(settings, engine, Repositories(), Doors(4318), web_folder=folder / "no-ui")
    with TestClient(app, base_url="http://localhost:4318", raise_server_exceptions=False) as client:
        yield client


def request_of(spans: int, without_id: int = 0) -> bytes:
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number in range(spans + without_id):
        now_ns = time.time_ns()
        span_id = os.urandom(8) if number < spans else b""
        scope.spans.add(
            trace_id=os.urandom(16),
            span_id=span_id,
            name="work",
            start_time_unix_nano=now_ns,
            end_time_unix_nano=now_ns,
        )
    return request.SerializeToString()


def metrics(client: TestClient) -> dict[str, float]:
    """Every sample of /metrics by name and labels, read by Prometheus's own reader."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        ",".join([sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_spans_commits_and_requests_are_counted(client):
    before = metrics(client)

    assert client.post("/v1/traces", content=request_of(5, without_id=2), headers=PROTOBUF).status_code == 200
    assert client.post("/v1/traces", content=request_of(3), headers=PROTOBUF).status_code == 200
    client.get("/api/v1/spans")

    after = metrics(client)

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert grown("spanorigin_spans_stored_total") == 8
    assert grown("spanorigin_spans_refused_total") == 2
    assert grown("spanorigin_commit_seconds_count") == 2
    assert grown("spanorigin_commit_bodies_sum") == 2
    assert grown("spanorigin_store_spans") == 8
    assert grown("spanorigin_request_seconds_count,method=POST,route=/v1/traces,status=200") == 2
    assert grown("spanorigin_request_seconds_count,method=GET,route=/api/v1/spans,status=200") == 1
    assert grown("spanorigin_door_requests_total,door=OTLP/HTTP") == 2
    assert after["spanorigin_store_bytes"] > 0
    assert after["spanorigin_disk_free_bytes"] > 0
    assert after["process_resident_memory_bytes"] > 10_000_000
    assert after["spanorigin_queue_bodies"] == 0


def test_the_page_in_the_docs_names_every_metric_and_no_other(client):
    page = (Path(__file__).parents[3] / "docs/watching-the-server.md").read_text()
    families = {family.name for family in text_string_to_metric_families(client.get("/metrics").text)}
    # When each count began, and what version runs, need no explaining.
    told = {name for name in families if not name.endswith(("_created", "_build_info", "_build"))}

    rows = [row.split("|")[1] for row in page.splitlines() if row.startswith("| `")]
    named: set[str] = set()
    for row in rows:
        first, *more = re.findall(r"`([a-z_]+)(?:\{[a-z,]+\})?`", row)
        # Of the second and third in a row, only what is different may be written.
        named |= {first, *(first.rpartition("_")[0] + name if name.startswith("_") else name for name in more)}

    plain = {name.removesuffix("_total") for name in named}
    assert len(plain) > 15
    assert plain - told == set()
    assert {name for name in told - plain if name.startswith("spanorigin_")} == set()


def test_refusals_are_counted_by_reason(client):
    before = metrics(client)

    client.post("/v1/traces", content=b"\xff\xff", headers=PROTOBUF)
    client.post("/v1/traces", content=b"x" * (3 * MEBIBYTE), headers=PROTOBUF)

    after = metrics(client)
    for reason in ("request-not-otlp", "request-too-large"):
        name = f"spanorigin_requests_refused_total,reason={reason}"
        assert after[name] - before.get(name, 0) == 1


def test_labels_stay_few_whatever_is_asked(client):
    def series() -> set[str]:
        return {name for name in metrics(client) if "request_seconds_count" in name}

    client.get("/api/v1/traces/" + "0" * 31 + "1")
    series()
    before = series()
    for number in range(2, 9):
        client.get("/api/v1/traces/" + "0" * 31 + str(number))
        client.get(f"/api/v1/nothing-{number}")

    assert series() == before


def test_status_says_what_the_store_holds_and_how_long_things_took(client):
    client.post("/v1/traces", content=request_of(1), headers=PROTOBUF)
    client.get("/api/v1/spans")

    status = client.get("/api/v1/status").json()

    assert status["health"]["status"] == "ok"
    assert status["health"]["spans"] == client.get("/api/v1/health").json()["spans"]
    assert status["stored_bytes"] > 0
    assert status["memory_bytes"] > 10_000_000
    for spread in (status["commits"], status["questions"]):
        assert 0 < spread["p50_ns"] <= spread["p95_ns"]
    page = command._page("http://localhost:4318", status)
    assert f"{status['health']['spans']:,} in " in page
    assert "half within" in page


def test_the_command_says_what_keeps_it_from_answering(capsys, monkeypatch):
    monkeypatch.delenv("SPANORIGIN_TOKEN", raising=False)

    assert command.main(["--server", "http://127.0.0.1:9"]) == 1
    assert "[server-not-reached]" in capsys.readouterr().err
    assert command.main(["--server", "localhost"]) == 2
    assert "[server-address]" in capsys.readouterr().err


def test_a_status_is_laid_out_in_units_that_people_read():
    assert command._duration(1_500_000) == "1.5 ms"
    assert command._duration(90 * 10**9) == "90.0 s"
    assert command._duration(3 * 86400 * 10**9) == "3 d"
    assert command._size(999) == "999 bytes"
    assert command._size(1_234_567) == "1.2 MB"
    assert json.loads(json.dumps(command._spread({"count": 0}))) == "none yet"
