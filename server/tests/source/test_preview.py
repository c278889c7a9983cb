"""A preview shows the lines the process ran, or says why it cannot. On real repositories."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from spanorigin_server.reason import Reason
from spanorigin_server.records import StartRefused
from spanorigin_server.source.preview import Frame, Preview, Previewer
from spanorigin_server.source.repositories import Repositories

PAY = "import os\n\n\ndef pay(total):\n    return total\n"
URL = "https://github.com/acme/shop"


def frame(path="app/pay.py", line=4, function="app.pay.pay", root="/srv/shop") -> Frame:
    return Frame(f"{root}/{path}", path, line, function)


def shown(repositories: Repositories, at: Frame, commit: str = "", address: str = URL, context: int = 2) -> Preview:
    found = Previewer(repositories).preview(at, address, commit, context)
    assert isinstance(found, Preview), found
    return found


def refused(repositories: Repositories, at: Frame, commit: str = "", address: str = URL) -> Reason:
    found = Previewer(repositories).preview(at, address, commit, 2)
    assert isinstance(found, Reason), found
    return found


def text(preview: Preview) -> list[str]:
    return ["".join(piece for _, piece in line) for line in preview.lines]


def test_the_lines_are_those_of_the_spans_commit_not_of_today(shop):
    then = shop.commit(app__pay_py=PAY)
    shop.commit(app__pay_py="# moved\n" * 20 + PAY)

    preview = shown(Repositories.at([shop.root]), frame(), then)

    assert text(preview) == ["", "", "def pay(total):", "    return total"][0:4]
    assert (preview.first_line, preview.marked_line, preview.total_lines) == (2, 4, 5)
    assert (preview.taken_from, preview.commit, preview.repository) == ("commit", then, "shop")
    assert (preview.path, preview.matched) == ("app/pay.py", "path")


def test_an_abbreviated_commit_is_found_as_git_finds_it(shop):
    then = shop.commit(app__pay_py=PAY)

    assert shown(Repositories.at([shop.root]), frame(), then[:10]).commit == then


def test_a_file_changed_since_the_commit_that_is_checked_out_is_shown_as_it_is_on_disk(shop):
    head = shop.commit(app__pay_py=PAY)
    shop.write("app/pay.py", "# not committed\n" + PAY)

    preview = shown(Repositories.at([shop.root]), frame(line=5), head)

    assert preview.taken_from == "working_copy"
    assert "def pay(total):" in text(preview)


def test_line_ends_alone_are_no_change(shop):
    head = shop.commit(app__pay_py=PAY)
    shop.write("app/pay.py", PAY.replace("\n", "\r\n"))

    assert shown(Repositories.at([shop.root]), frame(), head).taken_from == "commit"


def test_without_a_commit_the_working_copy_is_shown(shop):
    shop.commit(app__pay_py=PAY)
    shop.write("app/pay.py", "#\n" + PAY)

    preview = shown(Repositories.at([shop.root]), frame(line=5), commit="")

    assert (preview.taken_from, preview.total_lines) == ("working_copy", 6)


def test_packed_objects_and_references_are_read(shop):
    then = shop.commit(app__pay_py=PAY)
    for number in range(5):
        shop.commit(app__pay_py=PAY + f"# {number}\n")
    shop.git("gc", "--quiet", "--aggressive", "--prune=now")

    assert shown(Repositories.at([shop.root]), frame(), then).total_lines == 5


def test_commits_made_while_the_server_runs_are_found(shop):
    shop.commit(app__pay_py=PAY)
    repositories = Repositories.at([shop.root])
    later = shop.commit(app__pay_py="#\n" + PAY)
    shop.git("gc", "--quiet", "--prune=now")

    assert shown(repositories, frame(line=5), later).commit == later


def test_a_worktree_and_a_folder_within_the_checkout_serve_as_well_as_its_root(shop, tmp_path):
    then = shop.commit(app__pay_py=PAY)
    shop.git("worktree", "add", "--quiet", str(tmp_path / "tree"), "-b", "other")

    for folder in (tmp_path / "tree", shop.root / "app"):
        assert shown(Repositories.at([folder]), frame(), then).commit == then


def test_two_checkouts_of_one_commit_are_not_a_doubt(shop, tmp_path):
    then = shop.commit(app__pay_py=PAY)
    shop.git("clone", "--quiet", str(shop.root), str(tmp_path / "clone"))

    assert shown(Repositories.at([tmp_path / "clone", shop.root]), frame(), then, address="").commit == then


def test_the_address_in_any_spelling_picks_the_checkout(make_working):
    shop = make_working("shop", "ssh://git@github.com:22/Acme/Shop.git/")
    other = make_working("other", "https://gitlab.com/acme/other.git")
    shop.commit(app__pay_py=PAY)
    other.commit(app__pay_py="# other\n" * 9)

    for address in (
        "https://github.com/acme/shop",
        "git@github.com:acme/shop.git",
        "https://u:p@github.com/acme/shop.git",
    ):
        assert shown(Repositories.at([other.root, shop.root]), frame(), address=address).repository == "shop"


def test_another_repositorys_file_of_the_same_name_is_never_shown(make_working):
    other = make_working("other", "https://gitlab.com/acme/other.git")
    other.commit(app__pay_py=PAY)

    assert refused(Repositories.at([other.root]), frame()).slug == "repository-not-registered"


def test_a_span_of_a_repository_that_is_not_there_is_not_sent_to_one_without_a_remote(make_working):
    nameless = make_working("nameless", None)
    nameless.commit(app__pay_py="# other\n")

    reason = refused(Repositories.at([nameless.root]), frame(), "ab" * 20)

    assert reason.slug == "repository-not-registered"
    assert URL in reason.message


def test_a_commit_is_proof_even_where_the_address_is_a_forks(shop):
    then = shop.commit(app__pay_py=PAY)

    assert shown(Repositories.at([shop.root]), frame(), then, address="https://github.com/fork/shop").commit == then


def test_a_commit_that_was_never_fetched_is_named_with_what_to_do(shop):
    shop.commit(app__pay_py=PAY)

    reason = refused(Repositories.at([shop.root]), frame(), "ab" * 20)

    assert reason.slug == "commit-not-in-checkout"
    assert "abababababab" in reason.message
    assert "git fetch" in (reason.remedy or "")


def test_without_a_checkout_the_reason_says_how_to_register_one():
    reason = refused(Repositories(), frame())

    assert reason.slug == "no-repository"
    assert "--repo" in (reason.remedy or "")


def test_a_service_in_a_folder_of_a_monorepo_is_found_by_its_longest_path(make_working):
    mono = make_working("mono", URL)
    mono.commit(app__pay_py="# top\n" * 9, services__shop__app__pay_py=PAY, services__ads__app__pay_py="# ads\n" * 9)
    at = Frame("/srv/mono/services/shop/app/pay.py", "app/pay.py", 4, "app.pay.pay")

    preview = shown(Repositories.at([mono.root]), at)

    assert (preview.path, preview.matched) == ("services/shop/app/pay.py", "path")


def test_the_folder_that_was_registered_comes_first(make_working):
    mono = make_working("mono", URL)
    mono.commit(app__pay_py="# top\n" * 9, services__shop__app__pay_py=PAY)

    preview = shown(Repositories.at([mono.root / "services/shop"]), frame(root="/app"))

    assert preview.path == "services/shop/app/pay.py"


def test_a_path_that_only_ends_alike_is_shown_and_said_to_be_so(make_working):
    mono = make_working("mono", URL)
    mono.commit(services__shop__app__pay_py=PAY)

    preview = shown(Repositories.at([mono.root]), frame(root="/deploy"))

    assert (preview.path, preview.matched) == ("services/shop/app/pay.py", "tail")


def test_a_windows_path_is_found_too(shop):
    shop.commit(app__pay_py=PAY)
    at = Frame("C:\\build\\shop\\app\\pay.py", "C:\\build\\shop\\app\\pay.py", 4, "app.pay.pay")

    assert shown(Repositories.at([shop.root]), at).path == "app/pay.py"


def test_two_files_that_end_alike_are_never_guessed_between(make_working):
    mono = make_working("mono", URL)
    mono.commit(a__pay_py=PAY, b__pay_py=PAY)

    reason = refused(Repositories.at([mono.root]), frame("pay.py", root="/deploy"))

    assert reason.slug == "ambiguous-path"
    assert "a/pay.py, b/pay.py" in reason.message


def test_two_unrelated_checkouts_with_the_file_are_never_guessed_between(make_working):
    one, two = make_working("one", None), make_working("two", None)
    one.commit(app__pay_py=PAY)
    two.commit(app__pay_py=PAY)

    assert refused(Repositories.at([one.root, two.root]), frame(), address="").slug == "ambiguous-path"
    here = Frame(f"{two.root}/app/pay.py", "app/pay.py", 4, "app.pay.pay")
    assert shown(Repositories.at([one.root, two.root]), here, address="").repository == "two"


def test_a_bare_name_that_agrees_by_chance_is_not_shown(shop):
    shop.commit(app__pay_py="def other(): ...\n" * 9)

    reason = refused(Repositories.at([shop.root]), Frame("/opt/x/pay.py", "/opt/x/pay.py", 4, "x.pay.charge"))

    assert reason.slug == "file-not-in-repository"


@pytest.mark.parametrize("line", [6, 10**6])
def test_a_line_beyond_the_end_has_a_reason(shop, line):
    shop.commit(app__pay_py=PAY)

    assert refused(Repositories.at([shop.root]), frame(line=line)).slug == "line-beyond-end"


def test_an_origin_without_a_line_has_a_reason(shop):
    shop.commit(app__pay_py=PAY)

    assert refused(Repositories.at([shop.root]), frame(line=0)).slug == "origin-without-line"


def test_a_file_that_git_does_not_track_is_not_shown(shop):
    shop.commit(app__pay_py=PAY)
    shop.write("app/secret.py", "PASSWORD = 1\n")
    at = Frame(f"{shop.root}/app/secret.py", "app/secret.py", 1, "app.secret")

    for commit in ("", shop.git("rev-parse", "HEAD")):
        reason = refused(Repositories.at([shop.root]), at, commit)
        assert reason.slug == "file-not-tracked"
        assert "git add app/secret.py" in (reason.remedy or "")


def test_a_file_that_was_added_and_not_committed_yet_is_shown(shop):
    head = shop.commit(app__other_py="#\n")
    shop.write("app/pay.py", PAY)
    shop.git("add", "app/pay.py")

    for commit in ("", head):
        assert shown(Repositories.at([shop.root]), frame(), commit).taken_from == "working_copy"


def test_an_untracked_file_never_brings_up_a_tracked_one_of_the_same_name(shop):
    head = shop.commit(app__pay_py=PAY)
    shop.write("new/pay.py", PAY)
    at = Frame(f"{shop.root}/new/pay.py", "new/pay.py", 4, "new.pay.pay")

    for commit in ("", head):
        assert refused(Repositories.at([shop.root]), at, commit).slug == "file-not-tracked"


@pytest.mark.parametrize(
    "path",
    ["../secret.py", "/etc/passwd", ".git/config", "app/../../secret.py", "app/link.py", "linked/x.py", "a\0b.py"],
)
def test_nothing_outside_the_checkout_is_reached(shop, tmp_path, path):
    (tmp_path / "secret.py").write_text("SECRET = 1\n" * 9)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/x.py").write_text("SECRET = 1\n" * 9)
    shop.commit(app__pay_py=PAY, linked__x_py="#\n" * 9)
    (shop.root / "app/link.py").symlink_to(tmp_path / "secret.py")
    head = shop.commit()
    # A tracked folder that was replaced by a link to the outside.
    (shop.root / "linked/x.py").unlink()
    (shop.root / "linked").rmdir()
    (shop.root / "linked").symlink_to(tmp_path / "outside")

    for commit in ("", head):
        found = Previewer(Repositories.at([shop.root])).preview(Frame(path, path, 1, ""), "", commit, 200)
        assert isinstance(found, Reason) or "SECRET" not in "".join(text(found))


def test_a_tracked_file_that_became_a_pipe_does_not_hold_the_server(shop):
    shop.commit(app__pay_py=PAY)
    (shop.root / "app/pay.py").unlink()
    os.mkfifo(shop.root / "app/pay.py")

    assert refused(Repositories.at([shop.root]), frame()).slug == "file-not-shown"


@pytest.mark.parametrize("content", [b"\0\1\2" * 100, b"x = 1\n" * 500_000], ids=["binary", "large"])
def test_what_is_no_readable_source_is_not_shown(shop, content):
    head = shop.commit(app__pay_py=content)

    for commit in ("", head):
        assert refused(Repositories.at([shop.root]), frame(function=""), commit).slug == "file-not-shown"


def test_a_folder_without_git_shows_source_files_only(tmp_path):
    (tmp_path / "shop/app").mkdir(parents=True)
    (tmp_path / "shop/app/pay.py").write_text(PAY)
    (tmp_path / "shop/.env").write_text("SECRET=1\n" * 9)
    (tmp_path / "shop/.hidden").mkdir()
    (tmp_path / "shop/.hidden/x.py").write_text(PAY)
    (tmp_path / "shop/link.py").symlink_to("/etc/hostname")
    repositories = Repositories.at([tmp_path / "shop"])

    assert shown(repositories, frame()).taken_from == "working_copy"
    for path in (".env", ".hidden/x.py", "link.py", "../shop/.env"):
        assert refused(repositories, Frame(path, path, 1, "")).slug == "file-not-in-repository"


def test_a_folder_that_nobody_named_is_opened_only_when_it_is_a_checkout(shop, tmp_path):
    shop.commit(app__pay_py=PAY)
    (tmp_path / "home").mkdir()

    assert Repositories.around(tmp_path / "home").listed() == []
    assert Repositories.around(shop.root / "app").listed() == [{"name": "shop", "root": str(shop.root)}]


def test_a_folder_that_is_not_there_refuses_the_start(tmp_path):
    with pytest.raises(StartRefused) as refusal:
        Repositories.at([tmp_path / "none"])

    assert refusal.value.slug == "repository-not-there"


def test_a_repository_before_its_first_commit_has_reasons_not_errors(shop):
    assert refused(Repositories.at([shop.root]), frame()).slug == "file-not-in-repository"
    assert refused(Repositories.at([shop.root]), frame(), "ab" * 20).slug == "commit-not-in-checkout"


@pytest.mark.parametrize("damaged", ["objects", "index"])
def test_a_damaged_repository_has_a_reason_and_raises_nothing(shop, damaged):
    head = shop.commit(app__pay_py=PAY)
    repositories = Repositories.at([shop.root])
    place = shop.root / ".git" / damaged
    for file in [each for each in place.rglob("*") if each.is_file()] if place.is_dir() else [place]:
        file.chmod(0o644)
        file.write_bytes(b"garbage")

    answers = [Previewer(repositories).preview(frame(), URL, commit, 2) for commit in ("", head)]

    assert all(isinstance(answer, Preview | Reason) for answer in answers)
    assert any(isinstance(answer, Reason) for answer in answers)


def test_a_damaged_head_names_no_commit(shop):
    head = shop.commit(app__pay_py=PAY)
    repositories = Repositories.at([shop.root])
    (shop.root / ".git/HEAD").write_bytes(b"garbage")

    assert shown(repositories, frame(), "").commit is None
    assert shown(repositories, frame(), head).commit == head


def test_many_threads_read_one_checkout_at_once(shop):
    commits = [shop.commit(app__pay_py="#\n" * number + PAY) for number in range(8)]
    shop.git("gc", "--quiet")
    previewer = Previewer(Repositories.at([shop.root]))
    wrong: list[object] = []

    def read(number: int) -> None:
        for _ in range(10):
            found = previewer.preview(frame(line=4 + number), URL, commits[number], 0)
            if not isinstance(found, Preview) or text(found) != ["def pay(total):"]:
                wrong.append(found)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_no_program_is_started_for_a_preview(shop):
    head = shop.commit(app__pay_py=PAY)
    program = f"""
import sys
from pathlib import Path
from spanorigin_server.source.preview import Frame, Preview, Previewer
from spanorigin_server.source.repositories import Repositories
def refuse(event, arguments):
    if event.startswith(("os.fork", "subprocess.", "os.posix_spawn", "os.exec", "os.system", "_posixsubprocess.")):
        print("started", event, flush=True)
sys.addaudithook(refuse)
previewer = Previewer(Repositories.at([Path({str(shop.root)!r})]))
for commit in ("", {head!r}):
    found = previewer.preview(Frame("/srv/app/pay.py", "app/pay.py", 4, "pay"), "", commit, 2)
    print(type(found).__name__)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path("/"))

    assert ran.stdout.split() == ["Preview", "Preview"]
