"""The spans that a Collector's ClickHouse exporter wrote answer as ours do, and nothing of ours is done to them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanorigin_server.app import application
from spanorigin_server.command import main
from spanorigin_server.records import Doors, StartRefused
from spanorigin_server.settings import MEBIBYTE, Settings
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.store.address import store_address
from spanorigin_server.store.archiving import Archiver, Wanted
from spanorigin_server.store.asking import Condition
from spanorigin_server.store.clickhouse import ClickHouse
from spanorigin_server.store.collectors import check_columns
from spanorigin_tests.clickhouse_front import Front, front
from starlette.testclient import TestClient

SAMPLE = Template((Path(__file__).parent / "samples/otel_traces.sql").read_text())
TRACE, PARENT, CHILD = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"
HOUR_NS = 3600 * 10**9
RESOURCE = {
    "service.name": "shop",
    "service.version": "1.2",
    "deployment.environment": "prod",
    "vcs.ref.head.revision": "4f2a9c1",
    "spanorigin.source.root": "/srv/app/",
    "vcs.root.path": "",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(tmp_path_factory.mktemp("served")) as serving:
        serving.engine.execute("CREATE DATABASE otel")
        yield serving


@pytest.fixture(scope="module", params=["today", "earlier"])
def began_ns(served: Front, request: pytest.FixtureRequest) -> int:
    """When a trace of two spans began that the exporter wrote, in the shape of its releases of today or of earlier."""
    is_today = request.param == "today"
    run = served.engine.execute
    run("DROP TABLE IF EXISTS otel.otel_traces SYNC")
    run("DROP TABLE IF EXISTS otel.otel_traces_trace_id_ts SYNC")
    run(SAMPLE.substitute(duration="UInt64" if is_today else "Int64"))
    if is_today:
        run(
            "CREATE TABLE otel.otel_traces_trace_id_ts (TraceId String, Start SimpleAggregateFunction(min, DateTime), "
            "End SimpleAggregateFunction(max, DateTime)) ENGINE = AggregatingMergeTree ORDER BY TraceId"
        )
    began_ns = time.time_ns() - 60 * 10**9
    kinds = ("Server", "Client") if is_today else ("SPAN_KIND_SERVER", "SPAN_KIND_CLIENT")
    failed = "Error" if is_today else "STATUS_CODE_ERROR"
    _insert(
        served, began_ns, span_id=PARENT, name="GET /cart", kind=kinds[0], status="Unset", duration_ns=5_000_000,
        attributes={
            "code.file.path": "/srv/app/shop/views.py", "code.line.number": "42", "code.function.name": "views.cart",
            "http.request.method": "GET", "http.route": "/cart", "http.response.status_code": "200",
            "spanorigin.type": "entry", "items": "17", "ratio": "0.25", "is_new": "true", "sizes": "[1,2]",
            "user.id": "u-007", "zip": "01069",
        },
    )  # fmt: skip
    _insert(
        served, began_ns + 1_000_000, span_id=CHILD, parent=PARENT, name="SELECT", kind=kinds[1], status=failed,
        duration_ns=2_000_000, message="deadlock",
        attributes={
            "_dd.code_origin.type": "exit", "_dd.code_origin.frames.0.file": "/srv/app/shop/cart.py",
            "_dd.code_origin.frames.0.line": "7", "_dd.code_origin.frames.0.method": "load",
            "_dd.code_origin.frames.1.file": "/srv/app/shop/views.py", "_dd.code_origin.frames.1.line": "44",
            "db.operation.name": "SELECT", "db.collection.name": "carts",
        },
        event="exception",
    )  # fmt: skip
    if is_today:
        run(
            "INSERT INTO otel.otel_traces_trace_id_ts "
            "SELECT TraceId, min(Timestamp), max(Timestamp) FROM otel.otel_traces GROUP BY TraceId"
        )
    return began_ns


def _insert(served: Front, start_ns: int, *, span_id: str, name: str, kind: str, status: str, duration_ns: int,
            attributes: dict[str, str], parent: str = "", message: str = "", event: str = "") -> None:  # fmt: skip
    served.engine.execute(
        "INSERT INTO otel.otel_traces SELECT fromUnixTimestamp64Nano({start_ns:Int64}), {trace:String}, {span:String}, "
        "{parent:String}, '', {name:String}, {kind:String}, 'shop', "
        "CAST(({rk:Array(String)}, {rv:Array(String)}), 'Map(LowCardinality(String), String)'), 'lib', '1.0', "
        "CAST(({ak:Array(String)}, {av:Array(String)}), 'Map(LowCardinality(String), String)'), "
        "{duration_ns:UInt64}, {status:String}, {message:String}, "
        "if({event:String} = '', [], [fromUnixTimestamp64Nano({start_ns:Int64})]), "
        "if({event:String} = '', [], [{event:String}]), "
        "if({event:String} = '', [], [map('exception.message', 'deadlock')]), [], [], [], []",
        {
            "start_ns": start_ns, "trace": TRACE, "span": span_id, "parent": parent, "name": name, "kind": kind,
            "rk": list(RESOURCE), "rv": list(RESOURCE.values()),
            "ak": list(attributes), "av": list(attributes.values()),
            "duration_ns": duration_ns, "status": status, "message": message, "event": event,
        },
    )  # fmt: skip


@contextmanager
def server_on(home: ClickHouse, folder: Path) -> Iterator[TestClient]:
    settings = Settings("127.0.0.1", 4318, folder, 8 * MEBIBYTE, None)
    app = application(settings, home, Repositories(), Doors(4318), web_folder=folder / "no-ui")
    with TestClient(app, base_url="http://localhost:4318", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def client(served: Front, began_ns: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = ClickHouse(store_address(f"{served.address}?collector=otel"))
    with server_on(home, tmp_path_factory.mktemp("data")) as client:
        yield client


def ask(client: TestClient, path: str, **parameters: object) -> Any:
    now_ns = time.time_ns()
    window = {"from": now_ns - HOUR_NS, "to": now_ns}
    answer = client.get(path, params={name: str(value) for name, value in {**window, **parameters}.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["SELECT", "GET /cart"]),
        ("service:shop env:prod version:1.2", ["SELECT", "GET /cart"]),
        ("status:error", ["SELECT"]),
        ("kind:server", ["GET /cart"]),
        ("origin:shop/views.py:42", ["GET /cart"]),
        ("file:shop/cart.py", ["SELECT"]),
        ("@spanorigin.type:exit", ["SELECT"]),
        ("@items:>10", ["GET /cart"]),
        ("@items:17", ["GET /cart"]),
        ("@ratio:0.25", ["GET /cart"]),
        ("@is_new:true", ["GET /cart"]),
        ("@sizes:2", ["GET /cart"]),
        ("@user.id:u-007", ["GET /cart"]),
        # No number has a zero before it.
        ("@zip:01069", ["GET /cart"]),
        ("@items:>17", []),
        (f"trace_id:{TRACE} duration:>4ms", ["GET /cart"]),
    ],
)
def test_a_search_finds_what_it_would_among_spans_of_ours(client: TestClient, search: str, found: list[str]):
    spans = ask(client, "/api/v1/spans", q=search)["spans"]

    assert [span["name"] for span in spans] == found


def test_a_trace_has_its_spans_with_their_origins(client: TestClient, began_ns: int):
    columns = ask_plain(client, f"/api/v1/traces/{TRACE}")["columns"]

    assert columns["span_id"] == [PARENT, CHILD]
    assert client.get(f"/api/v1/traces/{'1' * 32}").status_code == 404


def test_a_span_has_all_that_the_exporter_kept(client: TestClient):
    parent = ask_plain(client, f"/api/v1/traces/{TRACE}/spans/{PARENT}")["span"]
    detail = ask_plain(client, f"/api/v1/traces/{TRACE}/spans/{CHILD}")
    child, origin = detail["span"], parent["origin"]

    assert (origin["path"], origin["line"], origin["type"]) == ("shop/views.py", 42, "entry")
    assert (parent["resource"], parent["http_status"]) == ("GET /cart", 200)
    assert [(frame["path"], frame["line"]) for frame in child["origin"]["frames"]] == [
        ("shop/cart.py", 7), ("shop/views.py", 44)
    ]  # fmt: skip
    assert child["resource"] == "SELECT carts"
    assert detail["events"][0]["attributes"] == {"exception.message": "deadlock"}


def test_rates_errors_and_findings_are_counted_by_line(client: TestClient):
    rows = ask(client, "/api/v1/origins", group="line")["origins"]

    assert {(row["path"], row["line"]): (row["count"], row["errors"]) for row in rows} == {
        ("shop/views.py", 42): (1, 0), ("shop/cart.py", 7): (1, 1)
    }  # fmt: skip


def test_facets_and_attributes_are_listed(client: TestClient):
    facets = ask(client, "/api/v1/facets", fields="service,@items")["facets"]

    assert [[value["value"] for value in facet["values"]] for facet in facets] == [["shop"], ["17"]]


@pytest.mark.parametrize(
    ("path", "given", "found"),
    [
        ("origins", {"self": "true", "buckets": 4, "group": "function"}, "load"),
        ("origins/compare", {"where": "version:1.2"}, "shop/cart.py"),
        ("origins/callers", {"path": "shop/cart.py", "line": 7}, "shop/views.py"),
        ("origins/exits", {"path": "shop/views.py", "line": 42}, "shop/cart.py"),
        ("findings/repeats", {"at_least": 2}, "findings"),
        ("findings/slow", {"min_count": 1}, "findings"),
        ("findings/errors", {}, "deadlock"),
        ("findings/regressions", {}, "findings"),
        ("aggregate", {"by": "@http.route", "buckets": 3}, "/cart"),
        ("fields", {}, "user.id"),
        ("fields/values", {"field": "env"}, "prod"),
        ("heatmap", {}, "errors"),
        ("deploys", {"q": "status:error"}, "deploys"),
        ("explain", {"selection": "status:error"}, '"selected":1'),
        ("spans/export", {"as": "csv"}, "GET /cart"),
        ("archive", {"as": "otlp-json"}, "deadlock"),
        ("health", None, '"spans":2'),
        ("status", None, "spans"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_other_question_is_answered(client: TestClient, path: str, given: dict[str, object] | None, found: str):
    now_ns = time.time_ns()
    window: dict[str, object] = {} if given is None else {"from": now_ns - HOUR_NS, "to": now_ns}
    answer = client.get(
        f"/api/v1/{path}", params={key: str(value) for key, value in {**window, **(given or {})}.items()}
    )

    assert answer.status_code == 200, answer.text
    assert found in answer.text


def test_spans_are_exported_as_otlp(served: Front, client: TestClient):
    now_ns = time.time_ns()
    home = ClickHouse(store_address(f"{served.address}?collector=otel"))
    archiver, wanted = Archiver(home), Wanted(Condition(), now_ns - HOUR_NS, now_ns)

    rows = [row for piece in archiver.pieces(wanted) for row in archiver.rows(wanted, piece)]

    assert sorted(row["name"] for row in rows) == ["GET /cart", "SELECT"]
    home.close()


def test_what_would_change_the_spans_is_refused_with_the_reason(client: TestClient):
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(trace_id=b"a" * 16, span_id=b"b" * 8)

    sent = client.post(
        "/v1/traces", content=request.SerializeToString(), headers={"content-type": "application/x-protobuf"}
    )
    deleted = client.post("/api/v1/deletions", json={"service": "shop"})
    watched = client.get("/api/v1/live")
    backed_up = client.get("/api/v1/backup")
    limited = client.put("/api/v1/retention", json={"keep_days": 3, "keep_gb": None})

    assert sent.status_code == 501
    assert b"store-reads-only" in sent.content
    assert (deleted.status_code, deleted.json()["error"]["slug"]) == (409, "store-reads-only")
    assert (watched.status_code, watched.json()["error"]["slug"]) == (409, "store-reads-only")
    assert (limited.status_code, limited.json()["error"]["slug"]) == (409, "store-reads-only")
    assert (backed_up.status_code, backed_up.json()["error"]["slug"]) == (409, "backup-not-here")


def test_a_question_about_a_trace_or_a_time_uses_the_exporters_indexes(served: Front, client: TestClient):
    asked = (
        "EXPLAIN indexes = 1 SELECT count() FROM spanorigin.spans AS spans "
        "WHERE spans.second >= toDateTime(1795361420, 'UTC') AND spans.trace_text = 'ab'"
    )

    plan = " ".join(served.engine.query(asked)["explain"])

    assert "Min-Max" in plan
    assert "idx_trace_id" in plan
    assert "Parts: 0/" in plan


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("CREATE TABLE otel.other (a UInt8) ENGINE = Memory", "has no column Timestamp"),
        (
            SAMPLE.substitute(duration="UInt64").replace("otel_traces", "other").replace(
                "SpanAttributes Map(LowCardinality(String), String)", "SpanAttributes String"),
            "SpanAttributes is a String and not a Map",
        ),
        ("SELECT 1", "There is no table otel.other"),
    ],
    ids=["another table", "attributes not as maps", "no table"],
)  # fmt: skip
def test_another_table_is_refused_with_what_it_lacks(served: Front, table: str, why: str):
    served.engine.execute("DROP TABLE IF EXISTS otel.other SYNC")
    served.engine.execute(table)
    home = ClickHouse(store_address(f"{served.address}?collector=otel.other"))

    with pytest.raises(StartRefused, match=why) as refusal:
        check_columns(home)

    assert refusal.value.slug == "collector-table"
    home.close()


@pytest.mark.parametrize("option", ["--keep-days=3", "--keep-gb=3"])
def test_a_start_that_would_remove_spans_is_refused(
    served: Front, began_ns: int, capsys: pytest.CaptureFixture[str], tmp_path: Path, option: str
):
    doors = ["--port=0", "--grpc-port=off", "--datadog-port=off", f"--data={tmp_path}"]

    assert main([*doors, f"--store={served.address}?collector=otel", option]) == 2

    told = capsys.readouterr().err
    assert option.partition("=")[0] in told
    assert "[store-reads-only]" in told


def ask_plain(client: TestClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()
