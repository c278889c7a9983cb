"""One file's and one function's history goes on through renames, however it is asked for."""

from __future__ import annotations

import pytest
from spanorigin_server.reason import Reason
from spanorigin_server.source import history
from spanorigin_server.source.files import Files
from spanorigin_server.source.renames import Names
from spanorigin_server.source.repositories import Repositories

CART = '''"""The cart."""

import json


def show(cart):
    items = [item for item in cart if item.count]
    total = sum(item.price * item.count for item in items)
    return json.dumps({"items": items, "total": total})


class Cart:
    def add(self, item):
        self.items.append(item)
        return self
'''


def asked(working, path, function="", commit="") -> Names:
    found = Files(Repositories.at([working.root])).names("shop", commit, path, function)
    assert isinstance(found, Names), found
    return found


def names(*arguments, **more) -> list[tuple[str, str]]:
    return [(each.path, each.function) for each in asked(*arguments, **more).names]


@pytest.fixture
def moved(shop):
    """app/cart.py, then app/basket.py, then store/core/basket.py, edited in between."""
    commits = [shop.commit(app__cart_py=CART, app__other_py="x = 1\n")]
    shop.git("mv", "app/cart.py", "app/basket.py")
    commits.append(shop.commit(app__basket_py=CART.replace("The cart", "The basket")))
    commits.append(shop.commit(app__other_py="x = 2\n"))
    (shop.root / "store" / "core").mkdir(parents=True)
    shop.git("mv", "app/basket.py", "store/core/basket.py")
    commits.append(shop.commit())
    shop.commits = commits
    return shop


ALL = [
    ("store/core/basket.py", "store.core.basket.show"),
    ("app/basket.py", "app.basket.show"),
    ("app/cart.py", "app.cart.show"),
]


@pytest.mark.parametrize("number", range(3))
def test_any_of_its_names_leads_to_all_of_them(moved, number):
    assert names(moved, *ALL[number]) == ALL


def test_each_name_says_which_commit_ended_it(moved):
    found = asked(moved, *ALL[0])

    assert [each.until for each in found.names] == [None, moved.commits[3], moved.commits[1]]
    assert found.names[0].until_ns is None
    assert all(each.until_ns.isdigit() for each in found.names[1:])
    assert found.is_whole


def test_a_file_alone_is_followed_too(moved):
    assert names(moved, "app/cart.py") == [(path, "") for path, _ in ALL]
    assert names(moved, "app/other.py") == [("app/other.py", "")]


def test_a_method_keeps_its_class(moved):
    found = names(moved, "store/core/basket.py", "store.core.basket.Cart.add")

    assert [function for _, function in found] == [
        "store.core.basket.Cart.add", "app.basket.Cart.add", "app.cart.Cart.add"
    ]  # fmt: skip


def test_up_to_an_older_commit_the_names_are_those_of_then(moved):
    assert names(moved, "app/basket.py", "app.basket.show", commit=moved.commits[2]) == ALL[1:]


def test_a_folder_above_the_imported_one_stays_out_of_the_functions_name(shop):
    shop.commit(services__web__app__cart_py=CART)
    shop.git("mv", "services/web/app/cart.py", "services/web/app/basket.py")
    shop.commit()

    found = names(shop, "services/web/app/basket.py", "app.basket.show")

    assert found == [
        ("services/web/app/basket.py", "app.basket.show"),
        ("services/web/app/cart.py", "app.cart.show"),
    ]


def test_a_function_that_was_renamed_is_followed_by_its_text(shop):
    shop.commit(app__cart_py=CART)
    renaming = shop.commit(app__cart_py=CART.replace("def show(", "def render(").replace("item.count]", "item.n]"))
    shop.commit(app__cart_py=CART.replace("def show(", "def render(").replace("item.count]", "item.number]"))

    expected = [("app/cart.py", "app.cart.render"), ("app/cart.py", "app.cart.show")]
    assert names(shop, "app/cart.py", "app.cart.render") == expected
    assert names(shop, "app/cart.py", "app.cart.show") == expected
    assert asked(shop, "app/cart.py", "app.cart.render").names[1].until == renaming


def test_a_new_function_does_not_take_over_the_history_of_another(shop):
    shop.commit(app__cart_py=CART)
    shop.commit(
        app__cart_py=CART.replace("def show(cart):", "def pay(total):\n    return total * 1.19\n\n\ndef show(cart):")
    )
    shop.git("mv", "app/cart.py", "app/basket.py")
    shop.commit()

    assert names(shop, "app/basket.py", "app.basket.pay") == [
        ("app/basket.py", "app.basket.pay"),
        ("app/cart.py", "app.cart.pay"),
    ]
    assert names(shop, "app/cart.py", "app.cart.show")[0] == ("app/basket.py", "app.basket.show")


def test_a_path_that_was_used_again_is_its_own_file(moved):
    moved.commit(app__cart_py="def other():\n    return 'a new file of an old name'\n")

    assert names(moved, "app/cart.py", "app.cart.other") == [("app/cart.py", "app.cart.other")]


def test_a_rename_on_a_merged_branch_is_followed_once(shop):
    shop.commit(app__cart_py=CART)
    shop.git("checkout", "--quiet", "-b", "move")
    shop.git("mv", "app/cart.py", "app/basket.py")
    shop.commit()
    shop.git("checkout", "--quiet", "main")
    shop.commit(app__other_py="x = 3\n")
    shop.git("merge", "--quiet", "--no-ff", "-m", "merged", "move")

    assert names(shop, "app/basket.py", "app.basket.show") == ALL[1:]


def test_a_function_of_another_language_is_followed_with_its_file(shop):
    text = "export function show(cart) {\n  const items = cart.filter((item) => item.count);\n  return items;\n}\n" * 3
    shop.write("src/cart.js", text)
    shop.commit()
    shop.git("mv", "src/cart.js", "src/basket.js")
    shop.commit()

    assert names(shop, "src/basket.js", "show") == [("src/basket.js", "show"), ("src/cart.js", "show")]


def test_unreadable_versions_break_nothing(shop):
    shop.commit(app__cart_py=b"\0" * 100)
    shop.commit(app__cart_py="def broken(:\n")
    shop.commit(app__cart_py=CART)

    assert names(shop, "app/cart.py", "app.cart.show")[0] == ("app/cart.py", "app.cart.show")


def test_a_long_history_is_cut_and_says_so(moved, monkeypatch):
    monkeypatch.setattr(history, "_COMMITS_MOST", 1)

    found = asked(moved, *ALL[0])

    assert not found.is_whole
    assert [each.path for each in found.names] == ["store/core/basket.py", "app/basket.py"]


def test_what_is_not_there_is_refused_or_its_own_only_name(moved, tmp_path):
    files = Files(Repositories.at([moved.root]))

    assert names(moved, "no/such.py", "no.such.f") == [("no/such.py", "no.such.f")]
    for repository, commit in (("other", ""), ("shop", "f" * 40)):
        assert isinstance(files.names(repository, commit, "app/cart.py", ""), Reason)
