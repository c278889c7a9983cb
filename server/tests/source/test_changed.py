"""A place is in changed code when its line, or an entry's function, is not as it was in the commit that ran before."""

from __future__ import annotations

import random

import pytest
from spanorigin_server.reason import Reason
from spanorigin_server.source.changed import Changed, Ran, Seen, ServiceChange, TracePlace, changed_stretches, touches
from spanorigin_server.source.preview import Frame, Previewer
from spanorigin_server.source.repositories import Repositories

URL = "https://github.com/acme/shop"
OLD = """def show(cart):
    total = 0
    for item in cart:
        total += price(item)
    return total


def price(item):
    return ask(item)


def other():
    return ask(1)
"""
# A line put in, one edited, one taken out.
NEW = (
    OLD.replace("    total = 0\n", "    check(cart)\n    total = 0\n")
    .replace("    return ask(item)\n", "    return ask(item.id)\n")
    .replace("    return ask(1)\n", "    ask(2)\n    return ask(1)\n")
)


def place(line: int, kind: str = "exit", path: str = "app/cart.py") -> TracePlace:
    return TracePlace(kind, Frame(f"/srv/{path}", path, line, "f"))  # type: ignore[arg-type]


def compared(shop, places: list[TracePlace], commits: list[str], commit: str | None = None) -> ServiceChange:
    """What changed of places of the last commit, or of `commit`; `commits` were seen one a day."""
    seen = [Seen(each, f"v{number}", number * 86_400) for number, each in enumerate(commits, 1)]
    ran = Ran("web", "v9", commits[-1] if commit is None else commit, URL)
    return Changed(Previewer(Repositories.at([shop.root]))).of(ran, places, seen)


def lines(change: ServiceChange) -> list[int]:
    return [each.line for each in change.places]


@pytest.fixture
def commits(shop) -> list[str]:
    return [shop.commit(app__cart_py=OLD), shop.commit(app__cart_py=NEW)]


def test_an_exit_is_changed_when_its_line_is(shop, commits: list[str]):
    everything = [place(line) for line in range(1, 16)]

    change = compared(shop, everything, commits)

    assert lines(change) == [2, 10, 14]
    assert (change.base_commit, change.base_version, change.is_before) == (commits[0], "v1", True)
    assert (change.repository, change.missing) == ("shop", None)


def test_an_entry_is_changed_when_anything_in_its_function_is(shop, commits: list[str]):
    change = compared(shop, [place(1, "entry"), place(9, "entry"), place(13, "entry")], commits)

    assert lines(change) == [1, 9, 13]


def test_lines_taken_out_of_a_function_change_its_entry_and_no_exit(shop):
    commits = [shop.commit(app__cart_py=NEW), shop.commit(app__cart_py=OLD.replace("ask(item)", "ask(item.id)"))]

    change = compared(shop, [place(1, "entry"), place(8, "entry"), *(place(line) for line in range(1, 14))], commits)

    assert lines(change) == [1]


def test_what_did_not_change_is_not_told(shop):
    commits = [shop.commit(app__cart_py=OLD), shop.commit(app__other_py="x = 1\n")]

    change = compared(shop, [place(1, "entry"), place(4)], commits)

    assert (lines(change), change.missing) == ([], None)


def test_a_new_file_is_changed_as_a_whole_and_one_that_moved_where_it_differs(shop):
    first = shop.commit(app__cart_py=OLD)
    shop.git("mv", "app/cart.py", "app/basket.py")
    second = shop.commit(app__basket_py=OLD.replace("ask(1)", "ask(3)"), app__new_py="a = 1\nb = 2\n")
    places = [place(line, path="app/basket.py") for line in (4, 13)] + [place(2, path="app/new.py")]

    change = compared(shop, places, [first, second])

    assert [(each.path, each.line) for each in change.places] == [("app/basket.py", 13), ("app/new.py", 2)]


def test_of_several_versions_the_one_before_is_compared_with(shop, commits: list[str]):
    third = shop.commit(app__cart_py=NEW.replace("check(cart)", "check(cart, 1)"))

    change = compared(shop, [place(line) for line in range(1, 16)], [*commits, third])

    assert (change.base_commit, lines(change)) == (commits[1], [2])


def test_the_first_version_is_compared_with_the_next_and_says_so(shop, commits: list[str]):
    change = compared(shop, [place(line) for line in range(1, 14)], commits, commit=commits[0])

    assert (change.base_commit, change.is_before) == (commits[1], False)
    assert lines(change) == [9]


@pytest.mark.parametrize(
    ("seen", "commit", "slug"),
    [
        ("one", None, "changes-without-another-version"),
        ("both", "", "changes-without-commit"),
        ("unknown", None, "changes-without-both-commits"),
        ("both", "f" * 40, "commit-not-in-checkout"),
    ],
    ids=["one version", "no commit", "the one before was never fetched", "what ran was never fetched"],
)
def test_what_cannot_be_compared_says_why(shop, commits: list[str], seen: str, commit: str | None, slug: str):
    known = {"one": commits[1:], "both": commits, "unknown": ["e" * 40, commits[1]]}[seen]

    change = compared(shop, [place(4)], known, commit)

    assert isinstance(change.missing, Reason)
    assert (change.missing.slug, change.places) == (slug, [])


def test_a_file_that_is_not_there_hides_nothing_of_the_others(shop, commits: list[str]):
    change = compared(shop, [place(3, path="lib/elsewhere.py"), place(10)], commits)

    assert isinstance(change.missing, Reason)
    assert change.missing.slug == "file-not-in-repository"
    assert lines(change) == [10]


def test_whatever_was_changed_no_line_is_told_whose_text_and_order_stayed():
    chance = random.Random(5)
    for _ in range(300):
        then = [chance.choice("abcdefgh") for _ in range(chance.randint(0, 25))]
        now = [line for line in then if chance.random() < 0.8]
        for _ in range(chance.randint(0, 5)):
            now.insert(chance.randint(0, len(now)), chance.choice("abcxyz"))

        stretches = changed_stretches(then, now)
        kept = [at for at in range(1, len(now) + 1) if not any(touches(each, at, at) for each in stretches)]

        # What is left is a subsequence of what was: nothing new is among it.
        rest = iter(then)
        assert all(now[at - 1] in rest for at in kept)
        assert bool(stretches) == (then != now)


def test_a_file_rewritten_from_end_to_end_is_compared_by_its_texts():
    then = [f"old {number}" for number in range(1500)]
    now = [f"new {number}" for number in range(1500)] + ["old 7"]

    stretches = changed_stretches(then, now)

    assert len(stretches) == 1500
    assert not any(touches(each, 1501, 1501) for each in stretches)
