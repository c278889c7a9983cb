"""Saved views are kept whole or not at all, under names of their own, and lead nowhere but into the UI."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from spanorigin_server.query import views
from spanorigin_server.query.views import VIEWS_MOST, Views, slug_of
from spanorigin_server.workers import Workers

from .api import Api, Client

ADDRESS = "/explore?q=has%3Aorigin&view=origins"


@pytest.fixture(scope="module")
def workers():
    workers = Workers(threads=2)
    yield workers
    workers.close()


@pytest.fixture
def api(tmp_path: Path, workers: Workers) -> Api:
    clock = iter(range(1000, 2000))
    return Api(Client(views.routes(Views(tmp_path / "views.json", now_ns=lambda: next(clock)), workers)))


def make(api: Api, name: str = "Slow origins", **more: str) -> dict:
    return api.send("POST", "/api/v1/views", 201, {"name": name, "address": ADDRESS, **more})


def refused(api: Api, method: str, address: str, status: int, body: object = None) -> str:
    return api.send(method, address, status, body)["error"]["slug"]


def test_a_view_is_made_read_changed_and_removed(api: Api):
    made = make(api, description="for the stand-up")
    where = f"/api/v1/views/{made['id']}"

    changed = api.send("PUT", where, 200, {"name": "Slower origins", "address": "/code"})

    assert (made["name"], made["address"], made["description"]) == ("Slow origins", ADDRESS, "for the stand-up")
    assert changed["created_ns"] == made["created_ns"] != changed["changed_ns"]
    assert api.get(where) == changed
    api.send("DELETE", where, 204)
    assert api.get("/api/v1/views") == {"views": []}
    assert refused(api, "GET", where, 404) == "view-not-found"


def test_views_outlive_the_server(tmp_path: Path):
    first = Views(tmp_path / "views.json")
    view = first.make(views._Draft(name="a", address="/"))

    assert Views(tmp_path / "views.json").listed() == [view]
    assert [path.name for path in tmp_path.iterdir()] == ["views.json"]


def test_a_view_has_an_address_that_outlives_its_names(api: Api):
    made = make(api, "Slow checkouts!")
    slug = made["slug"]

    api.send("PUT", f"/api/v1/views/{made['id']}", 200, {"name": "Payments", "address": "/code"})
    by_slug = api.get(f"/api/v1/views/{slug}")

    assert re.fullmatch(r"slow-checkouts-[2-9a-z]{5}", slug)
    assert (by_slug["id"], by_slug["slug"], by_slug["name"]) == (made["id"], slug, "Payments")
    api.send("DELETE", f"/api/v1/views/{slug}", 204)
    again = make(api, "Slow checkouts!")
    assert again["slug"] != slug
    assert refused(api, "GET", f"/api/v1/views/{slug}", 404) == "view-not-found"


@pytest.mark.parametrize(
    ("name", "words"),
    [("Größe / Übersicht", "grosse-ubersicht-"), ("購入", ""), ("-- 7 --", "7-"), ("x" * 90, "x" * 40 + "-")],
    ids=["accents", "no Latin letters", "signs", "long"],
)
def test_a_slug_has_the_words_of_the_name_that_an_address_can_hold(name: str, words: str):
    slug = slug_of(name)

    assert slug.startswith(words)
    assert re.fullmatch(r"[2-9a-z]{5}", slug.removeprefix(words))


def test_views_of_before_there_were_slugs_are_reached_by_their_ids(tmp_path: Path, workers: Workers):
    old = {
        "id": "00c0ffee00c0ffee",
        "name": "Old",
        "address": "/",
        "description": "",
        "created_ns": "1",
        "changed_ns": "1",
    }
    (tmp_path / "views.json").write_text(json.dumps([old]))
    api = Api(Client(views.routes(Views(tmp_path / "views.json"), workers)))

    found = api.get(f"/api/v1/views/{old['id']}")

    assert found == old | {"slug": old["id"]}
    api.send("PUT", f"/api/v1/views/{old['id']}", 200, {"name": "New", "address": "/"})
    assert api.get(f"/api/v1/views/{old['id']}")["slug"] == old["id"]


def test_views_come_by_name(api: Api):
    for name in ("b", "C", "a"):
        make(api, name)

    assert [view["name"] for view in api.get("/api/v1/views")["views"]] == ["a", "b", "C"]


def test_a_name_is_one_views_only(api: Api):
    made, other = make(api, "Mine"), make(api, "Other")

    assert refused(api, "POST", "/api/v1/views", 409, {"name": " mine ", "address": "/"}) == "view-name-taken"
    assert (
        refused(api, "PUT", f"/api/v1/views/{other['id']}", 409, {"name": "MINE", "address": "/"}) == "view-name-taken"
    )
    api.send("PUT", f"/api/v1/views/{made['id']}", 200, {"name": "MINE", "address": "/"})


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (None, "view-unreadable"),
        ([], "view-unreadable"),
        ({"name": "x"}, "view-unreadable"),
        ({"name": "", "address": "/"}, "view-unreadable"),
        ({"name": "  ", "address": "/"}, "view-unreadable"),
        ({"name": "x" * 101, "address": "/"}, "view-unreadable"),
        ({"name": "a\nb", "address": "/"}, "view-unreadable"),
        ({"name": 5, "address": "/"}, "view-unreadable"),
        ({"name": "x", "address": "/", "owner": "me"}, "view-unreadable"),
        ({"name": "x", "address": "explore"}, "view-address"),
        ({"name": "x", "address": "//evil.example"}, "view-address"),
        ({"name": "x", "address": "/\\evil.example"}, "view-address"),
        ({"name": "x", "address": "https://evil.example/"}, "view-address"),
        ({"name": "x", "address": "/explore?q=(a"}, "search-unclosed"),
    ],
    ids=str,
)
def test_what_is_no_view_is_refused_and_changes_nothing(api: Api, body: object, slug: str):
    assert refused(api, "POST", "/api/v1/views", 400, body) == slug
    assert api.get("/api/v1/views") == {"views": []}


def test_a_body_beyond_all_measure_is_refused(api: Api):
    assert refused(api, "POST", "/api/v1/views", 413, {"name": "x" * 70_000, "address": "/"}) == "view-unreadable"


def test_there_is_an_end_to_the_number_of_views(tmp_path: Path, workers: Workers):
    file = tmp_path / "views.json"
    view = {"name": "", "address": "/", "description": "", "created_ns": "1", "changed_ns": "1"}
    file.write_text(json.dumps([view | {"id": f"{n:016x}", "name": f"view {n}"} for n in range(VIEWS_MOST)]))
    api = Api(Client(views.routes(Views(file), workers)))

    assert refused(api, "POST", "/api/v1/views", 409, {"name": "one more", "address": "/"}) == "views-full"


def test_a_damaged_file_is_told_and_not_written_over(tmp_path: Path, workers: Workers):
    file = tmp_path / "views.json"
    file.write_text('[{"id": ')
    api = Api(Client(views.routes(Views(file), workers)))

    assert refused(api, "GET", "/api/v1/views", 503) == "views-unreadable"
    assert refused(api, "POST", "/api/v1/views", 503, {"name": "x", "address": "/"}) == "views-unreadable"
    assert file.read_text() == '[{"id": '


def test_a_file_that_cannot_be_written_loses_no_view(tmp_path: Path, workers: Workers):
    api = Api(Client(views.routes(Views(tmp_path / "views.json"), workers)))
    kept = make(api)
    (tmp_path / "views.draft").mkdir()

    assert refused(api, "POST", "/api/v1/views", 503, {"name": "x", "address": "/"}) == "views-not-written"
    assert Views(tmp_path / "views.json").listed()[0].id == kept["id"]
