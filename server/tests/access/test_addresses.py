"""Which requests are let through, by their Host and Origin."""

from __future__ import annotations

import socket

import pytest
from spanorigin_server.access import Access
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient


def status(
    bound_host: str, host: str, method: str = "GET", origin: str | None = None, path: str = "/", public_url: str = ""
) -> int:
    client = TestClient(Access(PlainTextResponse("through"), bound_host, public_url))
    return client.request(method, path, headers={"host": host} | ({"origin": origin} if origin else {})).status_code


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:4318", "LOCALHOST:1", "127.0.0.1:4318", "[::1]:4318", "app.localhost", "192.168.0.7"],
)
def test_names_of_this_machine_and_addresses_are_let_through(host: str):
    assert status("127.0.0.1", host) == 200


@pytest.mark.parametrize(
    "host", ["example.com", "localhost.example.com:4318", "spanorigin", "127.0.0.1.nip.example", "[oops"]
)
def test_other_names_are_refused(host: str):
    assert status("127.0.0.1", host) == 403


def test_beyond_loopback_names_of_the_local_network_are_let_through():
    assert status("0.0.0.0", "spanorigin:4318") == 200
    assert status("0.0.0.0", socket.gethostname()) == 200
    assert status("0.0.0.0", "spanorigin.observability.svc:4318") == 200
    assert status("0.0.0.0", "spanorigin.observability.svc.cluster.local") == 200
    assert status("127.0.0.1", "spanorigin.observability.svc") == 403
    assert status("0.0.0.0", "example.com") == 403
    assert status("0.0.0.0", "svc.example.com") == 403
    assert status("spans.example.com", "spans.example.com:4318") == 200


@pytest.mark.parametrize(
    ("method", "origin", "expected"),
    [
        ("POST", None, 200),
        ("POST", "http://localhost:3000", 200),
        ("POST", "https://127.0.0.1", 200),
        ("POST", "http://[::1]:5", 200),
        ("POST", "http://192.168.0.7:4318", 200),
        ("POST", "http://192.168.0.8:4318", 403),
        ("POST", "https://example.com", 403),
        ("DELETE", "https://example.com", 403),
        ("POST", "http://localhost.example.com", 403),
        ("POST", "null", 403),
        ("POST", "file://", 403),
        ("GET", "https://example.com", 200),
        ("OPTIONS", "https://example.com", 200),
    ],
)
def test_only_pages_of_this_machine_or_this_server_may_change_anything(method: str, origin: str | None, expected: int):
    assert status("192.168.0.7", "192.168.0.7:4318", method, origin) == expected


@pytest.mark.parametrize(
    ("path", "origin", "expected"),
    [
        ("/v1/traces", "http://localhost:3000", 200),
        ("/v0.4/traces", "http://127.0.0.1:3000", 200),
        ("/api/v1/views", "http://localhost:3000", 403),
        ("/api/v1/deletions", "http://127.0.0.1:4318", 403),
        ("/api/v1/deletions", "http://localhost:4318", 200),
        ("/api/v1/deletions", None, 200),
    ],
)
def test_pages_of_other_ports_send_spans_and_change_nothing(path: str, origin: str | None, expected: int):
    assert status("127.0.0.1", "localhost:4318", "POST", origin, path) == expected


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://spans.example.com", 200),
        ("https://SPANS.example.com", 200),
        ("http://spans.example.com", 403),
        ("https://spans.example.com:8443", 403),
        ("https://example.com", 403),
    ],
)
def test_pages_that_a_proxy_shows_under_the_public_address_are_the_servers(origin: str, expected: int):
    public = "https://spans.example.com"
    # As proxies write it that are not told to pass on what they were asked for.
    assert status("127.0.0.1", "localhost:4318", "POST", origin, "/api/v1/views", public) == expected


@pytest.mark.parametrize(
    ("site", "mode", "path", "expected"),
    [
        ("cross-site", "no-cors", "/api/v1/spans", 403),
        ("cross-site", "cors", "/api/v1/live", 403),
        ("cross-site", "no-cors", "/metrics", 403),
        ("cross-site", "navigate", "/api/v1/spans", 200),
        ("cross-site", "navigate", "/traces/1", 200),
        ("same-origin", "cors", "/api/v1/spans", 200),
        ("none", "navigate", "/api/v1/spans", 200),
        ("cross-site", "no-cors", "/sign-in", 200),
    ],
)
def test_pages_of_other_sites_cannot_even_ask(site: str, mode: str, path: str, expected: int):
    client = TestClient(Access(PlainTextResponse("through"), "127.0.0.1"))
    said = {"host": "localhost:4318", "sec-fetch-site": site, "sec-fetch-mode": mode}
    assert client.get(path, headers=said).status_code == expected
