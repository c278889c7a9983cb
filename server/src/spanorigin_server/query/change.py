"""What changed at a place in the code between two sets of spans, and whether it is more than noise.

Durations differ by factors, so their logarithms are compared: the distance of the two means over its standard error
(Welch's). Error rates by the two-proportion test. A change is `slower`, `faster`, `failing` or `mended` only when
it is both large enough to matter and three standard errors away from none; otherwise it is `same`, or `new` or `gone`
where one side has no span.
"""

from __future__ import annotations

import math
from typing import Any

from spanorigin_server.store.asking import Row
from spanorigin_server.store.statistics import Side

from .measures import nanoseconds, place

# Below these nobody acts on a change, however sure it is: a quarter in duration, one in a hundred requests.
_FACTOR = 1.25
_ERROR_RATE = 0.01
_SURE = 3.0
# Fewer spans than this on either side say nothing about durations.
_FEW = 10
_HUGE = 1e6


def change_answer(row: Row, now: Side, before: Side) -> dict[str, Any]:
    """OriginChange: both sides' measures, how sure a change is (`score`, in standard errors), and its kind."""
    slower, slower_sure = _slower(row)
    more_errors, failing_sure = _failing(row)
    return {
        **place(row),
        "now": _side(row, now, ""),
        "before": _side(row, before, "_before"),
        "duration_factor": slower,
        "error_rate_difference": more_errors,
        "score": max(abs(slower_sure), abs(failing_sure)),
        "change": _kind(row, slower, slower_sure, more_errors, failing_sure),
    }


def _side(row: Row, side: Side, suffix: str) -> dict[str, Any]:
    count, errors = row[f"count{suffix}"], row[f"errors{suffix}"]
    p50, p95, p99 = (nanoseconds(value) for value in row[f"quantiles{suffix}"])
    return {
        "count": count,
        "rate": count / side.window.seconds,
        "errors": errors,
        "error_rate": errors / count if count else 0.0,
        "p50_ns": p50,
        "p95_ns": p95,
        "p99_ns": p99,
        "total_ns": row[f"total_ns{suffix}"],
    }


def _slower(row: Row) -> tuple[float | None, float]:
    """By which factor the middle of the durations moved, and how many standard errors that is away from 1."""
    count, before = row["count"], row["count_before"]
    if count < _FEW or before < _FEW:
        return None, 0.0
    difference = row["log_mean"] - row["log_mean_before"]
    error = math.sqrt((row["log_variance"] or 0.0) / count + (row["log_variance_before"] or 0.0) / before)
    sure = difference / error if error > 0 else math.copysign(_HUGE, difference) if difference else 0.0
    return math.exp(difference), max(-_HUGE, min(_HUGE, sure))


def _failing(row: Row) -> tuple[float | None, float]:
    """By how much the share of failures moved, and how many standard errors that is away from none."""
    count, before = row["count"], row["count_before"]
    if not count or not before:
        return None, 0.0
    difference = row["errors"] / count - row["errors_before"] / before
    # One failure and one success more than there were, so that none at all does not look certain.
    share = (row["errors"] + row["errors_before"] + 1) / (count + before + 2)
    return difference, difference / math.sqrt(share * (1 - share) * (1 / count + 1 / before))


def _kind(row: Row, slower: float | None, slower_sure: float, failing: float | None, failing_sure: float) -> str:
    if not row["count_before"]:
        return "new"
    if not row["count"]:
        return "gone"
    if failing is not None and abs(failing) >= _ERROR_RATE and abs(failing_sure) >= _SURE:
        return "failing" if failing > 0 else "mended"
    if slower is not None and abs(slower_sure) >= _SURE and max(slower, 1 / slower) >= _FACTOR:
        return "slower" if slower > 1 else "faster"
    return "same"
