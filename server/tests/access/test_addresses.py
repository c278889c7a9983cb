"""Which requests are let through, by their Host and Origin."""

from __future__ import annotations

import socket

import pytest
from spanorigin_server.access import Access
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient


def status(bound_host: str, host: str, method: str = "GET", origin: str | None = None) -> int:
    client = TestClient(Access(PlainTextResponse("through"), bound_host))
    return client.request(method, "/", headers={"host": host} | ({"origin": origin} if origin else {})).status_code


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
    assert status("0.0.0.0", "example.com") == 403
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
