"""Answer the questions that readers ask of the spans: which are newest, what is in a trace, what is known of a span.

Used by `query` and `source`; knows neither their language nor HTTP. Each question is a statement in `queries/`. A
question that takes too long or too much memory is ended by the engine and comes back as StoreOverloaded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from .asking import SECOND_NS, Asker, Condition, Row, StoreOverloaded, Window

if TYPE_CHECKING:
    from spanorigin_server.records import Columns

    from .home import Home, Parameter

__all__ = (
    "Condition",
    "Found",
    "Place",
    "Reader",
    "Row",
    "StoreOverloaded",
    "first_slice_s",
    "next_slice_s",
    "slice_start",
)

# The newest spans are nearly always what is asked for, and the engine does not stop early at the newest: it sorts all
# it was asked to look at. Slices of 5M spans: 9 ms for 15 minutes against 44 for a day (decision 0042).
_MINUTE_S = 60
_DAY_S = 24 * 60 * _MINUTE_S
NEWEST_S = 15 * _MINUTE_S
# Where spans come thick, 15 minutes are millions: then the first slice is about as long as so many take to come in. The
# newest spans lie in parts of their own, so it spares reading the others (decision 0184).
NEWEST_SPANS = 300_000
# Planning a statement is 10 ms, so the next slice should be the last: as long as what was found says, and half again.
_MARGIN = 1.5

# The name of the expression that was asked for as well, by its place.
MORE: Final = "more_{}"
# Of one trace, and of the services in it.
_PLACES_MOST, _COMMITS_MOST = 20_000, 5000
_EXACTLY = (
    "spans.ts >= fromUnixTimestamp64Nano({start_ns:Int64}, 'UTC') AND "
    "spans.ts < fromUnixTimestamp64Nano({end_ns:Int64}, 'UTC')"
)
_BEHIND = (
    "(spans.ts < fromUnixTimestamp64Nano({after_ns:Int64}, 'UTC') OR (spans.trace_id, spans.span_id) < "
    "(toFixedString(unhex({after_trace_id:String}), 16), toFixedString(unhex({after_span_id:String}), 8)))"
)


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

    def __init__(
        self,
        engine: Home,
        *,
        time_limit_s: float = 10.0,
        trace_span_limit: int = 500_000,
        pace: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`pace` tells how many spans a second come in of late; 0 where nobody knows."""
        self._asker = Asker(engine, time_limit_s)
        self._trace_span_limit = trace_span_limit
        self._pace = pace

    def newest(
        self,
        condition: Condition,
        start_ns: int,
        end_ns: int,
        limit: int,
        after: Place | None = None,
        more: Sequence[str] = (),
    ) -> Found:
        """Up to `limit` spans that start in [start_ns, end_ns), newest first, behind the place `after`.

        `more` are expressions whose texts the rows have beside what a list shows, as MORE names them.

        Looks at the newest slice of the range first and widens until the page is full or the range is through. A span
        that came twice, since its exporter got no answer and sent again, is one: the page is shorter by the other.
        """
        begun_at = time.perf_counter()
        rows: list[Row] = []
        if after is not None:
            end_ns = min(end_ns, after.start_ns + 1)
        high_ns, looked_s = end_ns, 0
        first_s = first_slice_s(self._pace())
        while high_ns > start_ns and len(rows) <= limit:
            low_ns = slice_start(start_ns, high_ns, next_slice_s(looked_s, len(rows), limit + 1, first_s))
            looked_s += -(-(high_ns - low_ns) // SECOND_NS)
            left_s = self._asker.time_limit_s - (time.perf_counter() - begun_at)
            parameters = {
                **condition.parameters,
                "start_ns": low_ns,
                "end_ns": high_ns,
                "limit": limit + 1 - len(rows),
                "after_ns": after.start_ns if after else high_ns,
                "after_trace_id": after.trace_id if after else "",
                "after_span_id": after.span_id if after else "",
            }
            # Nanoseconds take longer to read than all else together, so they are compared at ragged ends only.
            is_whole = low_ns % SECOND_NS == 0 and high_ns % SECOND_NS == 0
            rows += self._asker.rows(
                "newest_spans",
                parameters,
                window=Window.around(low_ns, high_ns).sql(),
                borders="1" if is_whole else _EXACTLY,
                place=_BEHIND if after else "1",
                order="",
                condition=condition.sql,
                more=_named(more),
                seconds=left_s,
            )
            high_ns = low_ns
        took_ns = int((time.perf_counter() - begun_at) * 1e9)
        if len(rows) <= limit:
            return Found(_once(rows), None, took_ns)
        last = rows[limit - 1]
        return Found(_once(rows[:limit]), Place(last["start_ns"], last["trace_id"], last["span_id"]), took_ns)

    def slowest(
        self,
        condition: Condition,
        start_ns: int,
        end_ns: int,
        limit: int,
        more: Sequence[str] = (),
        direction: Literal["DESC", "ASC"] = "DESC",
    ) -> Found:
        """The `limit` longest spans that start in [start_ns, end_ns), longest first; or the shortest, shortest first.

        `more` as in `newest`.
        """
        begun_at = time.perf_counter()
        rows = self._asker.rows(
            "newest_spans",
            {**condition.parameters, "start_ns": start_ns, "end_ns": end_ns, "limit": limit},
            window=Window.around(start_ns, end_ns).sql(),
            borders=_EXACTLY,
            place="1",
            order=f"spans.duration_ns {direction}, ",
            condition=condition.sql,
            more=_named(more),
        )
        return Found(_once(rows), None, int((time.perf_counter() - begun_at) * 1e9))

    def committed(
        self, condition: Condition, names: Sequence[int], limit: int, more: Sequence[str] = ()
    ) -> tuple[list[Row], int]:
        """Of the bodies of these names (`received_ns`) the newest `limit` spans that match, and how many do in all.

        `more` as in `newest`.

        Not among them: spans that began more than a day before their body came.
        """
        first, last = min(names), max(names)
        rows = self._asker.rows(
            "committed_spans",
            {
                **condition.parameters,
                "names": list(names),
                "first": first,
                "last": last,
                "oldest_s": max(0, first // SECOND_NS - _DAY_S),
                "limit": limit,
            },
            condition=condition.sql,
            more=_named(more),
        )
        return rows, rows[0]["matching"] if rows else 0

    def trace(self, trace_id: str) -> Columns | None:
        """The columns of a trace's spans, sorted by start; None when no span of it is stored."""
        parameters: Mapping[str, Parameter] = {"trace_id": trace_id, "limit": self._trace_span_limit + 1}
        columns = self._asker.columns("trace_spans", parameters)
        if len(columns.get("span_id", ())) > self._trace_span_limit:
            message = (
                f"The trace has more than {self._trace_span_limit:,} spans, the most that are shown at once. "
                f"Search within it instead: trace_id:{trace_id}."
            )
            raise StoreOverloaded(message, slug="trace-too-large")
        return columns if columns.get("span_id") else None

    def span(self, trace_id: str, span_id: str) -> Row | None:
        """Everything stored of one span; None when it is not there. Of a span that was sent twice, the later one."""
        rows = self._asker.rows("one_span", {"trace_id": trace_id, "span_id": span_id})
        return rows[0] if rows else None

    def places_of(self, trace_id: str) -> list[Row]:
        """The places in the code at which a trace's spans began, with what their processes said of themselves."""
        return self._asker.rows("trace_places", {"trace_id": trace_id, "limit": _PLACES_MOST})

    def commits_of(self, services: Sequence[str], start_ns: int, end_ns: int) -> list[Row]:
        """The commits that services ran in a stretch of time, by service, the one first that was seen first."""
        window = Window.around(start_ns, end_ns).sql()
        return self._asker.rows("service_commits", {"services": list(services), "limit": _COMMITS_MOST}, window=window)


def first_slice_s(pace: float) -> int:
    """How many seconds to look at first, where so many spans a second come in."""
    return max(1, min(NEWEST_S, int(NEWEST_SPANS / max(pace, 1.0))))


def next_slice_s(looked_s: int, found: int, wanted: int, first_s: int = NEWEST_S) -> int:
    """How many seconds to look at next, when `found` of the spans that are wanted lay in the `looked_s` newest."""
    if not looked_s:
        return first_s
    if not found:
        if looked_s < NEWEST_S:
            return NEWEST_S
        # Rare or not there: a day, and then ten times as long as before.
        return _DAY_S if looked_s < _DAY_S else 9 * looked_s
    return max(looked_s, int(_MARGIN * looked_s * (wanted - found) / found))


def slice_start(start_ns: int, high_ns: int, length_s: int) -> int:
    """Where a slice begins that ends at `high_ns` and is about so long: at a whole second, or at the very start.

    Only slices with a ragged end are compared by the nanosecond, so that what lies before the first whole second is a
    slice of its own.
    """
    low_ns = (high_ns // SECOND_NS - length_s) * SECOND_NS
    whole_ns = -(-start_ns // SECOND_NS) * SECOND_NS
    if low_ns > whole_ns:
        return low_ns
    return whole_ns if whole_ns < high_ns else start_ns


def _named(expressions: Sequence[str]) -> str:
    return "".join(f",\n    {expression} AS {MORE.format(at)}" for at, expression in enumerate(expressions))


def _once(rows: list[Row]) -> list[Row]:
    """The rows without those that repeat the one before."""

    def same(row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in ("start_ns", "trace_id", "span_id", "kind", "name"))

    return [row for number, row in enumerate(rows) if number == 0 or same(row) != same(rows[number - 1])]
