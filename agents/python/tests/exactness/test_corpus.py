"""The corpus of exactness under ours: every marked handler and call, in one process of its own. Peers: `make bench`.

The programs, their marks and the judge are those of benchmarks/exactness, where the same corpus is asked of others.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[4]
CORPUS = HOUSE / "benchmarks/exactness"
sys.path.insert(0, str(CORPUS))

from judge import ABSENT, ALLOWED, LINE, NO_SPAN, RIGHT, WRONG, counted, judge  # noqa: E402
from marks import Case, Place, cases  # noqa: E402

CASES = cases()
PROGRAMS = sorted({case.program for case in CASES})
# A library's function that a thread is given: nobody can know who asked. Each further one has to be looked at.
MAY_STAY_ABSENT = {"in_a_pool", "in_a_thread", "to_a_thread"}


@pytest.fixture(scope="module")
def said():
    if shutil.which("redis-server") is None:
        words = "redis-server is not installed on this machine, so the corpus was not run"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(words)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "SPANORIGIN"))}
    command = [sys.executable, CORPUS / "ask.py", "spanorigin", "entry", "exit"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def judged(said):
    answers = {name: [place and Place(*place) for place in places] for name, places in said["answers"].items()}
    return [one for case in CASES for one in judge(case, answers.get(case.name, []), exactly=True)]


def test_every_program_ran_and_no_action_of_them_failed(said):
    assert said["failed"] == {}


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_origin_of_a_program_is_the_one_that_is_marked(judged, program):
    others = [(one.case.action, one.verdict, one.words) for one in judged if one.case.program == program]

    assert [other for other in others if other[1] not in (RIGHT, ALLOWED)] == []


def test_the_corpus_is_as_large_as_was_promised_and_none_of_it_wrong(judged):
    by_verdict = counted(judged)

    assert by_verdict[RIGHT] >= 200
    assert by_verdict[WRONG] + by_verdict[LINE] + by_verdict[ABSENT] + by_verdict[NO_SPAN] == 0


def test_only_what_threads_were_given_is_without_an_origin(judged):
    assert {one.case.action for one in judged if one.verdict == ALLOWED} == MAY_STAY_ABSENT


def test_the_documented_score_is_the_corpuss(judged):
    words = (HOUSE / "docs/exactness.md").read_text()

    for kind in ("entry", "exit"):
        total = counted(one for one in judged if one.case.kind == kind)
        assert f"| spanorigin | {kind} | {total[RIGHT]} | {total[ALLOWED]} | 0 | 0 | 0 | 0 |" in words


HERE = Place("here.py", 7, "Shop.pay")
ELSEWHERE = Place("there.py", 3, "run")
LATER = Place("here.py", 9, "Shop.pay")


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ([HERE], RIGHT),
        ([HERE, HERE], RIGHT),
        ([LATER], LINE),
        ([ELSEWHERE], WRONG),
        ([HERE, ELSEWHERE], WRONG),
        ([Place("here.py", 7, "pay")], WRONG),
        ([None], ABSENT),
        ([HERE, None], ABSENT),
        ([], NO_SPAN),
    ],
)
def test_a_place_is_judged_by_file_line_and_function_of_every_span(answers, verdict):
    [one] = judge(Case("here", "exit", "pay", (HERE,)), answers, exactly=True)

    assert one.verdict == verdict


@pytest.mark.parametrize(
    ("answers", "verdicts"),
    [
        ([HERE, LATER], [RIGHT, RIGHT]),
        ([HERE], [ABSENT, RIGHT]),
        ([Place("here.py", 5, "Shop.pay")], [LINE, LINE]),
        ([ELSEWHERE], [WRONG, WRONG]),
        ([None], [ABSENT, ABSENT]),
    ],
)
def test_each_of_two_marked_places_has_to_be_named(answers, verdicts):

    judged = judge(Case("here", "exit", "pay", (HERE, LATER)), answers, exactly=True)

    assert sorted(one.verdict for one in judged) == sorted(verdicts)


@pytest.mark.parametrize(
    ("case", "answers", "verdict"),
    [
        (Case("here", "entry", "GET /missing", ()), [None], RIGHT),
        (Case("here", "entry", "GET /missing", ()), [ELSEWHERE], WRONG),
        (Case("here", "exit", "pool", (HERE, LATER), may_be_absent=True), [None], ALLOWED),
        (Case("here", "exit", "pool", (HERE, LATER), may_be_absent=True), [LATER], RIGHT),
        (Case("here", "exit", "pool", (HERE, LATER), may_be_absent=True), [ELSEWHERE], WRONG),
        (Case("here", "exit", "beside", (HERE,), has_others=True), [HERE, None], RIGHT),
        (Case("here", "exit", "beside", (HERE,), has_others=True), [None], ABSENT),
    ],
)
def test_what_a_mark_allows_is_allowed_and_no_more(case, answers, verdict):
    [one] = judge(case, answers, exactly=True)

    assert one.verdict == verdict


def test_a_tool_that_writes_names_in_its_own_form_is_asked_for_the_last_part_only():
    [one] = judge(Case("here", "exit", "pay", (HERE,)), [Place("here.py", 7, "shop.pay")], exactly=False)

    assert one.verdict == RIGHT
