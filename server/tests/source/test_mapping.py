"""From a container's path to the repository's: by rule, whole path, bytes, function, end of the path; never guessed."""

from __future__ import annotations

import pytest
from spanorigin_server.reason import Reason
from spanorigin_server.source.functions import functions_of, is_function_at, last_name
from spanorigin_server.source.highlight import highlighted
from spanorigin_server.source.preview import Frame, Preview, Previewer
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.source.rules import Draft, Rules

PAY = "def pay(total):\n    return total\n"
LOAD = "def load(cart):\n    return cart\n"


def asked(repositories, frame, rules=None, commit="", address="", service="web") -> Preview | Reason:
    return Previewer(repositories, rules=rules).preview(frame, address, commit, 0, service)


def shown(*arguments, **more) -> tuple[str, str, str]:
    found = asked(*arguments, **more)
    assert isinstance(found, Preview), found
    assert found.why.endswith(".")
    return found.path, found.matched, found.confidence


@pytest.fixture
def monorepo(make_working):
    """One repository with several services, alike in their folders."""
    working = make_working("mono", None)
    working.commit(
        services__web__app__views_py=PAY, services__billing__app__views_py=LOAD, services__web__setup_py="#\n"
    )
    return working


def test_a_rule_wins_over_everything_and_is_its_services(monorepo, tmp_path):
    rules = Rules(tmp_path / "data")
    rules.make(Draft(from_="/srv/app", to="services/web/app", repository="mono", service="web"))
    rules.make(Draft(from_="/srv/app", to="services/billing/app", repository="mono", service="billing"))
    rules.make(Draft(from_="/srv", to="services", repository="mono"))
    repositories, frame = Repositories.at([monorepo.root]), Frame("/srv/app/views.py", "", 1, "app.views.x")

    assert shown(repositories, frame, rules) == ("services/web/app/views.py", "rule", "certain")
    assert shown(repositories, frame, rules, service="billing")[0] == "services/billing/app/views.py"
    missed = asked(repositories, frame, rules, service="other")
    assert isinstance(missed, Reason)
    assert (missed.slug, "services/app/views.py" in missed.message) == ("path-rule-misses", True)


def test_a_rules_folder_is_whole_and_its_files_do_not_climb_out(monorepo, tmp_path):
    rules = Rules(tmp_path / "data")
    rules.make(Draft(from_="/srv/app", to="services/web/app", repository="mono"))

    for file in ("/srv/application/views.py", "/srv/app/../../secret.py", "/srv/app", "srv/app/views.py"):
        assert rules.of("web", file) is None
    found = rules.of("web", "\\srv\\app\\views.py")
    assert found is not None
    assert found.path == "services/web/app/views.py"


def test_of_two_files_alike_the_one_with_the_function_at_the_line_is_meant(monorepo):
    repositories = Repositories.at([monorepo.root])

    assert shown(repositories, Frame("/srv/app/views.py", "", 1, "app.views.pay")) == (
        "services/web/app/views.py",
        "function",
        "likely",
    )
    assert shown(repositories, Frame("/srv/app/views.py", "", 2, "app.views.load"))[0] == (
        "services/billing/app/views.py"
    )
    neither = asked(repositories, Frame("/srv/app/views.py", "", 9, "app.views.pay"))
    assert isinstance(neither, Reason)
    assert neither.slug == "ambiguous-path"


def test_equal_bytes_on_this_machine_are_proof(make_working, tmp_path):
    working = make_working("mono", None)
    working.commit(a__views_py=PAY, b__views_py=PAY + "# b\n")
    installed = tmp_path / "site-packages/views.py"
    installed.parent.mkdir()
    installed.write_text(PAY + "# b\n")

    assert shown(Repositories.at([working.root]), Frame(str(installed), "", 1, "views.pay")) == (
        "b/views.py",
        "content",
        "certain",
    )


def test_one_service_may_be_of_several_repositories(make_working):
    shop, lib = make_working("shop", None), make_working("lib", None)
    shop.commit(shop__pay_py=PAY)
    lib.commit(src__tills__load_py=LOAD)
    repositories = Repositories.at([shop.root, lib.root])

    assert shown(repositories, Frame("/app/shop/pay.py", "", 1, "shop.pay.pay"))[0] == "shop/pay.py"
    assert shown(repositories, Frame("/venv/site-packages/tills/load.py", "", 1, "tills.load.load"))[0] == (
        "src/tills/load.py"
    )


def test_an_end_alone_is_told_to_be_weak(make_working):
    working = make_working("shop", None)
    working.commit(lib__deep__pay_py=PAY)

    assert shown(Repositories.at([working.root]), Frame("/x/deep/pay.py", "", 2, "deep.pay.<lambda>")) == (
        "lib/deep/pay.py",
        "tail",
        "weak",
    )


def test_functions_of_python_are_qualified_and_have_their_lines():
    text = (
        "@wraps\ndef a():\n    def b():\n        pass\n    return b\n\n\n"
        "class C:\n    if True:\n        async def d(self): ...\n"
    )

    found = functions_of("x.py", text, [])

    assert [(each.name, each.line, each.first_line, each.last_line) for each in found] == [
        ("a", 2, 1, 5),
        ("a.<locals>.b", 3, 3, 4),
        ("C.d", 10, 10, 10),
    ]


def test_functions_of_other_languages_go_to_the_next_one():
    text = "function pay(total) {\n  return total;\n}\n\nfunction load() {}\n"

    found = functions_of("x.js", text, highlighted("x.js", text))

    assert [(each.name, each.line, each.last_line) for each in found] == [("pay", 1, 4), ("load", 5, 5)]
    go = "package main\n\nfunc Pay(total int) int {\n\treturn total\n}\n\nfunc (c *Cart) Load() {}\n"
    found = functions_of("x.go", go, highlighted("x.go", go))
    assert [(each.name, each.line, each.last_line) for each in found] == [("Pay", 3, 6), ("Load", 7, 7)]


@pytest.mark.parametrize("text", ["def (:\n", "", "\0", "x = " + "(" * 5000 + "\n"])
def test_what_cannot_be_parsed_has_no_functions(text):
    assert functions_of("x.py", text, []) == []


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("app.views.Cart.pay", "pay"),
        ("a.<locals>.b", "b"),
        ("Acme\\Shop::pay", "pay"),
        ("Cart#pay", "pay"),
        ("main.(*Cart).Pay", "Pay"),
        ("<lambda>", ""),
        ("<module>", ""),
        ("", ""),
    ],
)
def test_the_last_part_of_a_functions_name_is_found_in_any_language(function, name):
    assert last_name(function) == name
    assert not is_function_at([], function, 1)
