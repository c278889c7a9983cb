"""Repositories registered while the server runs: by folder, address and bundle; only git's objects are shown."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from spanorigin_server.answers import Refused
from spanorigin_server.records import StartRefused
from spanorigin_server.source.addresses import Credentials, checked_address
from spanorigin_server.source.fetching import fetched
from spanorigin_server.source.files import CodeFile, Files
from spanorigin_server.source.preview import Frame, Preview, Previewer
from spanorigin_server.source.registered import Registered
from spanorigin_server.source.repositories import Repositories

PAY = "import os\n\n\ndef pay(total):\n    return total\n"


class Home:
    """The registered repositories of one data folder."""

    def __init__(self, data: Path, credentials: Credentials | None = None) -> None:
        self.repositories = Repositories()
        self.registered = Registered(self.repositories, data, credentials)
        self.registered.open()

    def settled(self, repository_id: str) -> dict:
        """The registration once it is not being fetched any more."""
        end = time.monotonic() + 60
        while (told := self.registered.one(repository_id))["state"] == "fetching":
            assert time.monotonic() < end, told
            time.sleep(0.02)
        return told

    def text(self, name: str, commit: str, path: str) -> str:
        found = Files(self.repositories).file(name, commit, path)
        assert isinstance(found, CodeFile), found
        return "\n".join("".join(piece for _, piece in line) for line in found.lines)


@pytest.fixture
def make_home(tmp_path) -> Iterator:
    homes = []

    def make(credentials: Credentials | None = None) -> Home:
        homes.append(Home(tmp_path / "data", credentials))
        return homes[-1]

    yield make
    for home in homes:
        home.registered.close()


@pytest.fixture
def home(make_home) -> Home:
    return make_home()


@pytest.fixture
def git_server(tmp_path) -> Iterator[str]:
    """Git over HTTP as git itself serves it, from `tmp_path`; it wants alice's password below /private."""

    class Backend(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            wanted = "Basic " + base64.b64encode(b"alice:open:sesame").decode()
            path, _, query = self.path.partition("?")
            if path.startswith("/private") and self.headers.get("authorization") != wanted:
                self.send_response(401)
                self.send_header("www-authenticate", 'Basic realm="git"')
                self.end_headers()
                return
            size = int(self.headers.get("content-length") or 0)
            environment = {
                **os.environ,
                "GIT_PROJECT_ROOT": str(tmp_path),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path.removeprefix("/private"),
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("content-type") or "",
                "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding") or "",
                "GIT_PROTOCOL": self.headers.get("git-protocol") or "",
            }
            ran = subprocess.run(
                ["git", "http-backend"], input=self.rfile.read(size), env=environment, capture_output=True, check=True
            )
            head, _, body = ran.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def test_a_clone_by_address_shows_the_code_of_its_spans_and_of_what_is_pushed_later(shop, home, git_server):
    first = shop.commit(app__pay_py=PAY)
    told = home.registered.add_url(f"{git_server}/shop")
    assert (told["kind"], told["name"], told["state"]) == ("url", "shop", "fetching")
    told = home.settled(told["id"])
    assert (told["state"], told["commit"], told["problem"]) == ("ready", first, None)

    frame = Frame("/srv/app/pay.py", "app/pay.py", 4, "app.pay.pay")
    preview = Previewer(home.repositories).preview(frame, f"{git_server}/shop.git", first, 0)
    assert isinstance(preview, Preview), preview
    assert (preview.repository, preview.commit, preview.confidence) == ("shop", first, "certain")

    # A span of a commit that is not here yet makes it look once more.
    second = shop.commit(app__pay_py="# new\n" + PAY)
    home.repositories.snapshots(f"{git_server}/shop", second)
    home.settled(told["id"])
    assert home.text("shop", second, "app/pay.py").startswith("# new")
    assert home.text("shop", "", "app/pay.py").startswith("# new")
    assert home.text("shop", first, "app/pay.py") == PAY.rstrip("\n")


def test_credentials_come_from_a_file_or_the_environment_and_are_never_told(shop, make_home, git_server, tmp_path):
    head = shop.commit(app__pay_py=PAY)
    url = f"{git_server}/private/shop"
    nobody = make_home()
    told = nobody.settled(nobody.registered.add_url(url)["id"])
    assert told["state"] == "failed"
    assert "could not be read" in told["problem"]
    nobody.registered.remove(told["id"])

    line = url.replace("http://", "http://alice:open%3Asesame@").removesuffix("/shop")
    file = tmp_path / "credentials"
    file.write_text(f"https://bob:x@example.com\n{line}\n")
    for number, credentials in enumerate((Credentials(file), Credentials(lines=line))):
        home = make_home(credentials)
        told = home.settled(home.registered.add_url(url, f"shop{number}")["id"])
        assert (told["state"], told["commit"]) == ("ready", head)
    wrong = make_home(Credentials(lines=line.replace("sesame", "barley")))
    told = wrong.settled(wrong.registered.add_url(url, "wrong")["id"])
    assert told["state"] == "failed"
    kept = [each.read_text(errors="replace") for each in (tmp_path / "data").rglob("*") if each.is_file()]
    for text in (json.dumps(wrong.registered.listed()), *kept):
        assert "barley" not in text
        assert "sesame" not in text


def test_an_address_over_ssh_goes_through_the_users_own_ssh(shop, home, tmp_path, monkeypatch):
    head = shop.commit(app__pay_py=PAY)
    stand_in = tmp_path / "ssh"
    # As a server would: what is asked for is run by a shell on the other side.
    stand_in.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nfor last; do :; done\nexec sh -c "$last"\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(stand_in))

    told = home.settled(home.registered.add_url(f"git@localhost:{shop.root}")["id"])

    assert (told["state"], told["commit"]) == ("ready", head), told
    assert told["where"] == f"ssh://git@localhost{shop.root}"
    assert "git@localhost" in (tmp_path / "asked").read_text()


def test_a_bundle_is_a_repository_and_a_newer_one_adds_to_it(shop, home, tmp_path):
    first = shop.commit(app__pay_py=PAY)
    whole, newer = tmp_path / "whole.bundle", tmp_path / "newer.bundle"
    shop.git("bundle", "create", "--quiet", str(whole), "--all")
    second = shop.commit(app__pay_py="# new\n")
    shop.git("bundle", "create", "--quiet", str(newer), "main", f"^{first}")

    told = home.settled(home.registered.add_bundle(whole, "", "git@github.com:acme/shop.git")["id"])
    assert (told["state"], told["name"], told["commit"]) == ("ready", "shop", first), told
    home.registered.refresh(told["id"], newer)
    told = home.settled(told["id"])

    assert (told["state"], told["commit"]) == ("ready", second), told
    assert home.text("shop", first, "app/pay.py") == PAY.rstrip("\n")
    assert not isinstance(home.repositories.snapshots("https://github.com/Acme/shop", second), Refused)
    assert not whole.exists()
    assert not newer.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no git bundle"),
        (b"PK\x03\x04 a zip", "no git bundle"),
        (b"# v2 git bundle\n" + b"a" * 40 + b" refs/heads/main\n\nPACKnonsense", "pack cannot be read"),
        (b"# v2 git bundle\n" + b"a" * 40 + b" refs/heads/main\n", "pack cannot be read"),
        (b"# v2 git bundle\n-" + b"b" * 40 + b" base\n" + b"a" * 40 + b" refs/heads/main\n\n", "not here"),
        (b"# v3 git bundle\n@object-format=sha256\n\n", "SHA-256"),
        (b"# v3 git bundle\n@filter=blob:none\n\n", "partial"),
    ],
    ids=["empty", "zip", "broken pack", "no pack", "prerequisite", "sha256", "partial"],
)
def test_what_is_no_whole_bundle_is_refused_in_words(home, tmp_path, content, words):
    place = tmp_path / "some.bundle"
    place.write_bytes(content)

    told = home.settled(home.registered.add_bundle(place, "shop")["id"])

    assert told["state"] == "failed"
    assert words in told["problem"]
    assert "Traceback" not in told["problem"]


def test_a_name_in_a_bundle_leads_nowhere_but_into_refs(shop, home, tmp_path):
    head = shop.commit(app__pay_py=PAY)
    place = tmp_path / "some.bundle"
    shop.git("bundle", "create", "--quiet", str(place), "--all")
    for name in (b"refs/heads/../../../evil", b"refs/heads//etc", b"config"):
        evil = tmp_path / "evil.bundle"
        evil.write_bytes(place.read_bytes().replace(b"refs/heads/main", name, 1))
        home.settled(home.registered.add_bundle(evil, f"evil{len(name)}")["id"])

    assert not list(tmp_path.rglob("evil"))
    written = [each for each in (tmp_path / "data").rglob("*") if each.is_file() and "refs" not in str(each)]
    assert not any(head in each.read_text(errors="replace") for each in written)


def test_a_fetch_that_is_too_large_or_takes_too_long_is_ended(shop, tmp_path, git_server):
    shop.commit(big_py=os.urandom(300_000))
    job = {"folder": str(tmp_path / "copy.git"), "url": f"{git_server}/shop"}

    assert "larger than" in fetched(job, bytes_most=100_000)["problem"]
    assert fetched(job, time_most_s=0.0)["problem"] == "it took too long"
    assert fetched(job, lambda: True)["problem"] == "the server stops"


def test_a_folder_is_shown_as_git_tracks_it_and_its_files_stay_when_it_is_removed(shop, home, tmp_path):
    shop.commit(app__pay_py=PAY)
    shop.write("app/untracked.py", "SECRET = 1\n")

    told = home.registered.add_folder(str(shop.root), "till")

    assert (told["kind"], told["state"]) == ("path", "ready")
    assert home.text("till", "", "app/pay.py") == PAY.rstrip("\n")
    assert not isinstance(Files(home.repositories).file("till", "", "app/untracked.py"), CodeFile)
    home.registered.remove(told["id"])
    assert home.repositories.members == ()
    assert (shop.root / "app/pay.py").exists()


def test_a_folder_has_the_name_of_its_remote_before_and_after_a_restart(make_working, make_home):
    working = make_working("a-folder", "git@github.com:acme/shop.git")
    working.commit(app__pay_py=PAY)
    home = make_home()

    told = home.registered.add_folder(str(working.root))
    home.registered.close()
    again = make_home()

    assert told["name"] == "shop"
    assert [member.name for member in (*home.repositories.members, *again.repositories.members)] == ["shop", "shop"]


def test_what_was_registered_is_there_again_when_the_server_starts(shop, make_home, tmp_path):
    head = shop.commit(app__pay_py=PAY)
    home = make_home()
    home.registered.add_folder(str(shop.root), "till")
    told = home.settled(home.registered.add_url(f"file://{shop.root}", "copy")["id"])
    home.registered.close()

    again = make_home()

    states = {each["name"]: (each["state"], each["commit"]) for each in again.registered.listed()}
    assert states == {"till": ("ready", head), "copy": ("ready", head)}
    again.registered.remove(told["id"])
    assert not list((tmp_path / "data/source").glob("*.git"))


@pytest.mark.parametrize(
    "place", ["relative/shop", "/nowhere/at/all", "", "~nobody-of-this-name/x", "/etc/passwd", "/proc/self/root\0"]
)
def test_a_folder_that_is_none_is_refused(home, place):
    with pytest.raises((Refused, RuntimeError)) as refusal:
        home.registered.add_folder(place)
    assert getattr(refusal.value, "slug", "repository-not-there") == "repository-not-there"
    assert home.registered.listed() == []


def test_a_folder_without_git_is_not_opened_over_the_network(home, tmp_path):
    (tmp_path / "plain").mkdir()

    with pytest.raises(Refused) as refusal:
        home.registered.add_folder(str(tmp_path / "plain"))

    assert refusal.value.slug == "repository-not-git"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop",
        "/srv/git/shop",
        "../shop",
        "ext::sh -c touch% /tmp/x",
        "ftp://example.com/shop",
        "https://",
        "https://example.com",
        "https://example.com/",
        "https://example.com/a b",
        "https://example.com/shop?token=x",
        "https://example.com/shop#main",
        "https://example.com:99999/shop",
        "ssh://-oProxyCommand=touch/x",
        "ssh://-oProxyCommand=x@example.com/shop",
        "-oProxyCommand=x:shop",
        "file://example.com/srv/shop",
        "https://example.com/\nshop",
        "https://[::1/shop",
    ],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(Refused) as refusal:
        checked_address(url)
    assert refusal.value.slug == "repository-address"


@pytest.mark.parametrize("url", ["https://u:pw@example.com/shop", "https://tok@example.com/shop", "ssh://u:pw@h/shop"])
def test_an_address_with_credentials_is_refused_without_repeating_them(url):
    with pytest.raises(Refused) as refusal:
        checked_address(url)
    assert refusal.value.slug == "repository-credentials"
    assert "pw" not in refusal.value.message
    assert "tok@" not in refusal.value.message


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("git@github.com:acme/shop.git", "ssh://git@github.com/acme/shop.git"),
        ("github.com:acme/shop", "ssh://github.com/acme/shop"),
        (" https://example.com/acme/shop.git ", "https://example.com/acme/shop.git"),
        ("ssh://git@example.com:2222/shop", "ssh://git@example.com:2222/shop"),
        ("file:///srv/git/shop.git", "file:///srv/git/shop.git"),
        ("http://[::1]:8080/shop", "http://[::1]:8080/shop"),
    ],
)
def test_an_address_is_kept_as_git_would_write_it_in_full(url, kept):
    assert checked_address(url) == kept


def test_credentials_are_for_their_own_host_port_and_folder():
    known = Credentials(lines="https://a:1@example.com/acme\nhttps://b:2@example.com:8443\nnonsense\nhttps://[bad")

    assert known.of("https://example.com/acme/shop") == {"username": "a", "password": "1"}
    assert known.of("https://example.com:8443/any") == {"username": "b", "password": "2"}
    for other in (
        "https://example.com/acmex/shop",
        "http://example.com/acme/shop",
        "https://example.com.evil.org/acme/shop",
        "ssh://example.com/acme/shop",
    ):
        assert known.of(other) == {}


def test_a_credentials_file_that_is_not_there_stops_the_start(tmp_path):
    with pytest.raises(StartRefused) as refusal:
        Credentials(tmp_path / "nowhere")
    assert refusal.value.slug == "credentials-not-there"


def test_a_broken_list_stops_the_start_and_is_not_written_over(tmp_path):
    file = tmp_path / "data/repositories.json"
    file.parent.mkdir()
    file.write_text("{broken")

    with pytest.raises(StartRefused) as failure:
        Home(tmp_path / "data")

    assert failure.value.slug == "repositories-unreadable"
    assert file.read_text() == "{broken"
