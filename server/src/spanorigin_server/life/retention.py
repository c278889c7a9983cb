"""Keep a data folder within its limits: no span older than so many days, no more than so many bytes.

Started by `app` as one thread that looks every minute while the server serves. The oldest go first, a day at a time:
a day is dropped whole, without being read. Only when the newest day alone is too large is it cut (decision 0190).
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
    from spanorigin_server.store.upkeep import Day, Upkeep

    from .limits import Limits

DAY_S: Final = 86_400
LOOK_EVERY_S: Final = 60.0
# A day that is cut is cut to this much below the limit, since cutting writes the rest of it anew.
_HEADROOM: Final = 0.1


@dataclass(frozen=True, slots=True)
class Removed:
    """What one look has removed."""

    days: int = 0
    cuts: int = 0


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
        most = limits.bytes
        cuts = 0
        if most is not None:
            while len(days) > 1 and sum(day.bytes for day in days) > most:
                self._upkeep.drop(days.pop(0))
                dropped += 1
            if days and days[0].bytes > most:
                self._upkeep.cut(days[0], 1 - most * (1 - _HEADROOM) / days[0].bytes)
                cuts += 1
        for day in days:
            if day.has_deleted:
                self._upkeep.wipe(day)
        return Removed(dropped, cuts)

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
