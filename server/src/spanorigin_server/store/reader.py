"""Answer the questions that readers ask of the spans: which are newest, what is in a trace, what is known of a span.

Used by `query` and `source`; knows neither their language nor HTTP. Each question is a statement in `queries/`. A
question that takes too long or too much memory is ended by the engine and comes back as StoreOverloaded.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spanorigin_server.records import Columns, StoreFailed

from .statements import EMBEDDED, statement

if TYPE_CHECKING:
    from .engine import Engine, Parameter

Row = dict[str, Any]

# The newest spans are nearly always what is asked for, and the engine does not stop early at the newest: it sorts all
# it was asked to look at. Slices of 5M spans: 9 ms for 15 minutes against 44 for a day (decision 0042).
_MINUTE_NS = 60 * 10**9
SLICES_NS = (15 * _MINUTE_NS, 60 * _MINUTE_NS, 6 * 60 * _MINUTE_NS, 24 * 60 * _MINUTE_NS)

# ClickHouse's error numbers: TIMEOUT_EXCEEDED, TOO_SLOW; MEMORY_LIMIT_EXCEEDED.
_TOOK_TOO_LONG = (159, 160)
_TOOK_TOO_MUCH = (241,)


class StoreOverloaded(StoreFailed):
    """The question was ended since it took longer, or more memory, than one question may."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a span has to meet: SQL of our own making on the table `spans`, and the values its placeholders name."""

    sql: str = "1"
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a span stands in the order of search: newest first, then by trace and span id, both in hex."""

    start_ns: int
    trace_id: str
    span_id: str


@dataclass(frozen=True, slots=True)
class Found:
    """Spans of one page in order, the place of the last one when there may be more, and how long the store took."""

    rows: list[Row]
    last: Place | None
    took_ns: int


class Reader:
    """Asks one engine. May be used from any thread."""

    def __init__(self, engine: Engine, *, time_limit_s: float = 10.0, trace_span_limit: int = 500_000) -> None:
        self._engine = engine
        self._time_limit_s = time_limit_s
        self._trace_span_limit = trace_span_limit

    def newest(self, condition: Condition, start_ns: int, end_ns: int, limit: int, after: Place | None = None) -> Found:
        """Up to `limit` spans that start in [start_ns, end_ns), newest first, behind the place `after`.

        Looks at the newest slice of the range first and widens until the page is full or the range is through. A span
        that came twice, since its exporter got no answer and sent again, is one: the page is shorter by the other.
        """
        begun_at = time.perf_counter()
        rows: list[Row] = []
        if after is not None:
            end_ns = min(end_ns, after.start_ns + 1)
        for low_ns, high_ns in slices(start_ns, end_ns):
            left_s = self._time_limit_s - (time.perf_counter() - begun_at)
            parameters = {
                **condition.parameters,
                "start_ns": low_ns,
                "end_ns": high_ns,
                "limit": limit + 1 - len(rows),
                "after_ns": after.start_ns if after else high_ns,
                "after_trace_id": after.trace_id if after else "",
                "after_span_id": after.span_id if after else "",
            }
            rows += _rows(self._ask("newest_spans", parameters, condition=condition.sql, seconds=left_s))
            if len(rows) > limit:
                break
        took_ns = int((time.perf_counter() - begun_at) * 1e9)
        if len(rows) <= limit:
            return Found(_once(rows), None, took_ns)
        last = rows[limit - 1]
        return Found(_once(rows[:limit]), Place(last["start_ns"], last["trace_id"], last["span_id"]), took_ns)

    def trace(self, trace_id: str) -> Columns | None:
        """The columns of a trace's spans, sorted by start; None when no span of it is stored."""
        parameters: Mapping[str, Parameter] = {"trace_id": trace_id, "limit": self._trace_span_limit + 1}
        columns = self._ask("trace_spans", parameters)
        if len(columns.get("span_id", ())) > self._trace_span_limit:
            message = (
                f"The trace has more than {self._trace_span_limit:,} spans, the most that are shown at once. "
                f"Search within it instead: trace_id:{trace_id}."
            )
            raise StoreOverloaded(message, slug="trace-too-large")
        return columns if columns.get("span_id") else None

    def span(self, trace_id: str, span_id: str) -> Row | None:
        """Everything stored of one span; None when it is not there. Of a span that was sent twice, the later one."""
        rows = _rows(self._ask("one_span", {"trace_id": trace_id, "span_id": span_id}))
        return rows[0] if rows else None

    def _ask(
        self,
        question: str,
        parameters: Mapping[str, Parameter],
        *,
        condition: str = "1",
        seconds: float | None = None,
    ) -> Columns:
        seconds = self._time_limit_s if seconds is None else max(seconds, 0.001)
        asked = statement(f"queries/{question}", {**EMBEDDED, "condition": condition, "seconds": f"{seconds:.3f}"})
        try:
            return self._engine.query(asked, parameters)
        except StoreFailed as error:
            raise _overloaded(error, self._time_limit_s) or error from None


def slices(start_ns: int, end_ns: int) -> list[tuple[int, int]]:
    """[start_ns, end_ns) cut into pieces that touch, newest first, each reaching back further than the one before."""
    cuts = [end_ns, *(end_ns - length for length in SLICES_NS if end_ns - length > start_ns), start_ns]
    return [(low, high) for high, low in itertools.pairwise(cuts) if low < high]


def _once(rows: list[Row]) -> list[Row]:
    """The rows without those that repeat the one before."""

    def same(row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in ("start_ns", "trace_id", "span_id", "kind", "name"))

    return [row for number, row in enumerate(rows) if number == 0 or same(row) != same(rows[number - 1])]


def _rows(columns: Columns) -> list[Row]:
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _overloaded(error: StoreFailed, time_limit_s: float) -> StoreOverloaded | None:
    if error.code in _TOOK_TOO_LONG:
        message = (
            f"The search was ended after {time_limit_s:g} seconds, the longest that one may take. "
            "Choose a shorter time range, or add a term that rules out more, such as service:."
        )
        return StoreOverloaded(message, slug="search-too-slow", code=error.code)
    if error.code in _TOOK_TOO_MUCH:
        message = (
            "The search was ended since it took more memory than one may. "
            "Choose a shorter time range, or add a term that rules out more, such as service:."
        )
        return StoreOverloaded(message, slug="search-too-heavy", code=error.code)
    return None
