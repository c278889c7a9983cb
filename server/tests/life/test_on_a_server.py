"""The whole server on a ClickHouse home: what is sent is answered, shown, kept within limits, deleted and exported."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanorigin_server.app import application
from spanorigin_server.life.limits import Limits
from spanorigin_server.life.retention import Retention
from spanorigin_server.records import Doors
from spanorigin_server.settings import MEBIBYTE, Settings
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.store.home import Home
from spanorigin_server.store.opening import open_home
from spanorigin_server.store.upkeep import Upkeep
from spanorigin_tests.clickhouse_front import CLUSTER, Front, front
from starlette.testclient import TestClient

DAY_NS = 86_400 * 10**9
PROTOBUF = {"content-type": "application/x-protobuf"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(tmp_path_factory.mktemp("served")) as serving:
        yield serving


@pytest.fixture(scope="module")
def home(served: Front, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return open_home(f"{served.address}?cluster={CLUSTER}", tmp_path_factory.mktemp("unused"))


@pytest.fixture(scope="module")
def client(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("data")
    settings = Settings("127.0.0.1", 4318, folder, 8 * MEBIBYTE, None, free_limit_bytes=2**62)
    app = application(settings, home, Repositories(), Doors(4318), web_folder=folder / "no-ui")
    with TestClient(app, base_url="http://localhost:4318", raise_server_exceptions=False) as client:
        yield client


def send(client: TestClient, trace: int, *, days_ago: int = 0, items: int = 2) -> str:
    """A span with a list among its attributes, so that its body is held and rendered; its trace's id."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "shop"
    start_ns = time.time_ns() - days_ago * DAY_NS
    span = resource.scope_spans.add().spans.add(
        trace_id=bytes([trace] * 16), span_id=bytes([trace] * 8), name="cart", start_time_unix_nano=start_ns
    )
    span.end_time_unix_nano = start_ns + 1000
    values = span.attributes.add(key="items").value.array_value.values
    for number in range(items):
        values.add().int_value = number
    answer = client.post("/v1/traces", content=request.SerializeToString(), headers=PROTOBUF)
    assert (answer.status_code, answer.content) == (200, b""), answer.text
    return (bytes([trace] * 16)).hex()


def test_what_is_sent_is_shown_whatever_room_our_own_disk_has(client: TestClient):
    trace_id = send(client, 1)

    assert client.get(f"/api/v1/traces/{trace_id}").status_code == 200
    now_ns = time.time_ns()
    found = client.get("/api/v1/spans", params={"q": "@items:1", "from": str(now_ns - DAY_NS), "to": str(now_ns)})
    assert [span["trace_id"] for span in found.json()["spans"]] == [trace_id]
    assert client.get("/api/v1/health").json()["status"] == "ok"
    assert client.get("/metrics").status_code == 200


def test_days_that_are_too_old_go_on_the_whole_cluster(served: Front, home: Home, client: TestClient):
    old, new = send(client, 2, days_ago=9), send(client, 3)
    before = len(served.received)

    removed = Retention(Upkeep(home), lambda: Limits(days=5)).look()

    assert removed.days == 1
    assert any("ON CLUSTER" in told and "DROP PARTITION" in told for told in served.received[before:])
    assert client.get(f"/api/v1/traces/{old}").status_code == 404
    assert client.get(f"/api/v1/traces/{new}").status_code == 200


def test_a_deleted_trace_is_gone(client: TestClient):
    trace_id = send(client, 4)

    deleted = client.post("/api/v1/deletions", json={"trace_ids": [trace_id]})

    assert deleted.json() == {"spans": 1, "is_rehearsal": False}
    assert client.get(f"/api/v1/traces/{trace_id}").status_code == 404


@pytest.mark.parametrize(("form", "beginning"), [("parquet", b"PAR1"), ("otlp-json", b'{"resourceSpans"')])
def test_spans_are_exported(client: TestClient, form: str, beginning: bytes):
    send(client, 5)
    now_ns = time.time_ns()

    answer = client.get("/api/v1/archive", params={"as": form, "from": str(now_ns - DAY_NS), "to": str(now_ns)})

    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(beginning)
