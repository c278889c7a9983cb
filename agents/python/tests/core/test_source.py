"""Whose a file is, and why: real folders laid out as installers, projects and bundles lay them out."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import flask
import pytest
import spanorigin.agent
from spanorigin import source
from spanorigin.settings import Settings
from spanorigin.source import Sources


def verdict(path, search_path=(), **settings):
    return Sources(Settings(**settings), search_path=[str(entry) for entry in search_path]).verdict(str(path))


def distribution(folder, name, files, direct_url=None):
    """An installed distribution, as an installer leaves it."""
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("")
    rows = [f"{file},sha256=abc,0" for file in [*files, f"{metadata.name}/METADATA"]]
    (metadata / "RECORD").write_text("\n".join([*rows, f"{metadata.name}/RECORD,,", f"../../../bin/{name},sha256=x,1"]))
    if direct_url is not None:
        (metadata / "direct_url.json").write_text(json.dumps(direct_url))


@pytest.mark.parametrize(
    "name", ["<string>", "<frozen importlib._bootstrap>", "<ipython-input-1>", "<attrs>", "", "handle_request"]
)
def test_code_without_a_file_is_nobodys(name):
    assert not verdict(name).accepted


@pytest.mark.parametrize("module", ["threading", "json.decoder", "asyncio.events", "unittest.mock"])
def test_the_standard_library_is_not_the_users(module):
    file = __import__(module, fromlist=["x"]).__file__

    assert verdict(file, sys.path).reason == "part of Python's standard library"


def test_an_installed_package_is_not_the_users():
    assert verdict(flask.__file__, sys.path).reason == "flask is an installed package"


def test_the_agent_itself_is_not_the_users_even_where_it_is_installed_from_a_folder():
    assert verdict(spanorigin.agent.__file__, sys.path).reason == "part of spanorigin"


@pytest.mark.parametrize("folder", ["site-packages", "dist-packages"])
@pytest.mark.parametrize(
    "root",
    ["/usr/lib/python3", "/home/me/.local/lib/python3.11", "/srv/app/.venv/lib/python3.11", "/b/app.runfiles/pip_six"],
)
def test_every_folder_of_packages_counts_wherever_it_lies(root, folder):
    assert not verdict(f"{root}/{folder}/requests/api.py", [f"{root}/{folder}"]).accepted


def test_a_command_of_the_environment_is_not_the_users():
    assert not verdict(Path(sys.prefix) / "bin" / "gunicorn").accepted


@pytest.mark.parametrize("name", ["app.py", "pkg/views.py", "run", "app.wsgi", "win.pyw", "site-packages-notes/a.py"])
def test_a_projects_files_are_the_users(tmp_path, name):
    assert verdict(tmp_path / name, [tmp_path]).accepted


def test_a_cell_of_a_notebook_with_a_file_of_its_own_is_the_users():
    assert verdict("/tmp/ipykernel_812/3718268.py").accepted


@pytest.mark.parametrize("name", ["templates/page.html", "mail.txt", "list.j2", "module.pyx"])
def test_templates_and_other_sources_are_nobodys(tmp_path, name):
    assert not verdict(tmp_path / name, [tmp_path]).accepted


def test_an_environment_inside_the_project_is_not_the_users(tmp_path):
    assert not verdict(tmp_path / ".venv/lib/python3.12/site-packages/httpx/_api.py", [tmp_path]).accepted
    assert verdict(tmp_path / "venv_tools.py", [tmp_path]).accepted


def test_an_environment_behind_a_symbolic_link_is_not_the_users(tmp_path):
    (tmp_path / "elsewhere" / "lib" / "site-packages").mkdir(parents=True)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "env").symlink_to(tmp_path / "elsewhere")

    assert not verdict(tmp_path / "project/env/lib/site-packages/x/y.py", [tmp_path / "project"]).accepted


def test_a_package_in_an_archive_is_not_the_users(tmp_path):
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        archive.writestr("zipped.py", "def call():\n    pass\n")
    code = "import sys; sys.path.insert(0, 'lib.zip'); import zipped; print(zipped.call.__code__.co_filename)"
    name = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    assert verdict(tmp_path / name.strip(), [tmp_path]).reason == "inside an archive"


@pytest.mark.parametrize(
    ("direct_url", "words"),
    [
        ({"url": "file:///src/mylib", "dir_info": {}}, "a local folder"),
        ({"url": "https://git.example/mylib", "vcs_info": {"vcs": "git", "commit_id": "1"}}, "a repository"),
        ({"url": "file:///dist/mylib-1.0-py3-none-any.whl", "archive_info": {}}, "a wheel file"),
    ],
)
def test_a_package_not_from_an_index_is_the_users(tmp_path, direct_url, words):
    site = tmp_path / "site-packages"
    distribution(site, "mylib", ["mylib/__init__.py", "mylib/deep/er.py", "single.py"], direct_url)
    for other in ("requests", "flask", "httpx"):
        distribution(site, other, [f"{other}/__init__.py"])

    for file in ("mylib/deep/er.py", "single.py"):
        found = verdict(site / file, [site])
        assert found.accepted
        assert words in found.reason
    assert not verdict(site / "requests/__init__.py", [site]).accepted


@pytest.mark.parametrize(
    "direct_url",
    [
        {"url": "https://files.example/mylib-1.0.whl", "archive_info": {}},
        {"url": "file:///src/mylib", "dir_info": {"editable": True}},
        {},
    ],
)
def test_a_download_and_the_rest_of_an_editable_install_are_not_the_users(tmp_path, direct_url):
    site = tmp_path / "site-packages"
    distribution(site, "mylib", ["mylib/__init__.py"], direct_url)

    assert not verdict(site / "mylib/__init__.py", [site]).accepted


def test_wheel_files_say_nothing_where_the_whole_environment_came_from_them(tmp_path):
    site = tmp_path / "site-packages"
    for name in ("requests", "flask", "mylib"):
        distribution(site, name, [f"{name}/__init__.py"], {"url": f"file:///wheels/{name}.whl", "archive_info": {}})

    assert not verdict(site / "requests/__init__.py", [site]).accepted


def test_owners_of_one_namespace_are_told_apart(tmp_path):
    site = tmp_path / "site-packages"
    distribution(site, "google-cloud", ["google/cloud/__init__.py"])
    distribution(
        site, "our-google", ["google/ours/__init__.py", "google/ours/a.py"], {"url": "file:///x", "dir_info": {}}
    )

    assert verdict(site / "google/ours/a.py", [site]).accepted
    assert not verdict(site / "google/cloud/b.py", [site]).accepted


def test_a_folder_filled_by_pip_target_is_not_the_users(tmp_path):
    target = tmp_path / "vendored"
    distribution(target, "requests", ["requests/__init__.py", "requests/api.py"])
    distribution(target, "six", ["six.py"])

    assert not verdict(target / "requests/api.py", [tmp_path, target]).accepted
    assert not verdict(target / "six.py", [tmp_path, target]).accepted


def test_in_a_bundle_only_what_distributions_claim_is_not_the_users(tmp_path):
    distribution(tmp_path, "requests", ["requests/__init__.py"])

    assert not verdict(tmp_path / "requests/__init__.py", [tmp_path]).accepted
    assert verdict(tmp_path / "handler.py", [tmp_path]).accepted
    assert verdict(tmp_path / "shop/orders.py", [tmp_path]).accepted


def test_include_wins_over_everything_and_exclude_over_the_rest(tmp_path):
    site = "/srv/app/site-packages"

    assert verdict(f"{site}/ours/a.py", include=("*/site-packages/ours",)).accepted
    assert verdict(f"{site}/ours/a.py", include=("ours/*.py",), exclude=("*",)).accepted
    assert verdict(f"{site}/ours/a.py", include=(f"{site}/ours",)).accepted
    assert verdict("<string>", include=("<string>",)).accepted
    assert not verdict("/srv/app/tests/a.py", exclude=("tests",)).accepted
    assert not verdict("/srv/app/gen/a_pb2.py", exclude=("*_pb2.py",)).accepted
    assert verdict("/srv/app/contests/a.py", exclude=("tests",)).accepted


def test_the_reason_names_the_users_glob():
    assert verdict("/srv/app/tests/a.py", exclude=("docs", "tests")).reason == "excluded by tests"
    assert verdict("/x/site-packages/a.py", include=("a.py",)).reason == "included by a.py"


def test_a_relative_name_belongs_to_the_folder_the_program_began_in(tmp_path, monkeypatch):
    (tmp_path / "project" / "site-packages").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project")
    sources = Sources(Settings())
    monkeypatch.chdir("/")

    assert sources.path("app/views.py") == str(tmp_path / "project/app/views.py")
    assert sources.path("./lib/../app.py") == str(tmp_path / "project/app.py")
    assert sources.verdict("app/views.py").accepted
    assert not sources.verdict("site-packages/x.py").accepted


def test_a_folder_added_to_the_search_path_later_is_judged_like_the_others(tmp_path):
    target = tmp_path / "late"
    distribution(target, "requests", ["requests/__init__.py"])
    search_path = []
    sources = Sources(Settings(), search_path=search_path)
    sources.verdict(str(tmp_path / "app.py"))

    search_path.append(str(target))

    assert not sources.verdict(str(target / "requests/__init__.py")).accepted


def test_an_absolute_path_without_detours_is_left_as_it_is():
    sources = Sources(Settings())

    assert sources.path("/srv/app/a.py") == "/srv/app/a.py"
    assert sources.path("/srv/./app/../a.py") == "/srv/a.py"


def test_a_search_path_with_odd_entries_breaks_nothing(tmp_path):
    assert Sources(Settings(), search_path=[None, 3, b"x", Path("/"), "", "."]).verdict(str(tmp_path / "a.py")).accepted


def test_metadata_that_cannot_be_read_breaks_nothing(tmp_path):
    site = tmp_path / "site-packages"
    distribution(site, "broken", ["broken/__init__.py"])
    (site / "broken-1.0.dist-info" / "direct_url.json").write_bytes(b"\xff\xfe{")
    (site / "other-1.0.dist-info").mkdir()
    (site / "other-1.0.dist-info" / "direct_url.json").write_text("[1]")

    assert not verdict(site / "broken/__init__.py", [site]).accepted


def test_the_installed_project_of_an_editable_install_is_the_users():
    """The server is installed editable into the environment that runs these tests, as a user's own package would be."""
    server = pytest.importorskip("spanorigin_server", reason="the server is not installed beside the agent here")

    assert verdict(server.__file__, sys.path).accepted


def test_the_source_of_an_editable_install_is_the_users_though_it_stands_on_the_search_path(tmp_path):
    site, source = tmp_path / "site-packages", tmp_path / "mylib" / "src"
    distribution(site, "mylib", ["__editable__.mylib-1.0.pth"], {"url": "file:///x", "dir_info": {"editable": True}})

    assert verdict(source / "mylib/api.py", [site, source]).accepted


def test_all_of_this_environments_packages_are_somebody_elses():
    sources = Sources(Settings())
    site = Path(sysconfig.get_path("purelib"))
    files = [str(next(package.glob("*.py"))) for package in site.iterdir() if any(package.glob("*.py"))]

    assert len(files) > 20
    assert [file for file in files if sources.verdict(file).accepted] == []


def test_a_verdict_is_given_once_a_file_and_kept_with_its_reason(tmp_path):
    sources = Sources(Settings(), search_path=[str(tmp_path)])

    first = sources.verdict(str(tmp_path / "a.py"))

    assert sources.verdict(str(tmp_path / "a.py")) is first
    assert sources.seen() == {str(tmp_path / "a.py"): first}


def test_verdicts_do_not_grow_with_file_names_made_as_the_program_runs(monkeypatch):
    monkeypatch.setattr(source, "_LIMIT", 100)
    sources = Sources(Settings())

    for number in range(1000):
        assert not sources.verdict(f"<cell {number}>").accepted

    assert len(sources.seen()) <= 100


@pytest.mark.skipif(os.sep != "/", reason="paths of POSIX")
def test_a_file_that_bears_the_name_of_a_library_file_is_still_the_users(tmp_path):
    assert verdict(tmp_path / "flask/app.py", [tmp_path]).accepted
