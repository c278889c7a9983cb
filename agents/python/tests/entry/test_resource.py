"""Which code runs: repository, commit, version and root, from the environment or the checkout's files."""

import os
import shutil
import subprocess

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from spanorigin import names
from spanorigin.checkout import checkout_above, public_address
from spanorigin.resource import OriginResourceDetector, describe, join
from spanorigin.settings import Settings

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def git(tmp_path):
    """A function that runs git in a folder, with no settings but its own."""
    if shutil.which("git") is None:
        assert "CI" not in os.environ, "git is missing, and CI has to have it"
        pytest.skip("git is not installed")
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}

    def run(folder, *arguments):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "protocol.file.allow=always", *arguments]
        done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    return run


@pytest.fixture
def checkout(git, tmp_path):
    """A checkout with one commit and a remote."""
    root = tmp_path / "shop"
    (root / "app").mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    git(root, "commit", "-q", "--allow-empty", "-m", "first")
    git(root, "remote", "add", "fork", "git@example.org:somebody/else.git")
    git(root, "remote", "add", "origin", "git@example.org:shop/orders.git")
    return root


def test_a_checkout_tells_its_commit_and_address(git, checkout):
    found = checkout_above(checkout / "app")

    assert found.root == str(checkout)
    assert found.commit == git(checkout, "rev-parse", "HEAD")
    assert found.repository == "https://example.org/shop/orders"


def test_a_packed_branch_is_found(git, checkout):
    git(checkout, "checkout", "-q", "-b", "feature/deep")
    git(checkout, "pack-refs", "--all", "--prune")
    assert not (checkout / ".git/refs/heads/feature/deep").exists()

    assert checkout_above(checkout).commit == git(checkout, "rev-parse", "HEAD")


def test_a_detached_head_is_found(git, checkout):
    git(checkout, "checkout", "-q", "--detach")

    assert checkout_above(checkout).commit == git(checkout, "rev-parse", "HEAD")


def test_a_worktree_tells_its_own_commit_and_the_shared_address(git, checkout, tmp_path):
    git(checkout, "worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
    git(tmp_path / "tree", "commit", "-q", "--allow-empty", "-m", "second")
    git(checkout, "pack-refs", "--all", "--prune")

    found = checkout_above(tmp_path / "tree")

    assert found.commit == git(tmp_path / "tree", "rev-parse", "HEAD") != git(checkout, "rev-parse", "HEAD")
    assert found.repository == "https://example.org/shop/orders"
    assert found.root == str(tmp_path / "tree")


def test_a_submodule_tells_its_own(git, checkout, tmp_path):
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(outer, "submodule", "--quiet", "add", str(checkout), "inner")

    found = checkout_above(outer / "inner")

    assert found.root == str(outer / "inner")
    assert found.commit == git(checkout, "rev-parse", "HEAD")


def test_a_checkout_without_a_commit_has_none(git, tmp_path):
    git(tmp_path, "init", "-q")

    found = checkout_above(tmp_path)

    assert (found.commit, found.repository) == (None, None)


def test_broken_files_of_git_are_no_error(tmp_path):
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    assert checkout_above(tmp_path).commit is None

    (tmp_path / "b/.git").mkdir(parents=True)
    (tmp_path / "b/.git/HEAD").write_bytes(b"ref: ../../etc/passwd\xff\n")
    assert checkout_above(tmp_path / "b").commit is None


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://user:token@example.org/shop/orders.git", "https://example.org/shop/orders"),
        ("https://oauth2:glpat-x@example.org:8443/a/b/", "https://example.org:8443/a/b"),
        ("http://example.org/a.git?token=1#x", "http://example.org/a"),
        ("git@example.org:shop/orders.git", "https://example.org/shop/orders"),
        ("example.org:shop/orders", "https://example.org/shop/orders"),
        ("ssh://git@example.org:2222/shop/orders.git", "https://example.org/shop/orders"),
        ("git://example.org/shop/orders", "https://example.org/shop/orders"),
        ("https://[::1]:3000/a/b.git", "https://[::1]:3000/a/b"),
        ("/srv/git/orders.git", None),
        ("../orders", None),
        ("file:///srv/git/orders.git", None),
        ("C:\\git\\orders", None),
        ("https://example.org", None),
        ("https://example.org:port/a", None),
        ("", None),
    ],
)
def test_an_address_is_made_public(address, public):
    assert public_address(address) == public


@pytest.mark.parametrize(
    ("environ", "commit", "source"),
    [
        (
            {"SPANORIGIN_COMMIT": "a" * 40, "DD_GIT_COMMIT_SHA": SHA, "GITHUB_SHA": "b" * 40},
            "a" * 40,
            "SPANORIGIN_COMMIT",
        ),
        ({"DD_GIT_COMMIT_SHA": SHA.upper(), "GITHUB_SHA": "b" * 40}, SHA, "DD_GIT_COMMIT_SHA"),
        ({"DD_TAGS": f"team:a,git.commit.sha:{SHA}", "GITHUB_SHA": "b" * 40}, SHA, "DD_TAGS"),
        ({"BUILDKITE_COMMIT": "HEAD", "CI_COMMIT_SHA": SHA}, SHA, "CI_COMMIT_SHA"),
    ],
)
def test_variables_come_before_the_checkout_and_ours_before_all(checkout, environ, commit, source):
    found = describe(Settings.from_environment(environ), environ, checkout)[names.VCS_REVISION]

    assert (found.value, found.source) == (commit, source)


def test_the_repository_of_a_variable_loses_its_credentials(tmp_path):
    environ = {"CI_REPOSITORY_URL": "https://gitlab-ci-token:secret@gitlab.example.org/a/b.git"}

    found = describe(Settings.from_environment(environ), environ, tmp_path)

    assert found[names.VCS_REPOSITORY_URL].value == "https://gitlab.example.org/a/b"
    assert "secret" not in str(found)


def test_the_root_is_the_checkout_even_where_a_service_has_a_project_file(checkout):
    (checkout / "app/pyproject.toml").write_text("")

    found = describe(Settings(), {}, checkout / "app")[names.SOURCE_ROOT]

    assert found.value == str(checkout)


def test_without_a_checkout_the_root_is_the_nearest_project_file(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/pyproject.toml").write_text('[project]\nname = "a"\nversion = "1.2.3"\n')

    found = describe(Settings(), {}, tmp_path / "a/b")

    assert found[names.SOURCE_ROOT].value == str(tmp_path / "a")
    assert names.VCS_REVISION not in found


def test_without_anything_the_root_is_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert describe(Settings(), {}, tmp_path)[names.SOURCE_ROOT].value == str(tmp_path)


def test_a_root_that_the_user_gives_is_the_root(tmp_path, checkout, git):
    found = describe(Settings(source_root=str(checkout)), {}, tmp_path)

    assert found[names.SOURCE_ROOT].value == str(checkout)
    assert found[names.VCS_REVISION].value == git(checkout, "rev-parse", "HEAD")


def test_spans_of_tracers_taken_before_and_after_carry_what_was_joined():
    provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
    early = provider.get_tracer("early")

    undo = join(provider, Settings(commit=SHA), {})
    spans = [early.start_span("a"), provider.get_tracer("late").start_span("b")]

    assert [span.resource.attributes[names.VCS_REVISION] for span in spans] == [SHA, SHA]
    assert {span.resource.attributes["service.name"] for span in spans} == {"shop"}
    undo()
    assert names.VCS_REVISION not in early.start_span("c").resource.attributes
    assert names.VCS_REVISION not in provider.resource.attributes


def test_an_sdk_that_keeps_no_list_of_its_tracers_is_served_too():
    provider = TracerProvider()
    early = provider.get_tracer("early")
    vars(provider).pop("_tracers_lock", None)

    undo = join(provider, Settings(commit=SHA), {})

    assert early.start_span("a").resource.attributes[names.VCS_REVISION] == SHA
    undo()
    assert names.VCS_REVISION not in early.start_span("b").resource.attributes


def test_what_the_program_set_itself_stays():
    provider = TracerProvider(resource=Resource.create({names.SERVICE_VERSION: "7", names.VCS_REVISION: "mine"}))

    join(provider, Settings(commit=SHA), {"DD_VERSION": "8"})

    assert provider.resource.attributes[names.SERVICE_VERSION] == "7"
    assert provider.resource.attributes[names.VCS_REVISION] == "mine"
    assert names.SOURCE_ROOT in provider.resource.attributes


def test_a_provider_of_another_kind_is_left_alone():
    join(object(), Settings(), {})()


def test_the_detector_fits_into_a_program_s_own_resource():
    resource = Resource({"service.name": "shop"}).merge(OriginResourceDetector().detect())

    assert resource.attributes[names.AGENT_VERSION]
    assert resource.attributes["service.name"] == "shop"
