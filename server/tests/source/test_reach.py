"""A fetch goes where it was sent by who registered it, and on to the internet: not to the server's surroundings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from spanorigin_server.source.fetching import fetched
from spanorigin_server.source.reach import Reach, ReachRefused


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("git.example.com", "93.184.216.34"),
        ("git.example.com", "10.0.0.7"),
        ("git.example.com", "127.0.0.1"),
        ("GIT.example.com", "fd12:3456::1"),
        ("objects.example.net", "93.184.216.34"),
        ("objects.example.net", "2606:2800:220:1::1"),
        ("proxy.internal", "10.0.0.9"),
        ("", "/run/resolver"),
    ],
)
def test_what_was_named_proxies_and_the_internet_are_reached(host: str, address: str, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://proxy.internal:3128")

    Reach("git.example.com").check(host, address)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("git.example.com", "169.254.169.254"),
        ("git.example.com", "::ffff:169.254.169.254"),
        ("git.example.com", "fe80::1%eth0"),
        ("git.example.com", "fd00:ec2::254"),
        ("git.example.com", "100.100.100.200"),
        ("other.example.com", "127.0.0.1"),
        ("other.example.com", "::1"),
        ("other.example.com", "10.0.0.7"),
        ("other.example.com", "::ffff:192.168.0.1"),
        ("other.example.com", "0.0.0.0"),
        ("other.example.com", "100.64.0.1"),
    ],
)
def test_the_machines_surroundings_are_not(host: str, address: str):
    with pytest.raises(ReachRefused):
        Reach("git.example.com").check(host, address)


@pytest.fixture
def sends_on() -> Iterator[ThreadingHTTPServer]:
    """A server at 127.0.0.1 that sends everybody on to `elsewhere`, and notes who came."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.asked.append(self.headers["host"])
            self.send_response(302)
            self.send_header("location", f"{self.server.elsewhere}{self.path}")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("elsewhere", ["http://169.254.169.254", "http://localhost:{port}"])
def test_a_redirect_into_the_servers_own_network_is_not_followed(sends_on, elsewhere: str, tmp_path):
    port = sends_on.server_port
    sends_on.elsewhere = elsewhere.format(port=port)

    answer = fetched({"folder": str(tmp_path / "new.git"), "url": f"http://127.0.0.1:{port}/shop", "address": ""})

    assert "and no git server's" in answer["problem"] or "it was sent on to localhost" in answer["problem"], answer
    assert sends_on.asked == [f"127.0.0.1:{port}"]
