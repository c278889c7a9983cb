"""The built web UI is served from its own list of files, and its absence is explained."""

from __future__ import annotations

import gzip

import pytest
from spanorigin_server.pages import Pages
from starlette.testclient import TestClient

HTML = {"accept": "text/html,*/*", "accept-encoding": "identity"}
PAGE, SCRIPT = "<!doctype html><title>UI</title>", "let a = 1\n"


@pytest.fixture
def client(tmp_path):
    folder = tmp_path / "web"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "app-1a2b.js").write_text(SCRIPT)
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (tmp_path / "secret.txt").write_text("hidden words")
    return TestClient(Pages(folder))


@pytest.mark.parametrize("path", ["/", "/traces/abc", "/index.html", "/a/b/c"])
def test_every_address_of_the_ui_gives_its_page_under_a_strict_policy(client, path):
    answer = client.get(path, headers=HTML)

    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_assets_are_cached_for_good_and_come_compressed_to_who_takes_it(client):
    plain = client.get("/assets/app-1a2b.js", headers=HTML)
    compressed = client.get("/assets/app-1a2b.js", headers={"accept-encoding": "gzip"})

    assert plain.text == compressed.text == SCRIPT
    assert "immutable" in plain.headers["cache-control"]
    assert "content-encoding" not in plain.headers
    assert compressed.headers["content-encoding"] == "gzip"
    assert "javascript" in compressed.headers["content-type"]


def test_a_page_that_the_browser_has_is_not_sent_again(client):
    for headers in (HTML, {**HTML, "accept-encoding": "gzip"}):
        mark = client.get("/", headers=headers).headers["etag"]

        again = client.get("/", headers={**headers, "if-none-match": mark})

        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["content-security-policy"].startswith("default-src 'self';")
        assert client.get("/", headers={**headers, "if-none-match": '"another"'}).status_code == 200


def test_who_asks_for_the_head_alone_learns_how_long_the_page_is(client):
    answer = client.head("/", headers=HTML)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(PAGE))


def test_other_files_of_the_ui_are_served(client):
    assert client.get("/favicon.svg").text == "<svg/>"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone.js",
        "/assets/app-1a2b.js.gz",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
    ],
)
def test_what_is_not_in_the_list_is_not_served(client, path):
    answer = client.get(path, headers={"accept": "*/*"})

    assert answer.status_code == 404
    assert "hidden words" not in answer.text


def test_without_a_built_ui_the_page_says_how_to_build_it(tmp_path):
    answer = TestClient(Pages(tmp_path / "none")).get("/", headers=HTML)

    assert answer.status_code == 200
    assert "make web" in answer.text
