"""What services were seen to run is read once, and read on from there."""

from __future__ import annotations

from spanorigin_server.source.changed import Seen
from spanorigin_server.source.seen import SeenCommits

SECOND_NS = 10**9
DAY_S = 86_400
NOW_S = 100 * DAY_S


class Spans:
    """A store of spans, as (service, commit, second); it tells from when on it was asked."""

    def __init__(self, *spans: tuple[str, str, int]) -> None:
        self.spans = list(spans)
        self.asked_from: list[int] = []

    def commits_of(self, services: list[str], start_ns: int, end_ns: int) -> list[dict]:
        self.asked_from.append(start_ns // SECOND_NS)
        found: dict[tuple[str, str], list[int]] = {}
        for service, commit, second in self.spans:
            if service in services and start_ns <= second * SECOND_NS < end_ns:
                found.setdefault((service, commit), []).append(second)
        return [
            {"service": service, "commit": commit, "version": "", "first_s": min(times), "last_s": max(times)}
            for (service, commit), times in found.items()
        ]


def commits(seen: list[Seen]) -> list[tuple[str, int]]:
    return [(each.commit, each.first_s) for each in seen]


def test_a_second_trace_of_a_service_reads_on_and_knows_what_came_first():
    spans = Spans(("web", "a", NOW_S - 5 * DAY_S), ("web", "b", NOW_S - DAY_S))
    known = SeenCommits(spans)
    begin_s = NOW_S - 30 * DAY_S
    before = known.of(["web"], begin_s, NOW_S)["web"]
    # One that comes late, one of a commit that is known, and a new one.
    spans.spans += [("web", "late", NOW_S - 300), ("web", "a", NOW_S + 20), ("web", "c", NOW_S + 30)]

    after = known.of(["web"], begin_s + 7, NOW_S + 60)["web"]

    assert commits(before) == [("a", NOW_S - 5 * DAY_S), ("b", NOW_S - DAY_S)]
    assert commits(after) == [*commits(before), ("late", NOW_S - 300), ("c", NOW_S + 30)]
    assert spans.asked_from == [begin_s, NOW_S - 600]


def test_an_older_trace_a_new_service_and_the_next_hour_read_all_of_it():
    spans = Spans(("web", "a", NOW_S - 40 * DAY_S), ("api", "x", NOW_S - DAY_S))
    known = SeenCommits(spans)
    known.of(["web"], NOW_S - 30 * DAY_S, NOW_S)

    assert commits(known.of(["web"], NOW_S - 45 * DAY_S, NOW_S)["web"]) == [("a", NOW_S - 40 * DAY_S)]
    assert commits(known.of(["api", "web"], NOW_S - 30 * DAY_S, NOW_S)["api"]) == [("x", NOW_S - DAY_S)]
    spans.spans.clear()
    gone = known.of(["web"], NOW_S - 45 * DAY_S, NOW_S + 2 * 3600)

    assert gone == {"web": []}
    assert spans.asked_from.count(NOW_S - 45 * DAY_S) == 2


def test_a_commit_that_ran_last_before_the_stretch_is_not_told():
    spans = Spans(("web", "a", NOW_S - 40 * DAY_S), ("web", "b", NOW_S))
    known = SeenCommits(spans)
    known.of(["web"], NOW_S - 60 * DAY_S, NOW_S)

    assert commits(known.of(["web"], NOW_S - 30 * DAY_S, NOW_S)["web"]) == [("b", NOW_S)]
