"""A line of an old commit is found at the new one when it is there, and never guessed at when it was edited."""

from __future__ import annotations

import random

from spanorigin_server.source.drift import drift_of, line_now
from spanorigin_server.source.preview import Frame, Preview, Previewer
from spanorigin_server.source.repositories import Repositories

URL = "https://github.com/acme/shop"
PAY = "import os\n\n\ndef pay(total):\n    return total\n"


def preview(shop, commit: str, line: int = 4, address: str = URL) -> Preview:
    frame = Frame("/srv/shop/app/pay.py", "app/pay.py", line, "app.pay.pay")
    found = Previewer(Repositories.at([shop.root])).preview(frame, address, commit, 2)
    assert isinstance(found, Preview), found
    return found


def test_lines_put_above_move_it():
    assert line_now(2, ["a", "b", "c"], ["x", "y", "a", "b", "c"]) == 4


def test_lines_put_below_leave_it():
    assert line_now(2, ["a", "b", "c"], ["a", "b", "c", "x"]) == 2


def test_a_line_between_two_changes_is_found():
    assert line_now(3, ["a", "b", "same", "c", "d"], ["A", "same", "C", "D"]) == 2


def test_an_edited_line_is_nowhere():
    assert line_now(2, ["a", "b", "c"], ["a", "B", "c"]) is None


def test_a_removed_line_is_nowhere():
    assert line_now(2, ["a", "b", "c"], ["a", "c"]) is None


def test_a_line_beyond_the_end_is_nowhere():
    assert line_now(4, ["a", "b", "c"], ["a", "b", "c"]) is None


def test_in_a_file_rewritten_from_end_to_end_only_unique_lines_are_matched():
    then = [f"old {number}" for number in range(1500)] + ["kept", "}", "last of then"]
    now = ["}", "kept"] + [f"new {number}" for number in range(1500)] + ["}"]

    assert line_now(1501, then, now) == 2
    assert line_now(1502, then, now) is None


def test_whatever_was_changed_the_line_that_is_found_has_the_same_text():
    chance = random.Random(7)
    for _ in range(300):
        then = [chance.choice("abcdef") for _ in range(chance.randint(1, 20))]
        now = [line for line in then if chance.random() < 0.8]
        for _ in range(chance.randint(0, 5)):
            now.insert(chance.randint(0, len(now)), chance.choice("abcxyz"))
        for number, text in enumerate(then, 1):
            found = line_now(number, then, now)
            assert found is None or now[found - 1] == text


def test_a_file_that_is_gone_has_no_line():
    assert drift_of(1, ["a"], None, "c0ffee").state == "gone"


def test_the_preview_of_an_older_commit_says_where_its_line_is_now(shop):
    then = shop.commit(app__pay_py=PAY)
    now = shop.commit(app__pay_py="# why\n# not\n# three\n" + PAY)

    drift = preview(shop, then).drift

    assert (drift.state, drift.line, drift.commit) == ("moved", 7, now)


def test_the_preview_of_an_older_commit_says_that_its_line_was_edited(shop):
    then = shop.commit(app__pay_py=PAY)
    shop.commit(app__pay_py=PAY.replace("pay(total)", "pay(total, tip)"))

    assert preview(shop, then).drift.state == "edited"
    assert preview(shop, then, line=5).drift.state == "same"


def test_the_preview_of_an_older_commit_says_that_its_file_is_gone(shop):
    then = shop.commit(app__pay_py=PAY)
    (shop.root / "app/pay.py").unlink()
    shop.commit(app__other_py=PAY)

    assert preview(shop, then).drift.state == "gone"


def test_the_commit_that_is_checked_out_has_no_drift(shop):
    assert preview(shop, shop.commit(app__pay_py=PAY)).drift is None


def test_a_preview_names_the_repositorys_address_without_its_password(shop):
    then = shop.commit(app__pay_py=PAY)

    assert preview(shop, then, address="https://ada:secret@github.com/acme/shop").address == URL
    assert preview(shop, then, address="").address == "github.com/acme/shop"
    assert preview(shop, then).root == str(shop.root)


def test_a_copy_without_files_is_no_place_for_an_editor(shop, tmp_path):
    then = shop.commit(app__pay_py=PAY)
    shop.git("clone", "--quiet", "--bare", str(shop.root), str(tmp_path / "shop.git"))
    frame = Frame("/srv/shop/app/pay.py", "app/pay.py", 4, "app.pay.pay")

    found = Previewer(Repositories.at([tmp_path / "shop.git"])).preview(frame, "", then, 2)

    assert isinstance(found, Preview), found
    assert found.root == ""
