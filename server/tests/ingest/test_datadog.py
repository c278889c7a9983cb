"""What a Datadog tracer sends, in each version of the agent's trace API, is stored as spans of ours."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanorigin_server.ingest.batch import Batch, Draining
from spanorigin_server.ingest.inflow import QueueFull
from spanorigin_tests.datadog import HIGH, VERSIONS, dd_span, packed, trace_id

from .conftest import BODY_LIMIT_BYTES, FUZZED, Server

HEADERS = {
    "datadog_meta_lang": "python",
    "datadog_meta_lang_version": "3.11.7",
    "datadog_meta_lang_interpreter": "CPython",
    "datadog_meta_tracer_version": "4.16.0",
    "datadog_container_id": "c0ffee",
}


def stored(server: Server, *spans: dict[str, Any], columns: str = "*", **headers: str) -> dict[str, Any]:
    """The row of the first of the spans, which are one chunk."""
    answer = server.put_traces("/v0.4/traces", packed("/v0.4/traces", list(spans)), **headers)
    assert answer.status_code == 200, answer.text
    found = server.rows(trace_id(spans[0]), f"hex(span_id) AS span, {columns}")
    return next(row for row in found if int(row["span"], 16) == spans[0]["span_id"])


@pytest.mark.parametrize("path", VERSIONS)
def test_a_trace_is_stored_alike_by_every_version(server: Server, path: str):
    entry = dd_span(
        meta={"span.kind": "server", "_dd.p.tid": HIGH, "env": "prod", "version": "1.2", "http.status_code": "200"}
    )
    exit_ = dd_span(
        trace_id=entry["trace_id"],
        parent_id=entry["span_id"],
        name="sqlite.query",
        resource="SELECT ?",
        type="sql",
        meta={"component": "sqlite"},
        metrics={"db.row_count": 2.0, "share": 0.5},
    )

    answer = server.put_traces(path, packed(path, [entry, exit_]), **HEADERS)

    assert answer.status_code == 200
    first, second = server.rows(
        trace_id(entry),
        "name, resource_name, service, env, version, kind, status, http_status, duration_ns, "
        "attrs_str, attrs_int, attrs_float, hex(parent_span_id) AS parent",
    )
    attributes = second.pop("attrs_str"), second.pop("attrs_int"), second.pop("attrs_float")
    assert attributes == (
        {"resource.name": "SELECT ?", "span.type": "sql", "component": "sqlite"},
        {"db.row_count": 2},
        {"share": 0.5},
    )
    assert second == {
        "name": "sqlite.query",
        "resource_name": "SELECT ?",
        "service": "shop",
        "env": "prod",
        "version": "1.2",
        "kind": "client",
        "status": "unset",
        "http_status": 0,
        "duration_ns": 1_000_000,
        "parent": f"{entry['span_id']:016X}",
    }
    assert (first["kind"], first["http_status"], first["parent"]) == ("server", 200, "0" * 16)
    assert first["resource_name"] == "GET /items/<int:number>"


def test_json_is_taken_as_well(server: Server):
    span = dd_span()

    answer = server.put_traces("/v0.4/traces", json.dumps([[span]]).encode(), content_type="application/json")

    assert answer.status_code == 200
    assert server.count(trace_id(span)) == 1


def test_what_a_process_says_of_itself_is_its_resource(server: Server):
    meta = {
        "_dd.p.tid": HIGH,
        "env": "prod",
        "version": "1.2",
        "runtime-id": "r-1",
        "_dd.hostname": "node-1",
        "_dd.git.commit.sha": "abc",
        "_dd.git.repository_url": "https://example.com/shop",
        "language": "python",
    }

    row = stored(server, dd_span(meta=meta), columns="resource, attrs_str, repository, commit, scope_name", **HEADERS)

    assert row["resource"] == {
        "service.name": "shop",
        "deployment.environment.name": "prod",
        "service.version": "1.2",
        "service.instance.id": "r-1",
        "host.name": "node-1",
        "vcs.ref.head.revision": "abc",
        "vcs.repository.url.full": "https://example.com/shop",
        "telemetry.sdk.name": "datadog",
        "telemetry.sdk.language": "python",
        "telemetry.sdk.version": "4.16.0",
        "process.runtime.name": "CPython",
        "process.runtime.version": "3.11.7",
        "container.id": "c0ffee",
    }
    assert (row["repository"], row["commit"], row["scope_name"]) == ("https://example.com/shop", "abc", "datadog")
    assert set(row["attrs_str"]) == {"resource.name", "span.type"}


def test_spans_of_several_services_in_one_chunk_keep_theirs(server: Server):
    first = dd_span()
    second = dd_span(trace_id=first["trace_id"], service="postgres", meta={"version": "16"})

    assert stored(server, first, second, columns="service, version") | {"span": ""} == {
        "span": "",
        "service": "shop",
        "version": "16",
    }
    assert stored(server, second | {"meta": {"_dd.p.tid": HIGH}}, columns="service")["service"] == "postgres"


def test_code_origins_are_origins(server: Server):
    frames = {
        f"_dd.code_origin.frames.{number}.{part}": value
        for number, (file, line) in enumerate([("/srv/shop/pay.py", "88"), ("/srv/shop/views.py", "7")])
        for part, value in (("file", file), ("line", line), ("type", "shop"), ("method", "Cart.pay"))
    }
    span = dd_span(meta={"_dd.p.tid": HIGH, "_dd.code_origin.type": "exit", **frames})

    row = stored(
        server, span, columns="origin_type, origin_file, origin_line, origin_function, length(origin_frames) AS frames"
    )

    assert row | {"span": ""} == {
        "span": "",
        "origin_type": "exit",
        "origin_file": "/srv/shop/pay.py",
        "origin_line": 88,
        "origin_function": "shop.Cart.pay",
        "frames": 2,
    }


@pytest.mark.parametrize(
    ("written", "type_name", "kind"),
    [
        ("client", "web", "client"),
        ("producer", "", "producer"),
        ("consumer", "worker", "consumer"),
        ("internal", "http", "internal"),
        (None, "web", "server"),
        (None, "sql", "client"),
        (None, "http", "client"),
        (None, "worker", "consumer"),
        (None, "template", "internal"),
        ("invented", "", "internal"),
    ],
)
def test_the_kind_is_what_is_written_or_else_what_the_type_means(server: Server, written, type_name, kind):
    meta = {"_dd.p.tid": HIGH} | ({"span.kind": written} if written else {})

    assert stored(server, dd_span(type=type_name, meta=meta), columns="kind")["kind"] == kind


def test_an_errors_stack_is_an_event(server: Server):
    error = {"error.type": "ValueError", "error.message": "unlucky", "error.stack": "Traceback …"}
    span = dd_span(error=1, meta={"_dd.p.tid": HIGH, **error})

    row = stored(server, span, columns="status, status_message, events_name, events_attrs, attrs_str")

    assert (row["status"], row["status_message"], row["events_name"]) == ("error", "unlucky", ["exception"])
    assert row["events_attrs"] == [
        {"exception.type": "ValueError", "exception.message": "unlucky", "exception.stacktrace": "Traceback …"}
    ]
    assert "error.stack" not in row["attrs_str"]
    assert row["attrs_str"]["error.type"] == "ValueError"


LINK = {"trace_id": 2, "trace_id_high": 1, "span_id": 3, "attributes": {"a": "b"}, "tracestate": "x=y", "flags": 1}
LINK_IN_TEXT = {"trace_id": "00000000000000010000000000000002", "span_id": "0000000000000003", "attributes": {"a": "b"}}


@pytest.mark.parametrize(
    "fields",
    [{"span_links": [LINK]}, {"meta": {"_dd.p.tid": HIGH, "_dd.span_links": json.dumps([LINK_IN_TEXT])}}],
    ids=["field", "text"],
)
def test_links_come_as_a_field_or_as_text(server: Server, fields):
    row = stored(
        server,
        dd_span(**fields),
        columns="arrayMap(x -> hex(x), links_trace_id) AS traces, "
        "arrayMap(x -> hex(x), links_span_id) AS spans, links_attrs",
    )

    assert row | {"span": ""} == {
        "span": "",
        "traces": ["00000000000000010000000000000002"],
        "spans": ["0000000000000003"],
        "links_attrs": [{"a": "b"}],
    }


EVENT = {
    "name": "retry",
    "time_unix_nano": 1_700_000_000_000_000_000,
    "attributes": {
        "text": {"type": 0, "string_value": "a"},
        "yes": {"type": 1, "bool_value": True},
        "number": {"type": 2, "int_value": 5},
        "list": {"type": 4, "array_value": {"values": [{"type": 2, "int_value": 1}, {"type": 2, "int_value": 2}]}},
    },
}
EVENT_IN_TEXT = EVENT | {"attributes": {"text": "a", "yes": True, "number": 5, "list": [1, 2]}}


@pytest.mark.parametrize(
    "fields",
    [{"span_events": [EVENT]}, {"meta": {"_dd.p.tid": HIGH, "events": json.dumps([EVENT_IN_TEXT])}}],
    ids=["field", "text"],
)
def test_events_come_as_a_field_or_as_text(server: Server, fields):
    row = stored(
        server, dd_span(**fields), columns="toUnixTimestamp64Nano(events_ts[1]) AS at, events_name, events_attrs"
    )

    assert row["at"] == EVENT["time_unix_nano"]
    assert (row["events_name"], row["events_attrs"]) == (
        ["retry"],
        [{"text": "a", "yes": "true", "number": "5", "list": "[1,2]"}],
    )


def test_structured_values_are_json(server: Server):
    structured = {"appsec": msgspec.msgpack.encode({"rules": [1, "a"]}), "broken": b"\xc1"}

    row = stored(server, dd_span(meta_struct=structured), columns="attrs_json")

    assert row["attrs_json"] == {"appsec": '{"rules":[1,"a"]}', "broken": "null"}


@pytest.mark.parametrize(
    ("number", "whole", "text"),
    [
        (-1.0, {"n": -1}, "0"),
        (-0.0, {"n": 0}, "0"),
        (2.0**52, {"n": 2**52}, "0"),
        (2.0**53, {}, "9007199254740992"),
        (0.1, {}, "0.1"),
        (float("inf"), {}, "inf"),
        (float("nan"), {}, "nan"),
    ],
)
def test_a_number_without_a_fraction_is_a_whole_one(server: Server, number: float, whole: dict[str, int], text: str):
    row = stored(server, dd_span(metrics={"n": number}), columns="attrs_int, toString(attrs_float['n']) AS text")

    assert (row["attrs_int"], row["text"]) == (whole, text)


@pytest.mark.parametrize("high", ["", "0", "not hex", "1" * 17])
def test_an_upper_half_that_is_none_is_zero(server: Server, high: str):
    span = dd_span(meta={"_dd.p.tid": high})

    server.put_traces("/v0.4/traces", packed("/v0.4/traces", [span]))

    assert server.count(bytes(8) + span["trace_id"].to_bytes(8, "big")) == 1


def test_ids_may_be_negative_and_fields_missing_or_null(server: Server):
    sparse = {
        "trace_id": -5,
        "span_id": -6,
        "meta": None,
        "metrics": None,
        "service": None,
        "name": None,
        "resource": None,
    }
    whole = dd_span()

    answer = server.put_traces("/v0.4/traces", msgspec.msgpack.encode([[sparse], None, [], [whole]]))

    assert answer.status_code == 200
    assert server.count(trace_id(whole)) == 1
    assert server.row(bytes(8) + (2**64 - 5).to_bytes(8, "big"), "service, name") == {
        "service": "unknown_service",
        "name": "",
    }


@pytest.mark.parametrize(("priority", "count"), [(-1, 0), (0, 0), (1, 1), (2, 1)])
def test_traces_that_are_decided_not_to_be_kept_are_not(server: Server, priority: int, count: int):
    span = dd_span(metrics={"_sampling_priority_v1": float(priority)})
    other = dd_span()
    chunk = {"priority": priority, "spans": [other], "tags": {"_dd.p.tid": HIGH}}

    server.put_traces("/v0.4/traces", packed("/v0.4/traces", [span]))
    server.put_traces("/v0.7/traces", msgspec.msgpack.encode({"chunks": [chunk]}))

    assert (server.count(trace_id(span)), server.count(trace_id(other))) == (count, count)


def test_of_a_dropped_trace_the_spans_that_are_kept_by_themselves_are_kept(server: Server):
    dropped = dd_span(metrics={"_sampling_priority_v1": -1.0})
    kept = dd_span(trace_id=dropped["trace_id"], metrics={"_dd.span_sampling.mechanism": 8.0})

    server.put_traces("/v0.4/traces", packed("/v0.4/traces", [dropped, kept | {"meta": {"_dd.p.tid": HIGH}}]))

    assert server.row(trace_id(dropped), "hex(span_id) AS span")["span"] == f"{kept['span_id']:016X}"


def test_what_an_envelope_says_holds_for_all_its_chunks(server: Server):
    span = dd_span(meta={})
    envelope = {
        "env": "prod",
        "app_version": "2.0",
        "hostname": "node-2",
        "runtime_id": "r-2",
        "tags": {"_dd.git.commit.sha": "abc"},
        "chunks": [{"priority": -128, "spans": [span], "tags": {"_dd.p.tid": HIGH}}],
    }

    answer = server.put_traces("/v0.7/traces", msgspec.msgpack.encode(envelope))

    assert answer.status_code == 200
    row = server.row(trace_id(span), "env, version, commit, resource['host.name'] AS host")
    assert row == {"env": "prod", "version": "2.0", "commit": "abc", "host": "node-2"}


def test_the_answer_says_that_everything_is_kept(server: Server):
    by_version = {path: server.put_traces(path, packed(path, [dd_span()])) for path in VERSIONS}

    assert by_version.pop("/v0.3/traces").text == "OK\n"
    assert all(answer.json() == {"rate_by_service": {"service:,env:": 1.0}} for answer in by_version.values())


@pytest.mark.parametrize("path", VERSIONS)
def test_a_payload_without_traces_is_accepted(server: Server, path: str):
    assert server.put_traces(path, packed(path)).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status", "slug"),
    [
        ("/v0.4/traces", b"\xc1", 400, "request-not-datadog"),
        ("/v0.4/traces", msgspec.msgpack.encode([[{"span_id": 1}]]), 400, "request-not-datadog"),
        (
            "/v0.4/traces",
            msgspec.msgpack.encode([[dd_span(trace_id=7, span_id=8, start=9, meta=3)]]),
            400,
            "request-not-datadog",
        ),
        (
            "/v0.5/traces",
            msgspec.msgpack.encode([["a"], [[[9, 0, 0, 1, 1, 0, 0, 0, 0, {}, {}, 0]]]]),
            400,
            "request-not-datadog",
        ),
        ("/v0.5/traces", b"", 400, "request-not-datadog"),
        ("/v0.7/traces", msgspec.msgpack.encode([]), 400, "request-not-datadog"),
        ("/v0.4/traces", bytes(BODY_LIMIT_BYTES + 1), 413, "request-too-large"),
    ],
    ids=["no msgpack", "no trace id", "meta is no map", "beyond the table", "nothing", "no envelope", "too large"],
)
def test_what_cannot_be_taken_is_refused_with_the_reason(server: Server, path, body, status, slug):
    answer = server.put_traces(path, body)

    assert answer.status_code == status
    assert slug in answer.text


@pytest.mark.parametrize(("failure", "status"), [(QueueFull(), 429), (Draining(), 503)], ids=["full", "stopping"])
def test_a_tracer_is_told_when_to_come_back(server: Server, monkeypatch, failure, status):
    async def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(Batch, "commit", fail)

    answer = server.put_traces("/v0.4/traces", packed("/v0.4/traces", [dd_span()]))

    assert (answer.status_code, answer.headers["retry-after"]) == (status, "1")


def test_info_lists_what_is_there_and_nothing_else(server: Server):
    info = server.client.get("http://localhost:8126/info").json()

    assert info["endpoints"] == [*VERSIONS, "/debugger/v2/input"]
    assert not info["client_drop_p0s"]
    assert server.client.post("http://localhost:8126/v0.7/config", content=b"{}").status_code == 404


@pytest.mark.parametrize("path", ["/telemetry/proxy/api/v2/apmtelemetry", "/debugger/v2/input", "/v0.6/stats"])
def test_what_tracers_send_unasked_is_taken_and_not_kept(server: Server, path: str):
    assert server.client.post(f"http://localhost:8126{path}", content=b"x" * 1000).status_code == 202


def test_each_port_has_its_own_routes(server: Server):
    assert server.client.get("http://localhost:8126/api/v1/health").status_code == 404
    assert server.client.put("http://localhost:4318/v0.4/traces", content=b"\x90").status_code in {404, 405}
    assert server.client.get("http://localhost:8126/info", headers={"host": "example.com"}).status_code == 403


@FUZZED
@given(path=st.sampled_from(VERSIONS), body=st.binary(max_size=300))
def test_random_bytes_are_refused_or_hold_no_spans(server: Server, path: str, body: bytes):
    assert server.put_traces(path, body).status_code in {200, 400}


@FUZZED
@given(path=st.sampled_from(VERSIONS), seed=st.integers(0, 2**32))
def test_mutilated_payloads_are_refused_whole_or_stored_and_the_next_is_stored(server: Server, path: str, seed: int):
    chance = random.Random(seed)
    body = bytearray(packed(path, [dd_span(), dd_span(error=1, meta={"error.stack": "x", "_dd.span_links": "[1]"})]))
    for _ in range(chance.randrange(1, 5)):
        body[chance.randrange(len(body))] = chance.randrange(256)

    assert server.put_traces(path, bytes(body)).status_code in {200, 400}
    span = dd_span()
    assert server.put_traces(path, packed(path, [span])).status_code == 200
    assert server.count(trace_id(span)) == 1
