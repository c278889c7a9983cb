"""Who has the last word on what is captured. Case 41: the environment's false, then from outside, then the program."""

import itertools

import pytest
from spanorigin.settings import Settings
from spanorigin.switches import Switches, Wish

VARIABLE = {"enabled": "SPANORIGIN_ENABLED", "entry": "SPANORIGIN_ENTRY", "exit": "SPANORIGIN_EXIT"}
SAID = (None, False, True)


def switches(environ=None):
    return Switches(Settings.from_environment(environ or {}))


def position(name, environment=None, remote=None, code=None):
    made = switches({} if environment is None else {VARIABLE[name]: str(environment)})
    made.wish(Wish(**{name: code}), "the program", remote=False)
    made.wish(Wish(**{name: remote}), "the server", remote=True)
    return getattr(made.positions(), name)


@pytest.mark.parametrize("name", VARIABLE)
@pytest.mark.parametrize(("environment", "remote", "code"), list(itertools.product(SAID, repeat=3)))
def test_the_environments_false_wins_then_the_remote_then_the_program_and_none_is_no_word(
    name, environment, remote, code
):
    expected = True
    for said in (code, remote):  # the later one wins
        expected = expected if said is None else said
    expected = expected and environment is not False

    assert position(name, environment, remote, code).accepted is expected


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({}, "nothing speaks against it"),
        ({"environment": False, "remote": True}, "SPANORIGIN_EXIT says false"),
        ({"environment": True}, "SPANORIGIN_EXIT says true"),
        ({"remote": False}, "switched off by the server"),
        ({"remote": True, "code": False}, "switched on by the server"),
        ({"code": False}, "switched off by the program"),
    ],
)
def test_the_reason_names_who_has_spoken(said, reason):
    assert position("exit", **said).reason == reason


def test_datadogs_variable_forbids_too_and_is_named():
    made = switches({"DD_CODE_ORIGIN_FOR_SPANS_ENABLED": "false"})
    made.wish(Wish(enabled=True), "the server", remote=True)

    assert made.positions().enabled.reason == "DD_CODE_ORIGIN_FOR_SPANS_ENABLED says false"


def test_what_install_was_given_may_be_overruled():
    made = Switches(Settings(exit=False))
    assert made.positions().exit.reason == "install() says false"

    made.wish(Wish(exit=True), "the server", remote=True)

    assert made.positions().exit.accepted


def test_with_the_whole_switched_off_entries_and_exits_are_off_for_its_reason():
    made = switches()
    made.wish(Wish(enabled=False, exit=True), "the server", remote=True)

    positions = made.positions()

    assert positions.entry == positions.exit == positions.enabled
    assert not positions.exit.accepted


def test_no_word_leaves_what_was_said_before_and_forgetting_drops_it():
    made = switches()
    made.wish(Wish(entry=False), "the program", remote=False)
    made.wish(Wish(entry=True, exit=False), "the server", remote=True)

    made.wish(Wish(), "the server", remote=True)
    assert (made.positions().entry.accepted, made.positions().exit.accepted) == (True, False)

    made.forget_remote()
    assert (made.positions().entry.accepted, made.positions().exit.accepted) == (False, True)
