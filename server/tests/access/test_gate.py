"""Every route and every door of a shut server: who gets in, and for what."""

from __future__ import annotations

import re

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanorigin_server.access.audit import Audit
from spanorigin_server.access.gate import Gate, Guard, Refusal
from spanorigin_server.access.principal import Principal
from spanorigin_server.access.scopes import NEEDS, OPEN, Right, need_of
from spanorigin_server.access.sessions import COOKIE, Sessions
from spanorigin_server.access.tokens import FILE_NAME, Tokens
from spanorigin_server.ingest.otlp_grpc import METHOD

from .conftest import ADDRESS, DATADOG_PORT, PAGE, Shut, applications

PROTOBUF = {"content-type": "application/x-protobuf"}


def mounted(shut: Shut) -> list[tuple[str, str, object]]:
    return [
        (route.path, method, route.app)
        for application in applications(shut.app)
        for route in application.routes
        for method in sorted(route.methods)
    ]


def address(path: str) -> str:
    """A route's path with something in its places, at the port that has it."""
    filled = re.sub(r"\{(\w+)(:path)?\}", lambda found: "0" * (32 if found[1] == "trace_id" else 16), path)
    is_datadog = path == "/info" or path.startswith(("/v0.", "/telemetry", "/debugger"))
    return f"http://localhost:{DATADOG_PORT}{filled}" if is_datadog else filled


def test_every_route_has_a_declared_need_and_stands_behind_it(shut):
    routes = mounted(shut)

    undeclared = [
        (path, method) for path, method, _ in routes if method != "HEAD" and method not in NEEDS.get(path, {})
    ]
    assert len(routes) > 40
    assert undeclared == [], "add a row to NEEDS in spanorigin_server/access/scopes.py"
    assert [path for path, _, app in routes if not isinstance(app, Guard)] == []


def test_the_table_has_no_row_without_a_route(shut):
    paths = {path for path, _, _ in mounted(shut)}

    assert set(NEEDS) - paths == set()


def test_nothing_that_needs_a_right_answers_without_a_token(shut):
    for path, method, _ in mounted(shut):
        if need_of(path, method) is not OPEN:
            answer = shut.client.request(method, address(path))
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"].startswith("Bearer")


def test_no_right_stands_in_for_another(shut):
    for right in Right:
        headers = shut.bearer(*[other for other in Right if other is not right])
        for path, method, _ in mounted(shut):
            if need_of(path, method) is right:
                answer = shut.client.request(method, address(path), headers=headers)
                assert answer.status_code == 403, (method, path, right)
                assert b"right-missing" in answer.content or method == "HEAD"


def test_the_right_that_is_needed_is_enough(shut):
    assert shut.client.get("/api/v1/health", headers=shut.bearer(Right.READ)).status_code == 200
    sent = shut.client.post("/v1/traces", content=b"", headers=PROTOBUF | shut.bearer(Right.INGEST))
    assert sent.status_code == 200
    draft = {"name": "mine", "address": "/explore"}
    made = shut.client.post("/api/v1/views", json=draft, headers=shut.bearer(Right.WRITE))
    assert made.status_code == 201


def test_datadogs_door_takes_the_token_in_the_header_of_datadogs_key_too(shut):
    url, empty = f"http://localhost:{DATADOG_PORT}/v0.4/traces", b"\x90"
    headers = {"content-type": "application/msgpack", "dd-api-key": shut.secret(Right.INGEST)}

    assert shut.client.put(url, content=empty, headers=headers).status_code == 200
    assert shut.client.put(url, content=empty, headers=headers | {"dd-api-key": "another"}).status_code == 401


def test_the_door_of_grpc_takes_the_token_as_metadata(shut):
    def export(*metadata: tuple[str, str]) -> grpc.StatusCode:
        with grpc.insecure_channel(f"127.0.0.1:{shut.grpc_port}") as channel:
            call = channel.unary_unary(METHOD)
            try:
                call(ExportTraceServiceRequest().SerializeToString(), timeout=20, metadata=metadata)
            except grpc.RpcError as error:
                return error.code()
            return grpc.StatusCode.OK

    assert export() is grpc.StatusCode.UNAUTHENTICATED
    assert export(("authorization", "Bearer nonsense")) is grpc.StatusCode.UNAUTHENTICATED
    assert export(("authorization", shut.bearer(Right.READ)["authorization"])) is grpc.StatusCode.PERMISSION_DENIED
    assert export(("authorization", shut.bearer(Right.INGEST)["authorization"])) is grpc.StatusCode.OK


@pytest.mark.parametrize(
    "shown", ["Bearer", "Bearer ", "Basic abc", "Bearer \udcff".encode("utf-8", "replace").decode()]
)
def test_what_is_no_token_is_refused(shut, shown):
    assert shut.client.get("/api/v1/health", headers={"authorization": shown}).status_code == 401


def test_a_revoked_token_is_refused_by_the_next_request(shut):
    token, secret = shut.tokens.add("short", [Right.READ])
    headers = {"authorization": f"bearer {secret}"}
    assert shut.client.get("/api/v1/health", headers=headers).status_code == 200

    shut.tokens.revoke(token.name)

    answer = shut.client.get("/api/v1/health", headers=headers)
    assert (answer.status_code, answer.json()["error"]["slug"]) == (401, "token-unknown")


def test_while_the_tokens_cannot_be_read_senders_are_asked_to_come_back(shut):
    headers = shut.bearer(Right.INGEST, Right.READ)
    file = shut.folder / "tokens.json"
    kept = file.read_bytes()
    try:
        file.write_bytes(b"{")
        answer = shut.client.post("/v1/traces", content=b"", headers=PROTOBUF | headers)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    finally:
        file.write_bytes(kept)
    assert shut.client.get("/api/v1/health", headers=headers).status_code == 200


def test_a_person_signs_in_with_a_token_and_out_again(shut):
    browser = shut.browser()
    led = browser.get("/traces/abc?tab=code", headers=PAGE)
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in?next=/traces/abc%3Ftab%3Dcode")
    page = browser.get(led.headers["location"], headers=PAGE)
    assert "value='/traces/abc?tab=code'" in page.text
    assert "unsafe" not in page.headers["content-security-policy"]

    form = {"token": shut.secret(Right.READ), "next": "/traces/abc?tab=code"}
    signed_in = browser.post("/sign-in", data=form, headers={"origin": ADDRESS})

    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/traces/abc?tab=code")
    cookie = signed_in.headers["set-cookie"]
    assert all(word in cookie for word in (f"{COOKIE}=", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert form["token"] not in cookie
    assert browser.get("/api/v1/health").status_code == 200
    assert browser.get("/traces/abc", headers=PAGE).text.startswith("<!doctype html><title>UI")
    assert browser.get("/api/v1/session").json()["rights"] == ["read"]

    value = browser.cookies[COOKIE]
    browser.post("/sign-out", headers={"origin": ADDRESS})
    assert browser.get("/api/v1/health", headers={"cookie": f"{COOKIE}={value}"}).status_code == 401


def test_a_session_ends_with_the_token_that_began_it(shut):
    browser = shut.browser()
    token, secret = shut.tokens.add("laptop", [Right.READ])
    browser.post("/sign-in", data={"token": secret}, headers={"origin": ADDRESS})
    assert browser.get("/api/v1/health").status_code == 200

    shut.tokens.revoke(token.id)

    assert browser.get("/api/v1/health").status_code == 401


@pytest.mark.parametrize("origin", [None, "http://localhost:3000", "https://localhost:4318.example.com", "null"])
def test_a_cookie_changes_nothing_for_a_page_that_is_not_the_servers(shut, origin):
    browser = shut.browser()
    form = {"token": shut.secret(Right.READ, Right.WRITE)}
    browser.post("/sign-in", data=form, headers={"origin": ADDRESS})
    draft = {"name": f"by {origin}", "address": "/explore"}

    answer = browser.post("/api/v1/views", json=draft, headers={"origin": origin} if origin else {})

    assert answer.status_code == 403
    assert draft["name"] not in [view["name"] for view in browser.get("/api/v1/views").json()["views"]]
    assert browser.post("/api/v1/views", json=draft, headers={"origin": ADDRESS}).status_code == 201


def test_no_browser_takes_an_answer_of_the_api_for_anything_but_what_it_is(shut):
    for path in ("/api/v1/session", "/api/v1/health", "/api/v1/nothing"):
        answer = shut.client.get(path, headers=shut.bearer(Right.READ))
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_behind_a_proxy_with_a_host_of_its_own_the_public_address_is_the_servers(tmp_path):
    public = "https://spans.example.com"
    gate = Gate(Tokens(tmp_path / FILE_NAME), Sessions(), Audit(tmp_path), demands=True, public_url=public)
    cookie = gate.sessions.begin(Principal("ada", frozenset(Right), "person"))

    def answer(origin: str) -> Principal | Refusal:
        headers = {"host": "localhost:4318", "origin": origin, "cookie": f"{COOKIE}={cookie}"}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        return gate.admitted_scope({"method": "POST", "headers": raw}, Right.WRITE)

    assert answer(public).name == "ada"
    assert answer("https://example.com").slug == "page-not-ours"


@pytest.mark.parametrize("to", ["//example.com", "/\\example.com", "https://example.com", "example.com", "/a\nb"])
def test_signing_in_leads_nowhere_else(shut, to):
    form = {"token": shut.secret(Right.READ), "next": to}

    assert shut.browser().post("/sign-in", data=form).headers["location"] == "/"


@pytest.mark.parametrize(("rights", "status"), [([], 401), ([Right.INGEST], 403)])
def test_a_token_that_is_none_or_may_not_read_signs_nobody_in(shut, rights, status):
    token = shut.secret(*rights) if rights else "<b>nonsense"

    answer = shut.browser().post("/sign-in", data={"token": token})

    assert answer.status_code == status
    assert "set-cookie" not in answer.headers
    assert "<b>" not in answer.text


def test_another_site_cannot_sign_anybody_in(shut):
    form = {"token": shut.secret(Right.READ)}

    answer = shut.browser().post("/sign-in", data=form, headers={"origin": "http://localhost:1"})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
