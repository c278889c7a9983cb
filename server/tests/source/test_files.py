"""Code as a page: whole files of registered repositories, and nothing else, whatever is asked for."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from spanorigin_server.source import code_endpoint
from spanorigin_server.source.files import Files
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.workers import Workers
from starlette.applications import Starlette

DOCUMENT = json.loads((resources("spanorigin_server") / "openapi.json").read_text())
PAY = "import os\n\n\ndef pay(total):\n    return total\n"
SECRET = "SECRET = 1\n"
Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def workers() -> Iterator[Workers]:
    workers = Workers()
    yield workers
    workers.close()


@pytest.fixture
def asking(workers) -> Callable[..., Ask]:
    """Questions to the routes over registered folders, each answer held against the contract."""

    def over(*folders: Path) -> Ask:
        repositories = Repositories.at(folders)
        app = Starlette(routes=code_endpoint.routes(repositories, Files(repositories), workers))

        def ask(what: str = "/file", /, **parameters: str) -> tuple[int, dict[str, Any]]:
            async def send() -> httpx.Response:
                async with httpx.AsyncClient(
                    transport=httpx.ASGITransport(app), base_url="http://server", timeout=30
                ) as client:
                    return await client.get(f"/api/v1/code{what}", params=parameters)

            answer = asyncio.run(send())
            response = DOCUMENT["paths"][f"/api/v1/code{what}"]["get"]["responses"][str(answer.status_code)]
            if "$ref" in response:
                response = DOCUMENT["components"]["responses"]["Error"]
            schema = response["content"]["application/json"]["schema"]
            Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(answer.json())
            return answer.status_code, answer.json()

        return ask

    return over


def text(answer: dict[str, Any]) -> str:
    return "\n".join("".join(piece for _, piece in line) for line in answer["lines"])


def refusal(answered: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    status, answer = answered
    return status, answer["error"]["slug"]


def test_a_file_is_shown_whole_as_it_was_at_a_commit(shop, asking):
    then = shop.commit(app__pay_py=PAY)
    shop.commit(app__pay_py="# later\n")

    status, answer = asking(shop.root)(repository="shop", commit=then[:10], path="app/pay.py")

    assert (status, answer["commit"], answer["taken_from"], answer["total_lines"]) == (200, then, "commit", 5)
    assert text(answer) == PAY.rstrip("\n")
    assert ["k", "def"] in answer["lines"][3]


def test_without_a_commit_a_file_is_shown_as_it_is_on_disk(shop, asking):
    shop.commit(app__pay_py=PAY)
    shop.write("app/pay.py", "# not committed\n")

    _, answer = asking(shop.root)(repository="shop", path="app/pay.py")

    assert (answer["taken_from"], text(answer)) == ("working_copy", "# not committed")


def test_a_file_changed_or_added_since_the_commit_that_is_checked_out_is_shown_as_it_runs(shop, asking):
    head = shop.commit(app__pay_py=PAY)
    shop.write("app/pay.py", "# changed\n" + PAY)
    shop.write("app/new.py", "# new\n")
    shop.git("add", "app/new.py")
    ask = asking(shop.root)

    for path, first in (("app/pay.py", "# changed"), ("app/new.py", "# new")):
        _, answer = ask(repository="shop", commit=head, path=path)
        assert (answer["taken_from"], text(answer).split("\n")[0]) == ("working_copy", first)


def test_the_files_of_a_commit_are_listed_in_order_without_links_and_submodules(shop, make_working, asking):
    inner = make_working("inner", None)
    inner.commit(x_py="#\n")
    shop.write("b/z.py", PAY)
    (shop.root / "link.py").symlink_to("b/z.py")
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "vendored")
    head = shop.commit(a_py=PAY)

    _, tree = asking(shop.root)("/tree", repository="shop", commit=head)

    assert (tree["paths"], tree["is_whole"], tree["commit"]) == ([".gitmodules", "a.py", "b/z.py"], True, head)


def test_the_repositories_are_named_with_what_is_checked_out(shop, tmp_path, asking):
    head = shop.commit(a_py=PAY)
    (tmp_path / "plain").mkdir()

    _, answer = asking(shop.root, tmp_path / "plain")("")

    assert answer["repositories"] == [{"name": "shop", "commit": head}, {"name": "plain", "commit": None}]


def test_checkouts_of_one_name_are_told_apart_by_commit_and_never_guessed_between(make_working, asking):
    one, two = make_working("one/shop", None), make_working("two/shop", None)
    first, second = one.commit(pay_py="# one\n"), two.commit(pay_py="# two\n")
    ask = asking(one.root, two.root)

    assert text(ask(repository="shop", commit=first, path="pay.py")[1]) == "# one"
    assert text(ask(repository="shop", commit=second, path="pay.py")[1]) == "# two"
    assert refusal(ask(repository="shop", path="pay.py")) == (404, "ambiguous-path")


WAYS_OUT = [
    "../secret.py",
    "app/../../secret.py",
    "app/./pay.py",
    "/etc/passwd",
    "//etc/passwd",
    ".git/config",
    ".git",
    ".",
    "app",
    "app/",
    "..\\secret.py",
    "app\\pay.py",
    "%2e%2e/secret.py",
    "..%2fsecret.py",
    "．．/secret.py",
    "..／secret.py",
    "\u2025/secret.py",
    "app/pay.py\0.png",
    "\0",
    "app/link.py",
    "app/absolute.py",
    "linked/x.py",
    "loop/loop/app/pay.py",
    "vendored/x.py",
    "vendored/.git",
    ".git/modules/vendored/HEAD",
    "app/pay.py/",
    "APP/PAY.PY",
    "C:/secret.py",
    "\udc80.py".encode("utf-8", "replace").decode(),
    "~/secret.py",
    "HEAD:app/pay.py",
    ":(top)app/pay.py",
    "a/" * 2000,
]


@pytest.fixture
def dangerous(shop, make_working, tmp_path):
    """A repository with links out of itself, a submodule, and untracked files beside the tracked ones."""
    (tmp_path / "secret.py").write_text(SECRET)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/x.py").write_text(SECRET)
    inner = make_working("inner", None)
    inner.commit(x_py=SECRET)
    shop.commit(app__pay_py=PAY, linked__x_py=PAY)
    (shop.root / "app/link.py").symlink_to("../../secret.py")
    (shop.root / "app/absolute.py").symlink_to(tmp_path / "secret.py")
    (shop.root / "loop").symlink_to(".")
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "vendored")
    shop.commit()
    # A tracked folder that was replaced by a link to the outside, after the commit.
    (shop.root / "linked/x.py").unlink()
    (shop.root / "linked").rmdir()
    (shop.root / "linked").symlink_to(tmp_path / "outside")
    shop.write("app/untracked.py", SECRET)
    return shop


def test_no_way_leads_out_of_the_tracked_files(dangerous, asking):
    ask, head = asking(dangerous.root), dangerous.git("rev-parse", "HEAD")

    for path in (*WAYS_OUT, "app/untracked.py"):
        for commit in ("", head):
            status, answer = ask(repository="shop", commit=commit, path=path)
            assert status in (200, 400, 404), (path, answer)
            assert "SECRET" not in json.dumps(answer), path
            # The commit's own file is the one thing of these that may be shown: git has it as a regular file.
            assert status != 200 or (path, commit, text(answer)) == ("linked/x.py", head, PAY.rstrip("\n")), path
    assert ask(repository="shop", commit=head, path="app/pay.py")[0] == 200


def test_no_way_leads_out_of_a_clone_of_ours_either(dangerous, asking, tmp_path):
    """A mirror is bare: there is nothing beside its objects, and links in its commits are not followed."""
    head = dangerous.git("rev-parse", "HEAD")
    dangerous.git("clone", "--quiet", "--bare", ".", str(tmp_path / "clone/shop.git"))
    ask = asking(tmp_path / "clone/shop.git")
    (name,) = [each["name"] for each in ask("")[1]["repositories"]]

    for path in (*WAYS_OUT, "app/untracked.py", "HEAD", "config", "objects/info/packs", "../shop.git/config"):
        for commit in ("", head):
            status, answer = ask(repository=name, commit=commit, path=path)
            assert status in (400, 404) or (path, text(answer)) == ("linked/x.py", PAY.rstrip("\n")), path
            assert "SECRET" not in json.dumps(answer), path
    assert ask(repository=name, commit="", path="app/pay.py")[0] == 200


@pytest.mark.parametrize(
    "commit", ["HEAD", "main..", "--output=/tmp/x", "..", "a" * 40, "HEAD^{tree}", "0" * 40, ":/x"]
)
def test_a_change_is_between_commits_and_nothing_else(shop, asking, commit):
    head = shop.commit(app__pay_py=PAY)
    ask = asking(shop.root)

    for parameters in ({"base": commit, "head": head}, {"base": head, "head": commit}):
        status, slug = refusal(ask("/diff", repository="shop", **parameters))
        assert (status, slug) == (404, "commit-not-in-checkout")
    assert refusal(ask("/diff", repository="../shop", base=head, head=head))[1] == "repository-not-registered"
    assert refusal(ask("/commits", repository="/etc"))[1] == "repository-not-registered"


@pytest.mark.parametrize("name", ["../shop", "/etc", ".", "", "shop/app", "SHOP", "shop\0", "%73hop"])
def test_only_names_of_registered_repositories_are_known(shop, asking, name):
    shop.commit(app__pay_py=PAY)
    ask = asking(shop.root)

    for what, more in (("/file", {"path": "app/pay.py"}), ("/tree", {})):
        assert refusal(ask(what, repository=name, **more)) in (
            (404, "repository-not-registered"),
            (400, "parameter-missing"),
        )


@pytest.mark.parametrize("commit", ["HEAD", "main", "refs/heads/main", "--help", "..", "a" * 40, "a" * 6, "HEAD~1"])
def test_a_commit_is_its_digits_and_nothing_else(shop, asking, commit):
    shop.commit(app__pay_py=PAY)
    shop.commit(app__pay_py=PAY + "#\n")

    assert refusal(asking(shop.root)(repository="shop", commit=commit, path="app/pay.py")) == (
        404,
        "commit-not-in-checkout",
    )


def test_ids_of_trees_and_files_are_no_commits(shop, asking):
    shop.commit(app__pay_py=PAY)
    ask = asking(shop.root)

    for name in ("HEAD^{tree}", "HEAD:app/pay.py"):
        found = shop.git("rev-parse", name)
        assert refusal(ask(repository="shop", commit=found, path="app/pay.py")) == (404, "commit-not-in-checkout")


def test_names_and_contents_in_odd_encodings_are_served_or_left_out_and_never_fail(shop, asking):
    shop.write("app/grüße 100%.py", "x = 'ä'\n")
    shop.write("app/latin.py", b"# -*- coding: latin-1 -*-\nx = '\xe4'\n")
    shop.write("app/wide.py", "x = 1\n".encode("utf-16"))
    shop.write("app/lying.py", b"# coding: no-such\nx = '\xff'\n")
    (Path(os.fsdecode(os.fsencode(shop.root) + b"/app/\xff.py"))).write_text(PAY)
    head = shop.commit()
    ask = asking(shop.root)

    _, tree = ask("/tree", repository="shop", commit=head)

    assert tree["paths"] == ["app/grüße 100%.py", "app/latin.py", "app/lying.py", "app/wide.py"]
    assert text(ask(repository="shop", commit=head, path="app/grüße 100%.py")[1]) == "x = 'ä'"
    assert text(ask(repository="shop", commit=head, path="app/latin.py")[1]).endswith("x = 'ä'")
    assert text(ask(repository="shop", commit=head, path="app/lying.py")[1]).endswith("x = 'ÿ'")
    assert refusal(ask(repository="shop", commit=head, path="app/wide.py")) == (404, "file-not-shown")


def test_a_damaged_repository_is_refused_with_a_reason(shop, asking):
    head = shop.commit(app__pay_py=PAY)
    ask = asking(shop.root)
    for file in [each for each in (shop.root / ".git/objects").rglob("*") if each.is_file()]:
        file.chmod(0o644)
        file.write_bytes(b"garbage")

    status, answer = ask(repository="shop", commit=head, path="app/pay.py")

    assert (status, answer["error"]["slug"]) in ((404, "repository-unreadable"), (404, "commit-not-in-checkout"))


def test_a_parameter_that_is_missing_or_unknown_is_refused(shop, asking):
    shop.commit(app__pay_py=PAY)
    ask = asking(shop.root)

    assert refusal(ask(repository="shop")) == (400, "parameter-missing")
    assert refusal(ask(repository="shop", path="app/pay.py", ref="main")) == (400, "parameter-unknown")
