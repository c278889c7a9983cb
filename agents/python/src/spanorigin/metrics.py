"""Tell through OpenTelemetry's meter what capture does: how much it found, missed, broke and took.

Asked for by `agent.install`, once a process. Nothing is sent unless the program has a meter provider with a reader, and
nothing is computed but when a reader collects.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation

from spanorigin import names


@dataclass(frozen=True, slots=True)
class Reading:
    """Sums since install()."""

    captures: int
    """Exit spans that got an origin."""
    misses: Mapping[str, int]
    failures: Mapping[str, int]
    spent_ns: int
    one_in: int
    """Of the exits, this many share one capture; 1 for all."""


class _Process:
    lock = threading.Lock()
    observed = False


def observe(read: Callable[[], Reading | None]) -> None:
    """Let the process's meter ask `read` from now on; None while nothing is installed. Repeating it does nothing: the
    API has no way to take an instrument away, and a second one of the same name would be a warning in the log."""
    with _Process.lock:
        if _Process.observed:
            return
        _Process.observed = True

    def one(value: Callable[[Reading], int]) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observed(_: CallbackOptions) -> Iterable[Observation]:
            reading = read()
            return [] if reading is None else [Observation(value(reading))]

        return observed

    def each(
        counts: Callable[[Reading], Mapping[str, int]], label: str
    ) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observed(_: CallbackOptions) -> Iterable[Observation]:
            reading = read()
            return [] if reading is None else [Observation(n, {label: key}) for key, n in counts(reading).items()]

        return observed

    meter = metrics.get_meter("spanorigin")
    meter.create_observable_counter(
        names.METRIC_CAPTURES, [one(lambda r: r.captures)], "{span}", "Exit spans that got an origin."
    )
    meter.create_observable_counter(
        names.METRIC_MISSES,
        [each(lambda r: r.misses, names.METRIC_REASON)],
        "{span}",
        "Spans that got none, by reason.",
    )
    meter.create_observable_counter(
        names.METRIC_FAILURES, [each(lambda r: r.failures, names.METRIC_ROOM)], "{error}", "Errors inside the agent."
    )
    meter.create_observable_counter(
        names.METRIC_TIME, [one(lambda r: r.spent_ns)], "ns", "Time that exit capture took, from samples."
    )
    meter.create_observable_gauge(
        names.METRIC_THINNING, [one(lambda r: r.one_in)], "{span}", "One exit span in this many gets an origin."
    )
