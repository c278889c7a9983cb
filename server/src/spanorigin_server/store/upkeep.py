"""Keep the table of spans within limits, and take spans out of it: by day, by share of a day, by what they are.

Used by `life`. Days are the table's partitions: dropping one removes files and reads nothing, whatever it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spanorigin_server.records import StoreFailed

from .statements import statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .home import Home, Parameter


# ClickHouse's NO_SUCH_DATA_PART: it has been merged into another meanwhile.
_NO_SUCH_PART: Final = 232


@dataclass(frozen=True, slots=True)
class Day:
    """A day (UTC) that spans began on: its name, its last span's second, and what it takes up."""

    name: str
    last_s: int
    spans: int
    bytes: int
    has_deleted: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Files that hold spans which came in at about the same time: their name, their day's, and what they take up."""

    name: str
    day: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Spans that are to go: SQL of our own making, and the values it names."""

    condition: str
    parameters: Mapping[str, Parameter]


def of_traces(trace_ids: Sequence[str]) -> Chosen:
    """The spans of these traces; ids in hex."""
    condition = "trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))"
    return Chosen(condition, {"trace_ids": list(trace_ids)})


def of_service(service: str, before_ns: int) -> Chosen:
    """A service's spans that began before a time."""
    condition = "service = {service:String} AND ts < fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')"
    return Chosen(condition, {"service": service, "before_ns": before_ns})


class Upkeep:
    """Works on one engine. May be used from any thread. Every method raises StoreFailed."""

    def __init__(self, engine: Home) -> None:
        self._engine = engine
        self._target = engine.target

    def check_is_ours(self) -> None:
        """Raises NotHere where spans are only read."""
        self._engine.nature.check_is_ours()

    def days(self) -> list[Day]:
        """The days held, oldest first."""
        held = self._engine.query(statement("commands/held_days", self._target))
        names = ("day", "last_s", "spans", "bytes", "has_deleted")
        return [
            Day(day, last_s, spans, size, bool(has_deleted))
            for day, last_s, spans, size, has_deleted in zip(*(held.get(name, ()) for name in names), strict=True)
        ]

    @property
    def has_parts(self) -> bool:
        """Are parts bounded and dropped here? On a server they are its own, and each replica has others."""
        return self._engine.nature.is_embedded

    def parts(self) -> list[Part]:
        """The parts held, those first whose newest span is the oldest."""
        held = self._engine.query(statement("commands/held_parts", self._target))
        columns = (held.get(name, ()) for name in ("name", "day", "bytes"))
        return [Part(*values) for values in zip(*columns, strict=True)]

    def bound_parts(self, most: int | None) -> None:
        """From now on merges make no part larger than `most` bytes; None for as large as they like."""
        if most is None:
            self._engine.execute(statement("commands/unbound_parts", self._target))
        else:
            self._engine.execute(statement("commands/bound_parts", {**self._target, "most": str(int(most))}))

    def drop_part(self, part: Part) -> bool:
        """Remove a part with all its spans, without reading it; False when it has become part of another by now."""
        try:
            self._engine.execute(statement("commands/drop_part", self._target), {"part": part.name})
        except StoreFailed as failure:
            if failure.code == _NO_SUCH_PART:
                return False
            raise
        return True

    def drop(self, day: Day) -> None:
        """Remove a day with all its spans. Takes milliseconds."""
        self.check_is_ours()
        self._engine.execute(statement("commands/drop_day", self._target), {"day": day.name})

    def cut(self, day: Day, share: float) -> None:
        """Remove about this share of a day's spans, the oldest. Writes the rest of the day anew."""
        found = self._engine.query(
            statement("commands/second_at_share", self._target), {"day": day.name, "share": share}
        )
        # At least the first second's: what is too large has to become smaller.
        parameters = {"day": day.name, "second_s": found["second_s"][0] + 1}
        self._engine.execute(statement("commands/cut_day", self._target), parameters)

    def count(self, spans: Chosen) -> int:
        """How many spans are chosen. Raises NotHere where none of them can be removed."""
        self.check_is_ours()
        found = self._engine.query(self._with(spans, "commands/count_matching"), spans.parameters)
        counted: int = found["spans"][0]
        return counted

    def delete(self, spans: Chosen) -> int:
        """Hide the chosen spans from every answer, for good; how many they were.

        Afterwards none is found any more, but what was on its way into the store while it was looked through.
        """
        before = self.count(spans)
        if before:
            self._engine.execute(self._with(spans, "commands/delete_matching"), spans.parameters)
        return before

    def _with(self, spans: Chosen, name: str) -> str:
        return statement(name, {**self._target, "condition": spans.condition})

    def wipe(self, day: Day) -> None:
        """Take off the disk what was deleted of a day."""
        self._engine.execute(statement("commands/wipe_deleted", self._target), {"day": day.name})
