"""Keep a data folder within its limits: no span older than so many days, no more than so many bytes.

Started by `app` as one thread that looks every minute while the server serves. The oldest go first, without being read:
by age a day at a time, by size the part whose newest span is the oldest, of parts that merges keep to a tenth of the
limit (decision 0167). Only a newest day that lies in larger parts, from before the limit, is cut (decision 0190).
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spanorigin_server.records import StoreFailed

if TYPE_CHECKING:
    from spanorigin_server.store.upkeep import Day, Part, Upkeep

    from .limits import Limits

DAY_S: Final = 86_400
LOOK_EVERY_S: Final = 60.0
# A day that is cut is cut to this much below the limit, since cutting writes the rest of it anew.
_HEADROOM: Final = 0.1
# No part is made larger than this share of the limit, so that no more than this is removed with the last one that is.
_LARGEST_PART: Final = 0.1
# The newest day is cut rather than left with less than this share of the limit.
_LEAST_KEPT: Final = 0.75


@dataclass(frozen=True, slots=True)
class Removed:
    """What one look has removed."""

    days: int = 0
    cuts: int = 0
    parts: int = 0


class Retention:
    """The limits of one store, asked for at each look, and the thread that keeps them."""

    def __init__(
        self,
        upkeep: Upkeep,
        limits: Callable[[], Limits],
        now_s: Callable[[], float] = time.time,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._upkeep = upkeep
        self._limits = limits
        self._now_s = now_s
        self._look_every_s = look_every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._look_again_and_again, name="retention", daemon=True)
        self._told = ""
        self._bounded_by: int | None = -1  # not known

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread once it has done what it is doing."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> Removed:
        """Remove what is beyond the limits, and take what was deleted off the disk. Raises StoreFailed."""
        limits = self._limits()
        days = self._upkeep.days()
        dropped = 0
        while days and self._is_over_age(days[0], limits):
            self._upkeep.drop(days.pop(0))
            dropped += 1
        self._bound_parts(limits.bytes)
        parts = cuts = 0
        if limits.bytes is not None:
            while len(days) > 1 and self._goes_whole(days, limits.bytes):
                self._upkeep.drop(days.pop(0))
                dropped += 1
            parts = self._drop_parts(limits.bytes)
            days = self._upkeep.days()
            if days and days[-1].bytes > limits.bytes:
                self._upkeep.cut(days[-1], 1 - limits.bytes * (1 - _HEADROOM) / days[-1].bytes)
                cuts += 1
        for day in days:
            if day.has_deleted:
                self._upkeep.wipe(day)
        return Removed(dropped, cuts, parts)

    def _bound_parts(self, most: int | None) -> None:
        """Tell the store when the limit has changed, and at the first look."""
        if self._upkeep.has_parts and most != self._bounded_by:
            self._upkeep.bound_parts(None if most is None else int(most * _LARGEST_PART))
            self._bounded_by = most

    def _goes_whole(self, days: list[Day], most: int) -> bool:
        """Must all of the oldest day go? Where there are no parts to drop, any of it."""
        others = sum(day.bytes for day in days[1:])
        return others >= most if self._upkeep.has_parts else others + days[0].bytes > most

    def _drop_parts(self, most: int) -> int:
        """Drop parts until the rest is within the limit; how many."""
        dropped = 0
        # Looked at anew each time: a part may be merged into another meanwhile.
        while self._upkeep.has_parts and (part := self._next_to_drop(most)) is not None:
            dropped += self._upkeep.drop_part(part)
        return dropped

    def _next_to_drop(self, most: int) -> Part | None:
        """The oldest part, when there is too much; but of the newest day none without which too little is left."""
        parts = self._upkeep.parts()
        total = sum(part.bytes for part in parts)
        if total <= most:
            return None
        is_of_newest_day = parts[0].day == max(part.day for part in parts)
        leaves_enough = total - parts[0].bytes >= most * _LEAST_KEPT
        return parts[0] if leaves_enough or not is_of_newest_day else None

    def _is_over_age(self, day: Day, limits: Limits) -> bool:
        """Is even its newest span too old? A span is kept for a day more at most, and never for less."""
        return limits.days is not None and day.last_s < self._now_s() - limits.days * DAY_S

    def _look_again_and_again(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except StoreFailed as failure:
                self._tell(failure.message)
            self._stopping.wait(self._look_every_s)

    def _tell(self, message: str) -> None:
        """Once for each trouble, not every minute."""
        if message != self._told and not self._stopping.is_set():
            self._told = message
            sys.stderr.write(
                f"spanorigin: WARNING: old spans were not removed: {message} It is tried again every minute. "
                "[retention-failed]\n"
            )
            sys.stderr.flush()
