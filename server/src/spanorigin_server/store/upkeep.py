"""Keep the table of spans within limits, and take spans out of it: by day, by share of a day, by what they are.

Used by `life`. Days are the table's partitions: dropping one removes files and reads nothing, whatever it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .statements import EMBEDDED, statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .engine import Engine


@dataclass(frozen=True, slots=True)
class Day:
    """A day (UTC) that spans began on: its name, its last span's second, and what it takes up."""

    name: str
    last_s: int
    spans: int
    bytes: int
    has_deleted: bool


class Upkeep:
    """Works on one engine. May be used from any thread. Every method raises StoreFailed."""

    def __init__(self, engine: Engine, target: Mapping[str, str] = EMBEDDED) -> None:
        self._engine = engine
        self._target = target

    def days(self) -> list[Day]:
        """The days held, oldest first."""
        held = self._engine.query(statement("commands/held_days", self._target))
        names = ("day", "last_s", "spans", "bytes", "has_deleted")
        return [
            Day(day, last_s, spans, size, bool(has_deleted))
            for day, last_s, spans, size, has_deleted in zip(*(held.get(name, ()) for name in names), strict=True)
        ]

    def drop(self, day: Day) -> None:
        """Remove a day with all its spans. Takes milliseconds."""
        self._engine.execute(statement("commands/drop_day", self._target), {"day": day.name})

    def cut(self, day: Day, share: float) -> None:
        """Remove about this share of a day's spans, the oldest. Writes the rest of the day anew."""
        found = self._engine.query(
            statement("commands/second_at_share", self._target), {"day": day.name, "share": share}
        )
        # At least the first second's: what is too large has to become smaller.
        parameters = {"day": day.name, "second_s": found["second_s"][0] + 1}
        self._engine.execute(statement("commands/cut_day", self._target), parameters)

    def wipe(self, day: Day) -> None:
        """Take off the disk what was deleted of a day."""
        self._engine.execute(statement("commands/wipe_deleted", self._target), {"day": day.name})
