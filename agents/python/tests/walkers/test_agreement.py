"""On chains of calls that nobody thought of, all walkers give the same answer.

Chains are drawn at random from links of every kind. One span is started at their inner end, and each walker is asked on
that very stack, first while everything is new to it and then when it has seen it. The Python walker is the measure.
"""

import functools
import random
import sys

import pytest
from walkers_support import KINDS, LAUNCHER, LIBRARY, USER, Walked, in_file, missing_walker, places

CHAINS = 120
FILES = [f"{USER}/{name}.py" for name in ("cart", "pay", "stock")] * 2 + [f"{LIBRARY}/{n}.py" for n in range(5)] * 2
FILES += [LAUNCHER, "<string>"]

# Each calls `inner` in its own way and gives back what it gives. `result` runs what a coroutine function returns.
LINKS = {
    "function": """
        def link(depth=0):
            return inner()
        """,
    "recursion": """
        def link(depth=3):
            if depth:
                return link(depth - 1)
            return inner()
        """,
    "comprehension": """
        def link():
            return [
                inner()
                for _ in range(1)
            ][0]
        """,
    "generator": """
        def pulled():
            yield 0
            yield inner()
        def link():
            rest = pulled()
            next(rest)
            return next(rest)
        """,
    "delegating generator": """
        def pulled():
            yield (yield from deeper())
        def deeper():
            return inner()
            yield
        def link():
            return next(pulled())
        """,
    "coroutine": """
        async def link_async():
            return await deeper()
        async def deeper():
            return inner()
        def link():
            return result(link_async())
        """,
    "coroutine run elsewhere": """
        async def link_async():
            return inner()
        def link():
            return run(link_async())
        """,
    "async generator": """
        async def pulled():
            yield inner()
        async def read():
            async for value in pulled():
                return value
        def link():
            return result(read())
        """,
    "class body": """
        def link():
            class Body:
                found = inner()
            return Body.found
        """,
    "sort key": """
        def link():
            found = []
            sorted([1], key=lambda _: found.append(inner()) or 0)
            return found[0]
        """,
    "map and partial": """
        def link():
            return list(map(lambda _: partial(inner)(), [1]))[0]
        """,
    "method and property": """
        class Cart:
            @property
            def total(self):
                return inner()
        def link():
            return Cart().total
        """,
    "exception": """
        def link():
            try:
                raise KeyError
            except KeyError:
                return inner()
            finally:
                pass
        """,
    "eval": """
        def link():
            return eval("inner()", {"inner": inner})
        """,
    "greenlet": """
        def link():
            return greenlet(inner).switch()
        """,
}

RUN = """
    def result(coroutine):
        try:
            coroutine.send(None)
        except StopIteration as end:
            return end.value
"""


def chain(random_choice, span, greenlet):
    """A function that calls `span` through links drawn by `random_choice`, and what they are."""
    run = in_file(f"{LIBRARY}/runner.py", RUN).define("result")
    kinds = [kind for kind in LINKS if kind != "greenlet" or greenlet]
    call, told = span, []
    for _ in range(random_choice(range(1, 24))):
        kind, file = random_choice(kinds), random_choice(FILES)
        text = LINKS[kind]
        if "result(" in text:
            text += RUN.replace("\n    ", "\n        ")
        call = in_file(file, text, line=random_choice(range(1, 50))).define(
            "link", inner=call, partial=functools.partial, run=run, greenlet=greenlet
        )
        told.append(f"{kind} in {file}")
    return call, told


@pytest.mark.parametrize("seed", range(8))
def test_all_walkers_agree_on_chains_drawn_at_random(seed):
    drawn = random.Random(seed)
    try:
        from greenlet import greenlet
    except ImportError:
        greenlet = None
    kinds = [kind for kind in KINDS if not missing_walker(kind)]
    assert len(kinds) >= 3, "there is nothing to compare"
    seen = set()

    for number in range(CHAINS):
        if number % 10 == 0:
            rules = {
                "max_frames": drawn.choice((1, 2, 8, 64)),
                "frame_gap": drawn.choice((0, 1, 2, 8)),
                "depth_limit": drawn.choice((2, 5, 9, 2000)),
            }
            walked = Walked(*kinds, **rules)
        call, told = chain(drawn.choice, walked.span, greenlet)
        for _ in range(2):
            call()
            answers = {kind: places(answer) for kind, answer in walked.answers().items()}
            expected = answers["python"]
            assert all(answer == expected for answer in answers.values()), (rules, told, answers)
        seen.add(str(expected) if isinstance(expected, str) else "found")

    assert seen >= {"found", "launched-elsewhere"}, "the chains were all alike"


def test_python_is_on_the_list_of_what_raw_frames_are_known_of():
    """Fails on the first interpreter that the raw walker could be tried on and taught."""
    assert sys.version_info < (3, 14), "teach c/cursor.h the frames of this version, then hatch_build.RAW_VERSIONS"
