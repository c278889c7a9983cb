"""What the doctor makes of a report: what is wrong, what to do, and how it is laid out."""

import json
import os
import sys
from collections import deque

import pytest
from spanorigin import agent as house
from spanorigin import report
from spanorigin.counters import NEWEST, MissedSpan, Tally
from spanorigin.doctor import layout, live, paths
from spanorigin.doctor.command import _apart
from spanorigin.doctor.layout import Block, Page, Problem
from spanorigin.model import Verdict
from spanorigin.settings import Settings

ON = {"accepted": True, "reason": "nothing speaks against it"}


def said(**more):
    """A report of a process in which all is well, with something else in it."""
    return {
        "pid": 7,
        "installed": True,
        "capture": {"enabled": ON, "entry": ON, "exit": ON},
        "captures": 1000,
        "walker": "C over raw interpreter frames: the quickest",
        "attaching": "directly: the SDK's layout is the known one",
        "exporting": {"accepted": True, "reason": "merging prepared bytes", "batches_merged": 3},
        "budget": {"accepted": True, "reason": "", "spent_ns": 5},
        "search_path": [],
        **more,
    }


def off(reason):
    return {"accepted": False, "reason": reason}


def missed(reason, count):
    return {"reason": reason, "count": count, "words": "why"}


def framework(*modules):
    return {"name": "flask", "waits_for": ["flask.app"], "modules": list(modules)}


def module(hooks, error=""):
    return {"module": "flask.app", "file": "/x/flask/app.py", "hooks": hooks, "error": error}


@pytest.mark.parametrize(
    ("more", "words", "remedy"),
    [
        (
            {"capture": {"enabled": off("SPANORIGIN_ENABLED says false"), "entry": ON, "exit": ON}},
            "Capture is off: SPANORIGIN_ENABLED says false.",
            "Unset SPANORIGIN_ENABLED and start the process again: nobody can overrule it.",
        ),
        (
            {"capture": {"enabled": off("switched off by the server"), "entry": ON, "exit": ON}},
            "Capture is off: switched off by the server.",
            "spanorigin capture on 7",
        ),
        (
            {"capture": {"enabled": ON, "entry": ON, "exit": off("install() says false")}},
            "Exits are not captured: install() says false.",
            "spanorigin capture on exits 7",
        ),
        (
            {"failures": [{"room": "exit", "count": 2, "words": "KeyError inside spanorigin"}]},
            "Something of ours failed 2 times in exit: KeyError inside spanorigin.",
            "Please report it, with the output of this command.",
        ),
        (
            {"frameworks": [framework(module(0, "AttributeError"))]},
            "No entries from flask: it is laid out in another way than the known one (AttributeError).",
            "Upgrade spanorigin, or set SPANORIGIN_DISCOVERY=true on Python 3.12 and later.",
        ),
        (
            {"budget": {"accepted": False, "reason": "one exit in 4 gets its origin", "spent_ns": 1}},
            "Exits are thinned out: one exit in 4 gets its origin.",
            "Raise SPANORIGIN_BUDGET",
        ),
        (
            {"misses": [missed("no-user-frame", 500)]},
            "500 of 1500 exits got no origin: why [no-user-frame].",
            "Ask for the files that should count: spanorigin doctor 7 --file PATH.",
        ),
    ],
    ids=["variable", "remote", "exits", "failed", "unhooked", "budget", "misses"],
)
def test_what_is_wrong_is_told_with_what_to_do(more, words, remedy):
    [problem] = live.problems(said(**more))

    assert problem.words == words
    assert problem.remedy.startswith(remedy)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"misses": [missed("no-user-frame", 9)], "captures": 0},
        {"misses": [missed("no-user-frame", 50)]},
        {"misses": [missed("set-by-the-program", 500)]},
        {"frameworks": [framework(), framework(module(0), module(1))]},
        {"installed": False},
    ],
    ids=["all well", "a few", "a small share", "as meant", "hooked elsewhere", "taken out"],
)
def test_what_is_not_wrong_is_no_problem(more):
    assert live.problems(said(**more)) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"walker": "pure Python: raw: not compiled; public: not compiled"}, "Exits are found in pure Python"),
        ({"attaching": "public API: another layout"}, "Origins are attached by the public API"),
        ({"exporting": {"accepted": False, "reason": "plain encoding: x", "batches_merged": 0}}, "Origins are sent by"),
        ({"discovery": off("sys.monitoring came with Python 3.12")}, "Unknown frameworks' handlers are not looked for"),
        ({"misses": [missed("handler-not-users-own", 30)]}, "30 requests got no origin: why [handler-not-users-own]."),
        ({"misses": [missed("launched-elsewhere", 500)]}, "500 of 1500 exits got no origin"),
    ],
)
def test_what_could_be_better_is_a_hint(more, words):
    [hint] = live.hints(said(**more))

    assert hint.words.startswith(words)
    assert live.problems(said(**more)) == []


@pytest.mark.parametrize(
    "more",
    [
        {"walker": "pure Python: python was asked for"},
        {"exporting": {"accepted": False, "reason": "plain encoding: no OTLP protobuf exporter has been loaded"}},
    ],
)
def test_what_was_asked_for_is_no_hint(more):
    assert live.hints(said(**more)) == []


def test_requests_without_an_origin_are_no_share_of_the_exits():
    both = [missed("no-user-frame", 500), missed("class-line-unknown", 4000)]

    words = [problem.words for problem in live.problems(said(misses=both))]

    assert [each.partition(" got")[0] for each in words] == ["500 of 1500 exits", "4000 requests"]


def test_frameworks_without_a_hook_say_why():
    modules = [framework(module(0))]
    loose = live.page(said(frameworks=modules))
    switched = live.page(
        said(frameworks=modules, capture={"enabled": ON, "entry": off("switched off by the server"), "exit": ON})
    )

    assert "flask  no hook: laid out in another way" in layout.as_text(loose)
    assert "flask  no hook: entries are switched off" in layout.as_text(switched)


def test_a_report_of_another_release_is_shown_as_far_as_it_goes():
    page = live.page({"pid": 7, "installed": True, "capture": {"enabled": ON, "entry": ON, "exit": ON}, "news": [1]})

    assert "exits found  ?" in layout.as_text(page)


def test_problems_stand_above_everything_else():
    page = Page(
        "Title", "below", [Problem("It is wrong.", "Mend it.")], [], [Block("Facts", [("a", "1"), ("bb", "2")])]
    )

    assert layout.as_text(page).splitlines() == [
        "Title",
        "below",
        "",
        "1 problem",
        "  1. It is wrong.",
        "     → Mend it.",
        "",
        "Facts",
        "  a   1",
        "  bb  2",
    ]


def test_long_words_are_wrapped_below_themselves_and_paths_are_never_cut():
    path = "/a/very/long/path/" * 8
    page = Page("T", "", [], [], [Block("Facts", [("a", f"some words that take their room {path} and more words")])])

    lines = layout.as_text(page, width=60).splitlines()

    assert any(line.strip() == path for line in lines)
    assert all(line.startswith("     ") for line in lines[lines.index("Facts") + 2 :])
    assert all(len(line) <= 60 for line in lines if path not in line)


def test_a_label_that_is_too_long_has_its_words_on_the_next_line():
    label = "/srv/" + "x" * 60
    page = Page("T", "", [], [], [Block("Facts", [(label, "words"), ("a", "more")])])

    assert layout.as_text(page).splitlines()[-3:] == [f"  {label}", "     words", "  a  more"]


def test_colour_is_for_those_who_ask():
    page = Page("Title", "below", [Problem("wrong", "")])

    assert "\x1b[" not in layout.as_text(page)
    assert layout.as_text(page, colour=True).startswith("\x1b[1mTitle\x1b[0m")


@pytest.mark.parametrize(
    ("words", "ours", "command"),
    [
        ([], [], []),
        (["12", "--json"], ["12", "--json"], []),
        (["--json", "--", "python", "app.py", "--json"], ["--json"], ["python", "app.py", "--json"]),
        (["python", "app.py", "--json"], [], ["python", "app.py", "--json"]),
        (["--file", "app.py", "12"], ["--file", "app.py", "12"], []),
        (["--file=app.py", "12", "--", "x"], ["--file=app.py", "12"], ["x"]),
    ],
    ids=str,
)
def test_our_words_and_the_commands_are_told_apart(words, ours, command):
    assert _apart(words) == (ours, command)


def test_a_report_stays_small_whatever_the_program_does():
    seen = {
        f"/srv/{number}/{'x' * 400}.py": Verdict(number % 2 == 0, f"why {number % 300}") for number in range(20_000)
    }
    tally = Tally()
    for reason in range(30):
        for _ in range(100):
            held = tally.newest.setdefault(str(reason), deque(maxlen=NEWEST))
            held.append(MissedSpan(1, "n" * 10_000, None, 1, 1, "s" * 10_000))

    text = json.dumps([report._files(seen), report._newest([tally])])

    assert len(text) < 1_000_000


def test_a_name_that_is_not_exactly_text_is_not_run():
    class Name(str):
        def __len__(self):
            raise AssertionError("the program's own code")

    assert report._short(Name("x")) == "?"


def no_agent(wish, who):
    return None


@pytest.mark.parametrize(
    "request_",
    [None, 3, [], {}, {"ask": "what"}, {"ask": ["report"]}, {"ask": "capture"}, {"ask": "capture", "wish": 1}],
    ids=str,
)
def test_a_question_that_is_none_gets_an_error(request_):
    assert "error" in report.answer(request_, None, no_agent)


def test_without_an_installation_the_report_says_so():
    assert house.status().installation is None
    assert report.answer({"ask": "report"}, None, no_agent)["installed"] is False
    assert "error" in report.answer({"ask": "capture", "wish": {"exit": False}}, None, no_agent)


def test_settings_made_in_code_say_so_and_defaults_are_defaults():
    told = {each["name"]: each["source"] for each in report._settings(Settings(max_frames=3))}

    assert (told["max_frames"], told["depth_limit"]) == ("code", "default")


def test_an_environment_says_which_ways_the_agent_would_go_there(tmp_path):
    here = paths.ways_of(sys.prefix, "python", {})
    by_its_interpreter = paths.ways_of(sys.prefix + "/.", "python", dict(os.environ))
    without = paths.ways_of(str(tmp_path), "auto", {})

    assert here["walking"] == "pure Python: python was asked for"
    assert here["attaching"].startswith("directly")
    assert here["exporting"].startswith("merging prepared bytes")
    assert by_its_interpreter == here
    assert without == {"unknown": f"the interpreter of {tmp_path} has no spanorigin that could say"}
    assert paths.ways_of(None, "auto", {}) == {}


def test_secrets_in_addresses_are_not_told():
    told = report._settings(Settings(repository="https://ben:secret@github.com/acme/shop.git"))

    [repository] = [each["value"] for each in told if each["name"] == "repository"]
    assert repository == "https://github.com/acme/shop"
