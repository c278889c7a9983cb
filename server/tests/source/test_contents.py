"""A file is found by the bytes that ran, whatever its path, its commit, or the order in which both are told."""

from __future__ import annotations

import pytest
from spanorigin_server.reason import Reason
from spanorigin_server.source.evidence import git_name
from spanorigin_server.source.preview import Frame, Preview, Previewer
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.source.rules import Draft, Rules

WEB = "def view(cart):\n    return cart.web\n"
BILLING = "def view(cart):\n    return cart.billing\n"
AT = Frame("/srv/app/views.py", "app/views.py", 2, "app.views.view")


def asked(repositories, content, frame=AT, commit="", address="", rules=None) -> Preview | Reason:
    blob = git_name(content.encode() if isinstance(content, str) else content)
    return Previewer(repositories, rules=rules).preview(frame, address, commit, 1, "web", blob)


def shown(*arguments, **more) -> Preview:
    found = asked(*arguments, **more)
    assert isinstance(found, Preview), found
    return found


def text(preview: Preview) -> str:
    return "".join(part for line in preview.lines for _, part in line)


@pytest.fixture
def monorepo(make_working):
    working = make_working("mono", None)
    working.commit(services__web__app__views_py=WEB, services__billing__app__views_py=BILLING)
    return working


def test_of_files_with_one_name_and_one_function_it_is_the_one_with_the_bytes(monorepo):
    repositories, head = Repositories.at([monorepo.root]), monorepo.git("rev-parse", "HEAD")
    tie = Previewer(repositories).preview(AT, "", head, 1, "web")
    assert isinstance(tie, Reason)
    assert tie.slug == "ambiguous-path"

    for commit in (head, ""):
        web, billing = (shown(repositories, content, commit=commit) for content in (WEB, BILLING))

        assert (web.path, billing.path) == ("services/web/app/views.py", "services/billing/app/views.py")
        assert (web.matched, web.confidence, web.ran) == ("content", "certain", "same")
        assert "same bytes" in web.why


def test_a_path_that_has_nothing_in_common_is_found(monorepo):
    frame = Frame("/opt/bundle/handler.py", "handler.py", 2, "handler.view")

    found = shown(Repositories.at([monorepo.root]), BILLING, frame)

    assert (found.path, found.ran) == ("services/billing/app/views.py", "same")


def test_without_a_commit_the_newest_commit_that_held_it_is_shown(shop):
    first = shop.commit(app__views_py=WEB)
    held_last = shop.commit(other_py="x = 1\n")
    shop.commit(app__views_py=BILLING)

    found = shown(Repositories.at([shop.root]), WEB)

    assert (found.path, found.commit, found.taken_from) == ("app/views.py", held_last, "commit")
    assert found.commit != first
    assert "cart.web" in text(found)
    assert found.drift.state == "edited"


def test_a_content_of_another_branch_is_found_and_told_from_the_spans_commit(shop):
    shop.commit(app__views_py=WEB)
    shop.git("checkout", "--quiet", "-b", "hotfix")
    hotfix = shop.commit(app__views_py=BILLING)
    shop.git("checkout", "--quiet", "main")
    head = shop.commit(app__views_py=WEB + "\n# more\n")

    found = shown(Repositories.at([shop.root]), BILLING, commit=head)

    assert (found.commit, found.ran, found.confidence) == (hotfix, "other_commit", "certain")
    assert "at the commit that the span names no file has them" in found.why


def test_an_image_built_from_an_edited_tree_is_said_to_be(shop):
    head = shop.commit(app__views_py=WEB)
    repositories = Repositories.at([shop.root])

    there = shown(repositories, "# edited\n" + WEB, commit=head)
    gone = shown(repositories, "edited", frame=Frame("/srv/app/views.py", "app/views.py", 2, "app.views.other"))

    assert (there.path, there.ran, there.confidence) == ("app/views.py", "edited", "likely")
    assert "edited before it ran" in there.why
    assert (gone.ran, gone.confidence) == ("edited", "weak")


def test_a_working_copy_with_the_edited_bytes_is_what_ran(shop):
    head = shop.commit(app__views_py=WEB)
    shop.write("app/views.py", BILLING)
    repositories = Repositories.at([shop.root])

    edited, committed = (shown(repositories, content, commit=head) for content in (BILLING, WEB))

    assert (edited.taken_from, edited.ran) == ("working_copy", "same")
    assert "cart.billing" in text(edited)
    assert (committed.taken_from, committed.ran) == ("commit", "same")
    assert "cart.web" in text(committed)


@pytest.mark.parametrize("ran", [WEB.replace("\n", "\r\n"), WEB], ids=["crlf", "lf"])
@pytest.mark.parametrize("held", [WEB.replace("\n", "\r\n"), WEB], ids=["crlf", "lf"])
def test_line_ends_of_another_platform_are_no_edit(shop, held, ran):
    head = shop.commit(app__views_py=held.encode())

    assert shown(Repositories.at([shop.root]), ran, commit=head).ran == "same"


@pytest.mark.parametrize(
    "content",
    [b"def view(caf\xe9):\n    return 1\n", WEB.rstrip("\n").encode(), ("x = 1\n" * 20_000).encode()],
    ids=["latin-1", "no end of line", "20,000 lines"],
)
def test_any_bytes_are_told_by_their_name(shop, content):
    shop.commit(app__views_py=b"other\n" * 3, lib__copy_py=content)

    found = shown(Repositories.at([shop.root]), content)

    assert (found.path, found.ran) == ("lib/copy.py", "same")


def test_copies_are_told_apart_by_the_end_of_the_path_and_else_not_at_all(shop):
    head = shop.commit(app__views_py=WEB, vendor__app2__views_py=WEB, vendor__other__x_py=WEB)
    repositories = Repositories.at([shop.root])

    assert shown(repositories, WEB, commit=head).path == "app/views.py"
    tie = asked(repositories, WEB, frame=Frame("/opt/handler.py", "", 2, "handler.view"), commit=head)
    assert isinstance(tie, Reason)
    assert tie.slug == "file-not-in-repository"


def test_a_rule_is_obeyed_and_an_edit_still_told(monorepo, tmp_path):
    rules = Rules(tmp_path / "data")
    rules.make(Draft(from_="/srv/app", to="services/web/app", repository="mono"))
    repositories = Repositories.at([monorepo.root])

    assert shown(repositories, WEB, rules=rules).ran == "same"
    edited = shown(repositories, BILLING, rules=rules)
    assert (edited.path, edited.matched, edited.ran) == ("services/web/app/views.py", "rule", "edited")


def test_a_link_and_a_submodule_have_no_content_of_their_own(shop, make_working):
    inner = make_working("inner", None)
    inner.commit(app__views_py=WEB)
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "inner")
    (shop.root / "link.py").symlink_to("inner/app/views.py")
    shop.commit(main_py="pass\n")

    alone = asked(Repositories.at([shop.root]), WEB)
    both = shown(Repositories.at([shop.root, inner.root]), WEB)

    assert isinstance(alone, Reason)
    assert (both.repository, both.path) == ("inner", "app/views.py")


def test_a_repository_of_another_address_is_never_searched(shop):
    shop.commit(app__views_py=WEB)

    found = asked(Repositories.at([shop.root]), WEB, address="https://example.com/other/app")

    assert isinstance(found, Reason)


@pytest.mark.parametrize("blob", ["", "x" * 40, "../../etc/passwd", "a" * 41, "A" * 40], ids=str)
def test_what_is_no_name_of_gits_is_left_alone(shop, blob):
    shop.commit(app__views_py=WEB)

    found = Previewer(Repositories.at([shop.root])).preview(AT, "", "", 1, "web", blob)

    assert isinstance(found, Preview)
    assert found.ran is None
