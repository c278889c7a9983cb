"""The routes of repositories and path rules: in the contract's shapes, every mistake refused, every change kept."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from importlib.resources import files as resources
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from spanorigin_server.source import registering
from spanorigin_server.source.registered import Registered
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.source.rules import Rules
from spanorigin_server.workers import Workers
from starlette.applications import Starlette

DOCUMENT = json.loads((resources("spanorigin_server") / "openapi.json").read_text())
Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(tmp_path) -> Iterator[Ask]:
    """Questions to the routes over an empty data folder, each answer held against the contract."""
    workers, data = Workers(), tmp_path / "data"
    registered = Registered(Repositories(), data)
    registered.open()
    app = Starlette(routes=registering.routes(registered, Rules(data), workers, bundle_most_bytes=100_000))

    def ask(method: str, path: str, shape: str = "", **more: Any) -> tuple[int, Any]:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://server", timeout=30) as client:
                return await client.request(method, f"/api/v1/{path}", **more)

        answer = asyncio.run(send())
        if answer.status_code == 204:
            return 204, None
        described = DOCUMENT["paths"][f"/api/v1/{shape or path}"][method.lower()]["responses"][str(answer.status_code)]
        if "$ref" in described:
            described = DOCUMENT["components"]["responses"]["Error"]
        schema = described["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(answer.json())
        return answer.status_code, answer.json()

    yield ask
    registered.close()
    workers.close()


def settled(ask: Ask, repository_id: str) -> dict[str, Any]:
    end = time.monotonic() + 60
    while True:
        _, told = ask("GET", f"repositories/{repository_id}", "repositories/{repository_id}")
        if told["state"] != "fetching":
            return told
        assert time.monotonic() < end
        time.sleep(0.02)


def slug(answered: tuple[int, Any]) -> tuple[int, str]:
    return answered[0], answered[1]["error"]["slug"]


def test_a_repository_is_added_listed_refreshed_and_removed(shop, ask):
    first = shop.commit(pay_py="# one\n")

    status, made = ask("POST", "repositories", json={"url": f"file://{shop.root}"})
    assert (status, made["state"]) == (201, "fetching")
    assert settled(ask, made["id"])["commit"] == first
    second = shop.commit(pay_py="# two\n")
    status, _ = ask("POST", f"repositories/{made['id']}/refresh", "repositories/{repository_id}/refresh")
    assert status == 202
    assert settled(ask, made["id"])["commit"] == second
    _, listed = ask("GET", "repositories")
    assert [each["name"] for each in listed["repositories"]] == ["shop"]

    status, _ = ask("DELETE", f"repositories/{made['id']}", "repositories/{repository_id}")

    assert status == 204
    assert ask("GET", "repositories")[1] == {"repositories": []}


def test_a_bundle_is_uploaded_as_it_is(shop, ask, tmp_path):
    head = shop.commit(pay_py="# one\n")
    shop.git("bundle", "create", "--quiet", str(tmp_path / "b"), "--all")
    body = (tmp_path / "b").read_bytes()

    status, made = ask("POST", "repositories", params={"name": "till"}, content=body)

    assert status == 201
    assert settled(ask, made["id"])["commit"] == head
    assert not list((tmp_path / "data/source").glob("upload-*"))


def test_mistakes_are_refused_and_leave_nothing_behind(shop, ask, tmp_path):
    shop.commit(pay_py="#\n")
    ask("POST", "repositories", json={"path": str(shop.root)})

    assert slug(ask("POST", "repositories", json={"path": str(shop.root)})) == (409, "repository-known")
    assert slug(ask("POST", "repositories", json={})) == (400, "repository-unreadable")
    assert slug(ask("POST", "repositories", json={"path": "/x", "url": "file:///x"})) == (400, "repository-unreadable")
    assert slug(ask("POST", "repositories", json={"paht": "/x"})) == (400, "repository-unreadable")
    assert slug(ask("POST", "repositories", json={"url": "shop"})) == (400, "repository-address")
    assert slug(ask("POST", "repositories", json={"path": "/nowhere"})) == (400, "repository-not-there")
    for name in ("a/b", "..@x", "a" * 101, "a\nb", "a%2fb"):
        assert slug(ask("POST", "repositories", json={"path": str(shop.root), "name": name})) == (
            400,
            "repository-name",
        )
    assert slug(ask("POST", "repositories", content=b"x")) == (400, "repository-name")
    large = ask("POST", "repositories", params={"name": "x"}, content=b"x" * 100_001)
    assert slug(large) == (413, "bundle-too-large")
    for method, path in (("GET", "x"), ("DELETE", "x"), ("POST", "x/refresh")):
        shape = "repositories/{repository_id}" + path.removeprefix("x")
        assert slug(ask(method, f"repositories/{path}", shape)) == (404, "repository-not-found")
    assert slug(ask("DELETE", "repositories/start-0", "repositories/{repository_id}")) == (
        409,
        "repository-of-the-start",
    )
    assert not list((tmp_path / "data").rglob("upload-*"))
    assert len(ask("GET", "repositories")[1]["repositories"]) == 1


def test_a_rule_is_made_changed_and_removed(ask):
    draft = {"service": "web", "from": "/srv/app/", "to": "/services/web/", "repository": "shop"}

    status, made = ask("POST", "path-rules", json=draft)
    assert (status, made["from"], made["to"]) == (201, "/srv/app", "services/web")
    assert slug(ask("POST", "path-rules", json=draft)) == (409, "path-rule-known")
    one = f"path-rules/{made['id']}"
    _, changed = ask("PUT", one, "path-rules/{rule_id}", json={**draft, "to": ""})
    assert changed["to"] == ""
    assert ask("GET", "path-rules")[1]["rules"] == [changed]
    assert ask("DELETE", one, "path-rules/{rule_id}")[0] == 204
    assert slug(ask("DELETE", one, "path-rules/{rule_id}")) == (404, "path-rule-not-found")
    assert ask("GET", "path-rules")[1] == {"rules": []}


@pytest.mark.parametrize(
    "draft",
    [
        {},
        {"from": "/srv"},
        {"from": "", "repository": "shop"},
        {"from": "/srv", "repository": ""},
        {"from": "/srv", "repository": "shop", "to": "../etc"},
        {"from": "/srv", "repository": "shop", "to": "a//b"},
        {"from": "/srv\0", "repository": "shop"},
        {"from": "/srv", "repository": "s" * 1001},
        {"from": "/srv", "repository": "shop", "more": 1},
        [],
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(ask, draft):
    assert slug(ask("POST", "path-rules", json=draft)) == (400, "path-rule-unreadable")
