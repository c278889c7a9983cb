"""Whoever refuses spans at OTLP/HTTP, the exporter is told so in a google.rpc.Status, in its own encoding."""

from __future__ import annotations

import pytest
from google.rpc.status_pb2 import Status
from spanorigin_server.access.scopes import Right
from spanorigin_tests.otlp import JSON, PROTOBUF

from .conftest import Shut

UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED, INTERNAL = 16, 7, 12, 13
AWAY = {"origin": "https://elsewhere.example"}


def status_of(answer, headers: dict[str, str]) -> tuple[int, str]:
    assert answer.headers["content-type"] == headers["content-type"]
    assert int(answer.headers["content-length"]) == len(answer.content)
    if headers is JSON:
        assert set(answer.json()) == {"code", "message"}
        return answer.json()["code"], answer.json()["message"]
    status = Status.FromString(answer.content)
    return status.code, status.message


@pytest.mark.parametrize("headers", [PROTOBUF, JSON], ids=["protobuf", "json"])
@pytest.mark.parametrize(
    ("shown", "http_status", "code", "slug"),
    [
        ({}, 401, UNAUTHENTICATED, "token-missing"),
        ({"authorization": "Bearer none-of-ours"}, 401, UNAUTHENTICATED, "token-unknown"),
        (Right.READ, 403, PERMISSION_DENIED, "right-missing"),
        (AWAY, 403, PERMISSION_DENIED, "origin-not-ours"),
        ({"host": "elsewhere.example"}, 403, PERMISSION_DENIED, "host-not-ours"),
    ],
    ids=["nobody", "unknown", "other-right", "other-page", "other-host"],
)
def test_a_refusal_at_the_gate_is_a_status(shut: Shut, headers, shown, http_status: int, code: int, slug: str):
    shown = shut.bearer(shown) if isinstance(shown, Right) else shown

    answer = shut.client.post("/v1/traces", content=b"", headers=headers | shown)

    assert answer.status_code == http_status
    given, message = status_of(answer, headers)
    assert given == code
    assert f"[{slug}]" in message
    assert answer.headers.get_list("www-authenticate") == (['Bearer realm="spanorigin"'] if http_status == 401 else [])


@pytest.mark.parametrize("headers", [PROTOBUF, JSON], ids=["protobuf", "json"])
def test_a_method_that_is_not_there_is_a_status(shut: Shut, headers):
    answer = shut.client.put("/v1/traces", content=b"", headers=headers)

    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]
    assert status_of(answer, headers)[0] == UNIMPLEMENTED


@pytest.mark.parametrize("headers", [PROTOBUF, JSON], ids=["protobuf", "json"])
def test_a_mistake_of_ours_is_a_status(shut: Shut, headers, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("spanorigin_server.ingest.otlp.accepted", lambda *_: 1 / 0)
    shut.client._transport.raise_server_exceptions = False
    body = b"{}" if headers is JSON else b""
    try:
        answer = shut.client.post("/v1/traces", content=body, headers=headers | shut.bearer(Right.INGEST))
    finally:
        shut.client._transport.raise_server_exceptions = True

    assert answer.status_code == 500
    code, message = status_of(answer, headers)
    assert code == INTERNAL
    assert "[server-failed]" in message


def test_what_is_no_otlp_is_refused_in_the_apis_words(shut: Shut):
    answer = shut.client.get("/api/v1/spans")

    assert set(answer.json()) == {"error"}
