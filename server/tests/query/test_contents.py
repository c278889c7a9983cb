"""What a process told of a file's content is found for its other spans, and never for those of another build."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from spanorigin_server.source.endpoint import routes
from spanorigin_server.source.evidence import git_name
from spanorigin_server.source.preview import Previewer
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.store.contents import Process, ToldContents
from spanorigin_server.workers import Workers

from .api import Api, Client
from .conftest import NOON_NS, SECOND_NS, Store

FILE = "/srv/app/views.py"
ONE, OTHER = "a" * 40, "b" * 40
HOUR_NS = 3600 * SECOND_NS


def tell(store: Store, blob: str, *, file: str = FILE, at_ns: int = NOON_NS, **resource: str) -> None:
    told = [f"{'c' * 40} /srv/app/other.py", f"{blob} {file}"]
    store.put(attributes={"spanorigin.files": told}, resource=resource, start_ns=at_ns)


def found(store: Store, *, file: str = FILE, at_ns: int = NOON_NS, **resource: str) -> str:
    whole = {"service.name": "shop", **resource}
    process = Process("shop", resource.get("service.version", ""), resource.get("vcs.ref.head.revision", ""), whole)
    return ToldContents(store.engine).of(process, file, at_ns)


def test_the_spans_of_a_process_share_what_one_of_them_told(emptied: Store):
    tell(emptied, ONE)

    assert found(emptied) == ONE
    assert found(emptied, at_ns=NOON_NS + 20 * HOUR_NS) == ONE
    assert found(emptied, file="/srv/app/view.py") == ""
    assert found(emptied, at_ns=NOON_NS + 40 * HOUR_NS) == ""


def test_two_builds_that_run_side_by_side_are_told_apart(emptied: Store):
    tell(emptied, ONE, **{"service.version": "1", "vcs.ref.head.revision": "1" * 40})
    tell(emptied, OTHER, **{"service.version": "2", "vcs.ref.head.revision": "2" * 40})

    assert found(emptied, **{"service.version": "1", "vcs.ref.head.revision": "1" * 40}) == ONE
    assert found(emptied, **{"service.version": "2", "vcs.ref.head.revision": "2" * 40}) == OTHER
    assert found(emptied) == ""


def test_processes_of_one_build_with_other_files_are_told_apart_by_their_resource_or_not_at_all(emptied: Store):
    tell(emptied, ONE, **{"host.name": "one"})
    tell(emptied, OTHER, **{"host.name": "two"})

    assert found(emptied, **{"host.name": "one"}) == ONE
    assert found(emptied, **{"host.name": "three"}) == ""


@pytest.mark.parametrize("file", ['/srv/a "quoted" na\\me.py', "/srv/bestellung ü.py", "C:\\app\\views.py"], ids=ascii)
def test_any_path_is_found_again(emptied: Store, file: str):
    tell(emptied, ONE, file=file)

    assert found(emptied, file=file) == ONE


def test_a_preview_says_whether_its_file_is_what_ran(emptied: Store, workers: Workers, tmp_path: Path):
    content = b"def view():\n    return 1\n"
    root = tmp_path / "shop"
    (root / "services" / "web").mkdir(parents=True)
    (root / "services" / "web" / "views.py").write_bytes(content)
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    code = {"code.file.path": FILE, "code.line.number": 2, "code.function.name": "app.views.view"}
    emptied.put(attributes=code, trace_id=f"{1:032x}")
    api = Api(Client(routes(emptied.reader, ToldContents(emptied.engine), Previewer(Repositories.at([root])), workers)))
    [span] = emptied.reader.trace(f"{1:032x}")["span_id"]

    def preview() -> dict:
        return api.get("/api/v1/source", trace_id=f"{1:032x}", span_id=span)["preview"]

    assert (preview()["matched"], preview()["ran"]) == ("tail", None)
    tell(emptied, git_name(content))
    assert (preview()["matched"], preview()["confidence"], preview()["ran"]) == ("content", "certain", "same")
    tell(emptied, OTHER)
    assert preview()["ran"] is None, "two contents of one build: which ran is not known"
