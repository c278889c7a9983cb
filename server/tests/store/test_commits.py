"""What readers who watch are told of commits: each body once, and how much they missed."""

from __future__ import annotations

import pytest
from spanorigin_server.store.commits import Commits, Mark


def test_a_reader_is_told_of_each_body_once():
    commits = Commits()
    mark = commits.now
    commits.note([1, 2], spans=10)
    first = commits.since(mark)
    commits.note([3], spans=5)

    second = commits.since(first.mark)

    assert (first.names, first.missed_spans) == ((1, 2), 0)
    assert (second.names, second.missed_spans) == ((3,), 0)
    assert commits.since(second.mark) == commits.since(commits.now)


def test_a_reader_who_comes_too_late_is_told_how_many_spans_it_missed():
    commits = Commits(kept=2)
    for name in range(5):
        commits.note([name], spans=100)

    news = commits.since(Mark())

    assert (news.names, news.missed_spans) == ((3, 4), 300)
    assert news.mark == Mark(commits=5, spans=500)


def test_a_reader_who_begins_now_sees_nothing_of_before():
    commits = Commits()
    commits.note([1], spans=1)

    assert commits.since(commits.now).names == ()


def test_the_pace_is_that_of_the_commits_which_are_remembered():
    second_ns = 10**9
    commits = Commits(kept=3)
    assert commits.pace() == 0
    commits.note([second_ns], spans=1_000_000)
    assert commits.pace() == 0, "one commit has no length"
    for second in range(2, 6):
        commits.note([second * second_ns, second * second_ns + 1], spans=100)

    # The first of three that are remembered begins the stretch, so that it counts three commits in two seconds.
    assert commits.pace() == pytest.approx(150)
    commits.note([], spans=0)
    assert commits.pace() >= 0
