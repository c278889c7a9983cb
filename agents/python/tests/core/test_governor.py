"""Exit capture is measured on few spans, thinned out over its budget, and comes back; the program notices nothing."""

import random
from types import SimpleNamespace

import pytest
from opentelemetry.trace import SpanKind
from spanorigin.counters import Tally
from spanorigin.origin.governor import EVERY, WINDOW_NS, Governor

CLIENT = SimpleNamespace(_kind=SpanKind.CLIENT)
BUDGET = 0.01


class Traffic:
    """Whoever captures, under a governor, on clocks that move only as told."""

    def __init__(self, budget=BUDGET):
        self.time_ns = self.spent_ns = 0
        self.cost_ns = 1000
        self.captured = self.exits = self.told = 0
        self.passes_over = None
        self.tally = Tally()
        self.governor = Governor(budget, self.tally, now=lambda: self.time_ns)
        self.governor.govern(self._thin_by)

    def _thin_by(self, passes_over):
        self.passes_over = passes_over

    def exit(self, span=CLIENT):
        """One exit, as the processor goes about it; whether it was captured."""
        self.exits += 1
        passes_over = self.passes_over
        if passes_over is not None and passes_over(span):
            return False
        self.captured += 1
        self.spent_ns += self.cost_ns
        if passes_over is not None or self.exits % EVERY == 0:
            self.told += 1
            self.governor.sampled(self.cost_ns)
        return True

    def second(self, exits):
        """One second with so many exits, spread evenly; how many of them were captured."""
        before = self.captured
        for _ in range(exits):
            self.time_ns += WINDOW_NS // exits
            self.exit()
        return self.captured - before

    def seconds(self, count, exits):
        return [self.second(exits) for _ in range(count)]


def test_within_the_budget_every_exit_is_captured():
    traffic = Traffic()

    assert traffic.seconds(10, exits=5000) == [5000] * 10  # 5000 of 1 us: half the budget

    assert traffic.governor.halvings == 0
    assert traffic.governor.share == pytest.approx(0.005, rel=0.05)
    assert traffic.tally.misses == {}


def test_the_time_told_is_about_the_time_taken():
    traffic = Traffic()

    traffic.seconds(5, exits=5000)

    assert traffic.governor.spent_ns == pytest.approx(traffic.spent_ns, rel=0.02)


def test_within_the_budget_nobody_is_asked_and_few_are_told_of():
    traffic = Traffic()

    traffic.seconds(2, exits=10 * EVERY)

    assert traffic.passes_over is None
    assert traffic.told == 2 * 10


@pytest.mark.parametrize("times_over", [3, 10, 100])
def test_over_the_budget_capture_is_thinned_until_it_fits(times_over):
    traffic = Traffic()
    traffic.cost_ns = 2000 * times_over  # 5000 exits a second

    taken = traffic.seconds(20, exits=5000)

    assert traffic.governor.halvings > 0
    in_budget = BUDGET * WINDOW_NS / traffic.cost_ns
    assert sum(taken[5:]) / 15 == pytest.approx(in_budget * 0.75, rel=0.5)
    assert sum(taken[5:]) / 15 < in_budget * 1.25
    assert traffic.tally.misses == {"over-budget": 20 * 5000 - sum(taken)}
    assert traffic.governor.share == pytest.approx(BUDGET * times_over, rel=0.2)


def test_when_the_load_falls_every_exit_is_captured_again():
    traffic = Traffic()
    traffic.cost_ns = 100_000
    traffic.seconds(10, exits=5000)
    assert traffic.governor.halvings > 3

    traffic.seconds(2, exits=50)

    assert traffic.governor.halvings == 0
    assert traffic.second(exits=50) == 50


def test_when_captures_get_cheap_every_exit_is_captured_again():
    traffic = Traffic()
    traffic.cost_ns = 10_000
    traffic.seconds(10, exits=5000)
    assert traffic.governor.halvings > 0

    traffic.cost_ns = 500
    traffic.seconds(10, exits=5000)

    assert traffic.governor.halvings == 0


def test_a_steady_load_is_not_let_through_and_thinned_in_turns():
    traffic = Traffic()
    traffic.cost_ns = 2200  # just over
    traffic.seconds(5, exits=5000)

    halvings = set()
    for _ in range(30):
        traffic.second(exits=5000)
        halvings.add(traffic.governor.halvings)

    assert halvings == {1}


def test_what_would_only_just_fit_is_not_let_through_yet():
    traffic = Traffic()
    traffic.cost_ns = 2200
    traffic.seconds(5, exits=5000)

    traffic.cost_ns = 1800
    traffic.seconds(10, exits=5000)
    assert traffic.governor.halvings == 1

    traffic.cost_ns = 1200
    traffic.seconds(10, exits=5000)
    assert traffic.governor.halvings == 0


def test_one_dear_second_or_one_dear_capture_thins_nothing():
    traffic = Traffic()
    traffic.cost_ns = 50_000
    traffic.second(exits=5000)
    traffic.cost_ns = 1000
    traffic.seconds(3, exits=5000)
    assert traffic.tally.misses == {}

    for _ in range(5):
        traffic.second(exits=5000 - 5000 % EVERY)
        traffic.governor._samples.append(50_000_000)  # a garbage collection in the middle of one
    assert traffic.tally.misses == {}


def test_a_budget_of_nothing_to_spend_still_captures_some():
    traffic = Traffic(budget=1e-9)

    taken = traffic.seconds(60, exits=5000)

    assert traffic.governor.halvings == 10
    assert sum(taken[10:]) > 0


def test_no_budget_never_thins():
    traffic = Traffic(budget=float("inf"))
    traffic.cost_ns = 1_000_000

    assert traffic.seconds(5, exits=1000) == [1000] * 5


def test_every_site_keeps_some_origins():
    """Four sites in turn, one in four captured: counting off would always take the same one."""
    traffic = Traffic()
    traffic.governor._thin(2)

    captured = [turn % 4 for turn in range(800) if traffic.exit()]

    assert all(20 < captured.count(site) < 90 for site in range(4)), captured


def test_the_programs_random_numbers_stay_the_same():
    random.seed(7)
    expected = random.random()

    random.seed(7)
    traffic = Traffic()
    traffic.governor._thin(3)
    traffic.second(exits=100)

    assert random.random() == expected


@pytest.mark.parametrize("halvings", [0, 1])
def test_a_clock_that_fails_is_counted_and_the_program_goes_on(halvings):
    traffic = Traffic()
    traffic.governor._thin(halvings)

    def broken():
        raise OSError

    traffic.governor._now = broken
    traffic.seconds(1, exits=20 * EVERY)

    assert set(traffic.tally.failures) == {"governor"}
    assert traffic.captured == 20 * EVERY
