"""Read spans in full, in pieces of about one size, whatever their number; or have the engine write them as Parquet.

Used by `life.archive`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .asking import Asker, Condition, Row, Window
from .statements import statement

if TYPE_CHECKING:
    from .home import Home

PIECE_SPANS: Final = 2000
# Counting looks at so much at once: seconds of a day are 86,400 numbers at most.
_COUNTED_S: Final = 86_400
_TIME_LIMIT_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Spans that begin in [start_ns, end_ns) and meet a condition."""

    condition: Condition
    start_ns: int
    end_ns: int

    @property
    def exactly(self) -> Condition:
        """The condition, with the range to the nanosecond."""
        inside = (
            f"({self.condition.sql}) AND spans.ts >= fromUnixTimestamp64Nano({{archive_start_ns:Int64}}, 'UTC') "
            "AND spans.ts < fromUnixTimestamp64Nano({archive_end_ns:Int64}, 'UTC')"
        )
        bounds = {"archive_start_ns": self.start_ns, "archive_end_ns": self.end_ns}
        return Condition(inside, {**self.condition.parameters, **bounds})


class Archiver:
    """Reads from one engine. May be used from any thread. Every method raises StoreFailed."""

    def __init__(self, engine: Home) -> None:
        self._engine = engine
        self._asker = Asker(engine, _TIME_LIMIT_S)

    def pieces(self, wanted: Wanted) -> Iterator[Window]:
        """Windows that together have all spans that are wanted, oldest first, of about PIECE_SPANS spans each.

        A second is never cut, so that a busy one makes a larger piece. Days without spans cost nothing.
        """
        condition = wanted.exactly
        for day in self._days(wanted):
            held = self._asker.columns(
                "archive_seconds", condition.parameters, window=day.sql(), condition=condition.sql
            )
            begin_s, spans = day.start_s, 0
            for second_s, count in zip(held.get("second_s", ()), held.get("spans", ()), strict=True):
                if spans and spans + count > PIECE_SPANS:
                    yield Window(begin_s, second_s)
                    begin_s, spans = second_s, 0
                spans += count
            if spans:
                yield Window(begin_s, day.end_s)

    def _days(self, wanted: Wanted) -> Iterator[Window]:
        whole = Window.around(wanted.start_ns, wanted.end_ns)
        held = self._engine.query(statement(self._engine.target["held_days"], self._engine.target))
        for last_s in held.get("last_s", ()):
            start_s = last_s - last_s % _COUNTED_S
            start_s, end_s = max(start_s, whole.start_s), min(start_s + _COUNTED_S, whole.end_s)
            if start_s < end_s:
                yield Window(start_s, end_s)

    def rows(self, wanted: Wanted, piece: Window) -> list[Row]:
        """The spans of one piece, those of one resource and scope together."""
        condition = wanted.exactly
        return self._asker.rows("archive_spans", condition.parameters, window=piece.sql(), condition=condition.sql)

    def write_parquet(self, wanted: Wanted, file: Path) -> None:
        """Write all of them into a file of the server's own."""
        condition = wanted.exactly
        window = Window.around(wanted.start_ns, wanted.end_ns).sql()
        fragments = {**self._engine.target, "window": window, "condition": condition.sql}
        self._engine.write_parquet(statement("commands/archive_parquet", fragments), file, condition.parameters)
