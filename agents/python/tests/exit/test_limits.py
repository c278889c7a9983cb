"""How far an exit walk goes: the settings that say so, at the first sight of a chain and when it was seen before."""

import functools

import exit_shapes as sample
import pytest
from exit_support import Agent, Library, frame


@pytest.fixture(params=["auto", "python"])
def walker(request):
    return request.param


def at(mark, function):
    return frame("exit_shapes", mark, function)


@pytest.mark.parametrize(("between", "seen"), [(0, True), (1, True), (2, True), (3, False), (9, False)])
def test_the_walk_goes_on_over_as_many_foreign_frames_as_the_gap_allows(between, seen, walker):
    with Agent(frame_gap=2, walker=walker) as agent:
        library = Library(agent.provider)
        chain = _nested(library, between)
        for _ in range(2):
            sample.middleware(chain, library.call)

        expected = [at("plain", "plain"), *([at("middleware", "middleware")] if seen else [])]
        assert agent.origins() == [expected] * 2


def _nested(library, between):
    """The sample's `plain`, called through so many frames of other people's."""
    call = sample.plain
    for _ in range(between):
        call = functools.partial(library.handle, call)
    return call


def test_a_walk_gives_up_at_the_depth_limit_and_says_so(walker):
    with Agent(depth_limit=20, walker=walker) as agent:
        library = Library(agent.provider)
        for _ in range(2):
            sample.plain(lambda: library.deep(40))
            sample.plain(library.call)

        assert agent.origins() == [[], [at("plain", "plain")]] * 2
        assert agent.misses() == {"depth-limit": 2}
