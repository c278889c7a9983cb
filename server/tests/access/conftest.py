"""A whole server that demands tokens, called without a socket, and the tokens it takes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from spanorigin_server.access.scopes import Right
from spanorigin_server.access.tokens import FILE_NAME, Tokens
from spanorigin_server.app import application
from spanorigin_server.records import Doors
from spanorigin_server.settings import MEBIBYTE, Settings
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.store.engine import EmbeddedEngine
from starlette.applications import Starlette
from starlette.testclient import TestClient

# Only named, never listened on.
DATADOG_PORT = 8126
ADDRESS = "http://localhost:4318"
PAGE = {"accept": "text/html"}


class Shut:
    """A server that demands tokens: its client, its tokens, and its application."""

    def __init__(self, app: Any, client: TestClient, folder: Path, grpc_port: int) -> None:
        self.app = app
        self.client = client
        self.folder = folder
        self.grpc_port = grpc_port
        self.tokens = Tokens(folder / FILE_NAME)
        self._made = 0

    @property
    def gate(self) -> Any:
        """The server's own, where the guards of its routes have it."""
        (application, *_) = applications(self.app)
        return next(route.app._gate for route in application.routes)

    def secret(self, *rights: Right) -> str:
        """The secret of a new token with these rights."""
        self._made += 1
        return self.tokens.add(f"test {self._made}", rights)[1]

    def bearer(self, *rights: Right) -> dict[str, str]:
        return {"authorization": f"Bearer {self.secret(*rights)}"}

    def browser(self) -> TestClient:
        """A client with a memory for cookies of its own, that follows no redirect by itself."""
        return TestClient(self.app, base_url=ADDRESS, follow_redirects=False)


def applications(app: Any) -> list[Starlette]:
    """The applications behind the server's ports: whatever of that kind its outermost function holds."""
    return [cell.cell_contents for cell in app.__closure__ if isinstance(cell.cell_contents, Starlette)]


@pytest.fixture(scope="module")
def shut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shut]:
    folder = tmp_path_factory.mktemp("shut")
    settings = Settings("127.0.0.1", 4318, folder, 2 * MEBIBYTE, None, demands_tokens_here=True)
    engine = EmbeddedEngine(folder)
    doors = Doors(4318, [("127.0.0.1", free_port())], DATADOG_PORT)
    web = folder / "web"
    web.mkdir()
    (web / "index.html").write_text("<!doctype html><title>UI</title>")
    app = application(settings, engine, Repositories(), doors, web_folder=web)
    with TestClient(app, base_url=ADDRESS) as client:
        yield Shut(app, client, folder, doors.grpc[0][1])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return int(holder.getsockname()[1])
