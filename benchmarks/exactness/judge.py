"""Judge a tool's answers to the corpus, and count.

A place that has to be named counts once: two marked lines of one action are two places. Where no origin may be there,
or one of several will do, the action counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from marks import Case, Place

RIGHT = "right"
ALLOWED = "absent, allowed"
LINE = "other line"
ABSENT = "absent"
WRONG = "wrong"
NO_SPAN = "no span"
VERDICTS = (RIGHT, ALLOWED, LINE, ABSENT, WRONG, NO_SPAN)
"""`other line` is the right function at another line of it. `no span` tells nothing about origins, and counts neither
for a tool nor against it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one place, and in words why."""

    case: Case
    verdict: str
    words: str


def judge(case: Case, answers: list[Place | None], exactly: bool) -> list[Judgement]:
    """The judgements of a case, by the origins of its spans (None: a span without one).

    `exactly` asks for the qualified name of the function. A tool that writes names in a form of its own is asked for
    the last part only.
    """
    named = [answer for answer in answers if answer is not None]
    if not answers:
        # Without a span nothing wrong was said, and nothing was missed either.
        return [Judgement(case, NO_SPAN, "") for _ in case.places or (None,)]
    if not case.places or case.may_be_absent:
        return [_judged_as_one(case, named, exactly)]
    told = list(dict.fromkeys(named))
    missed = [place for place in case.places if not any(_is(place, answer, exactly) for answer in told)]
    left = [answer for answer in told if not any(_is(place, answer, exactly) for place in case.places)]
    judged = [Judgement(case, RIGHT, "") for _ in range(len(case.places) - len(missed))]
    near_ones = set()
    for place in missed:
        near = next((answer for answer in left if _is_function(place, answer, exactly)), None)
        if near is not None:
            # A tool that names functions says of two lines of one what it says of one.
            near_ones.add(near)
            judged.append(Judgement(case, LINE, f"{near.line} for {place.line}"))
        else:
            others = [answer for answer in left if answer not in near_ones]
            verdict, words = (WRONG, f"{others[0]} for {place}") if others else (ABSENT, f"{place}")
            judged.append(Judgement(case, verdict, words))
    if all(one.verdict in (RIGHT, LINE) for one in judged):
        judged[-1] = _with_the_rest(judged[-1], [answer for answer in left if answer not in near_ones], answers)
    return judged


def _with_the_rest(last: Judgement, left: list[Place], answers: list[Place | None]) -> Judgement:
    """A case whose places were all found is still not right when another was named too, or a span has none."""
    if left:
        return Judgement(last.case, WRONG, f"{left[0]} as well")
    if None in answers and not last.case.has_others:
        return Judgement(last.case, ABSENT, "on one of the spans")
    return last


def _judged_as_one(case: Case, named: list[Place], exactly: bool) -> Judgement:
    other = [answer for answer in named if not any(_is(place, answer, exactly) for place in case.places)]
    if other:
        near = any(_is_function(place, other[0], exactly) for place in case.places)
        return Judgement(case, LINE if near else WRONG, f"{other[0]}")
    if named or not case.places:
        return Judgement(case, RIGHT, "")
    return Judgement(case, ALLOWED, "")


def _is(place: Place, answer: Place, exactly: bool) -> bool:
    return place.line == answer.line and _is_function(place, answer, exactly)


def _is_function(place: Place, answer: Place, exactly: bool) -> bool:
    same = place.function == answer.function if exactly else _last(place.function) == _last(answer.function)
    return same and place.file == answer.file


def _last(function: str) -> str:
    return function.rpartition(".")[2]


def counted(judgements: Iterable[Judgement]) -> Counter[str]:
    """How many of each verdict."""
    return Counter(judgement.verdict for judgement in judgements)
