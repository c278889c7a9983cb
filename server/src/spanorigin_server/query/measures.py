"""Counts of the store in the shapes of contract/query-api.yaml: rate, errors and duration of whatever was counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spanorigin_server.store.asking import SECOND_NS, Row, Window


def red(row: Row, window: Window) -> dict[str, Any]:
    """Red: the measures of a group of spans over a window."""
    count = row["count"]
    p50, p95, p99 = (nanoseconds(value) for value in row["quantiles"])
    return {
        "count": count,
        "rate": count / window.seconds,
        "errors": row["errors"],
        "error_rate": row["errors"] / count if count else 0.0,
        "p50_ns": p50,
        "p95_ns": p95,
        "p99_ns": p99,
        "total_ns": row["total_ns"],
        "last_seen_ns": str(row["last_s"] * SECOND_NS),
    }


def place(row: Row) -> dict[str, Any]:
    """The path, line and function that a row of places is about; null where places were put together across them."""
    return {
        "path": row["path"] or None,
        "line": row["line"] or None,
        "function": row["function"] or None,
    }


def nanoseconds(value: float | None) -> int:
    """A quantile as the engine gives it; 0 where there was nothing to take it of."""
    return 0 if value is None else round(value)


def span_of_time(window: Window, step_s: int | None = None) -> dict[str, Any]:
    """start_ns, end_ns and step_ns of an answer: the whole seconds that were counted."""
    return {
        "start_ns": str(window.start_s * SECOND_NS),
        "end_ns": str(window.end_s * SECOND_NS),
        "step_ns": None if step_s is None else step_s * SECOND_NS,
    }


def pieces_of(window: Window, step_s: int) -> int:
    """How many pieces of `step_s` seconds cover the window."""
    return -(-window.seconds // step_s)


def dense(pieces: int, rows: Sequence[Row], name: str) -> list[int]:
    """A measure over time with 0 for pieces that no row is about."""
    values = [0] * pieces
    for row in rows:
        values[row["piece"]] = row[name]
    return values
