"""Two commits side by side: what changed, file by file and line by line, with a limit on everything."""

from __future__ import annotations

import pytest
from spanorigin_server.reason import Reason
from spanorigin_server.source import changes
from spanorigin_server.source.changes import Changes
from spanorigin_server.source.files import CodeFile, Files
from spanorigin_server.source.repositories import Repositories

PAY = "import os\n\n\ndef pay(total):\n    return total\n"


def between(working, base, head) -> Changes:
    found = Files(Repositories.at([working.root])).changes("shop", base, head)
    assert isinstance(found, Changes), found
    return found


def lines(file) -> list[tuple[int | None, int | None, str]]:
    return [(line.old, line.new, "".join(text for _, text in line.tokens)) for hunk in file.hunks for line in hunk]


def test_a_changed_file_has_its_lines_with_their_numbers_on_both_sides(shop):
    base = shop.commit(app__pay_py=PAY, app__same_py="#\n")
    head = shop.commit(app__pay_py=PAY.replace("return total", "check(total)\n    return total + 1"))

    found = between(shop, base[:8], head)

    assert (found.base, found.head, found.is_whole) == (base, head, True)
    (file,) = found.files
    assert (file.path, file.kind, file.reason) == ("app/pay.py", "changed", None)
    assert lines(file) == [
        (2, 2, ""),
        (3, 3, ""),
        (4, 4, "def pay(total):"),
        (5, None, "    return total"),
        (None, 5, "    check(total)"),
        (None, 6, "    return total + 1"),
    ]
    assert ["k", "def"] in [list(token) for token in file.hunks[0][2].tokens]


def test_files_that_came_went_and_moved_are_told_apart(shop):
    base = shop.commit(app__gone_py="# gone\n", app__pay_py=PAY * 3)
    shop.git("mv", "app/pay.py", "till.py")
    (shop.root / "app/gone.py").unlink()
    head = shop.commit(app__new_py="# new\n", till_py=PAY * 3 + "# more\n")

    found = between(shop, base, head)

    assert [(file.old_path, file.path, file.kind) for file in found.files] == [
        ("app/gone.py", "app/gone.py", "deleted"),
        ("app/new.py", "app/new.py", "added"),
        ("app/pay.py", "till.py", "renamed"),
    ]
    assert lines(found.files[2])[-1] == (None, 16, "# more")


def test_links_submodules_and_binaries_show_nothing(shop, make_working, tmp_path):
    (tmp_path / "secret.py").write_text("SECRET = 1\n")
    inner = make_working("inner", None)
    inner.commit(x_py="SECRET = 1\n")
    base = shop.commit(a_py="#\n")
    (shop.root / "link.py").symlink_to("../secret.py")
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "vendored")
    head = shop.commit(b_py=b"\0\1\2")

    found = between(shop, base, head)

    assert [(file.path, file.hunks == []) for file in found.files] == [(".gitmodules", False), ("b.py", True)]
    assert "binary" in (found.files[1].reason or "")
    assert "SECRET" not in repr(found)


def test_the_same_commit_has_no_changes_and_an_unknown_one_a_reason(shop):
    head = shop.commit(a_py="#\n")
    files = Files(Repositories.at([shop.root]))

    assert between(shop, head, head).files == []
    for base, repository in (("f" * 40, "shop"), ("HEAD", "shop"), (head, "other"), ("--help", "shop")):
        assert isinstance(files.changes(repository, base, head), Reason)


def test_the_first_hunks_come_with_the_list_and_the_others_when_asked_for(shop, monkeypatch):
    base = shop.commit(a_py="#\n", b_py="x\ny\nz\n")
    head = shop.commit(a_py="# a\n" * 30, b_py="z\nx\nY\n", c_py="# c\n")
    monkeypatch.setattr(changes, "FIRST_LINES", 20)
    files = Files(Repositories.at([shop.root]))

    found = between(shop, base, head)
    alone = files.changes("shop", base, head, "b.py")

    assert [(file.path, len(lines(file)), file.is_pending, file.added, file.removed) for file in found.files] == [
        ("a.py", 31, False, 30, 1),
        ("b.py", 0, True, 1, 1),  # y became Y; z only moved
        ("c.py", 0, True, 1, 0),
    ]
    assert isinstance(alone, Changes)
    assert [(file.path, len(lines(file)) > 3, file.is_pending) for file in alone.files] == [("b.py", True, False)]


def test_a_file_that_is_gone_or_moved_is_asked_for_by_the_name_it_has_or_had(shop):
    base = shop.commit(gone_py="# gone\n", pay_py=PAY * 3)
    shop.git("mv", "pay.py", "till.py")
    (shop.root / "gone.py").unlink()
    head = shop.commit(till_py=PAY * 3 + "# more\n")
    files = Files(Repositories.at([shop.root]))

    asked = [files.changes("shop", base, head, path) for path in ("gone.py", "till.py", "pay.py", "../till.py")]

    assert [[file.kind for file in found.files] for found in asked] == [["deleted"], ["renamed"], [], []]


def test_a_file_of_too_many_changes_and_files_beyond_the_most_are_left_out_and_it_is_said(shop, monkeypatch):
    base = shop.commit(a_py="#\n")
    head = shop.commit(a_py="# a\n" * 60, b_py="# b\n" * 30, c_py="# c\n")
    monkeypatch.setattr(changes, "LINES_MOST", 40)
    monkeypatch.setattr(changes, "FILES_MOST", 2)

    found = between(shop, base, head)

    assert [(file.path, len(lines(file)), file.reason is None) for file in found.files] == [
        ("a.py", 0, False),
        ("b.py", 30, True),
    ]
    assert not found.is_whole


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        (b"a\r\nb\r\n", b"a\nb\n", (0, 0)),
        (b"a\nb", b"a\nb\n", (0, 0)),
        (b"", b"caf\xe9\n", (1, 0)),
        (b"x\n", b"", (0, 1)),
    ],
    ids=["line ends", "no end of line", "from empty, latin-1", "to empty"],
)
def test_odd_files_are_compared_by_their_lines(shop, old, new, counts):
    shop.git("config", "core.autocrlf", "false")
    base = shop.commit(a_py=old)
    head = shop.commit(a_py=new)

    (file,) = between(shop, base, head).files

    assert ((file.added, file.removed), file.reason) == (counts, None)
    assert len([line for line in lines(file) if None in line[:2]]) == sum(counts)


@pytest.mark.parametrize("count", [3000])
def test_long_files_are_compared_by_their_ends(shop, count):
    old = [f"line {number}" for number in range(count)]
    new = [*old[:1500], "# put in", *old[1500:]]
    base = shop.commit(long_py="\n".join(old) + "\n")
    head = shop.commit(long_py="\n".join(new) + "\n")

    (file,) = between(shop, base, head).files

    assert [line for line in lines(file) if line[0] is None] == [(None, 1501, "# put in")]


def test_the_newest_commits_are_listed_newest_first(shop):
    first = shop.commit(a_py="#\n")
    second = shop.commit(a_py="##\n")

    found = Files(Repositories.at([shop.root])).commits("shop")

    assert not isinstance(found, Reason)
    assert [each.commit for each in found] == [second, first]
    assert found[0].subject == "a change"
    assert isinstance(Files(Repositories()).commits("shop"), Reason)


def test_a_file_comes_with_its_functions(shop):
    shop.commit(app__pay_py=PAY)

    file = Files(Repositories.at([shop.root])).file("shop", "", "app/pay.py")

    assert isinstance(file, CodeFile)
    assert [(each.name, each.line, each.last_line) for each in file.functions] == [("pay", 4, 5)]
