"""Compare the cost of variants of a call: interleaved, pinned to one core, in CPU time. Read ratios first."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Mapping

Variant = tuple[Callable[[], None] | None, Callable[[], None]]
"""What to switch before a round, and the call that is timed."""


def pin_to_one_core() -> None:
    """Stay on one core, the last of those allowed: migrations cost more than what is measured here."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def medians_ns(variants: Mapping[str, Variant], *, calls: int, rounds: int) -> dict[str, float]:
    """Median CPU nanoseconds of one call of each variant, over `rounds` samples of `calls` calls each."""
    return {name: statistics.median(taken) for name, taken in _samples(variants, calls, rounds).items()}


def steady_ns(variants: Mapping[str, Variant], *, calls: int, rounds: int) -> dict[str, float]:
    """CPU nanoseconds of one call of each variant when undisturbed: the lowest tenth of many short samples.

    Whatever else a machine does can only make a sample longer. On a machine with a load of 7 on two cores the
    differences repeated within a few per cent, where those of medians were off by half.
    """
    return {name: statistics.quantiles(taken, n=10)[0] for name, taken in _samples(variants, calls, rounds).items()}


def _samples(variants: Mapping[str, Variant], calls: int, rounds: int) -> dict[str, list[float]]:
    for switch, call in variants.values():
        if switch is not None:
            switch()
        for _ in range(calls):
            call()
    gc.collect()
    gc.freeze()
    taken: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, (switch, call) in variants.items():
            if switch is not None:
                switch()
            call()
            gc.disable()
            before = time.thread_time_ns()
            for _ in range(calls):
                call()
            taken[name].append((time.thread_time_ns() - before) / calls)
            gc.enable()
    gc.unfreeze()
    return taken
