"""Which commits each service was seen to run, remembered, so that opening a trace does not read thirty days of spans.

Asked by `changed_endpoint` for every trace that is opened. What is known is read on from where it ended; all of it is
read again once an hour, as spans come late and are deleted (decision 0251).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from spanorigin_server.store.asking import SECOND_NS
from spanorigin_server.store.reader import Reader

from .changed import Seen

# Spans come in late by minutes: batches, retries, queues of collectors.
_LATE_S: Final = 600
_ANEW_S: Final = 3600
_DAY_S: Final = 86_400
_SERVICES_MOST: Final = 1000


@dataclass(slots=True)
class _Known:
    """What is known of a service: its commits with when each was seen first and last, from `begin_s` to `until_s`."""

    begin_s: int
    until_s: int
    read_s: int
    commits: dict[str, tuple[Seen, int]] = field(default_factory=dict)


class SeenCommits:
    """May be used from any thread."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def of(self, services: Iterable[str], begin_s: int, now_s: int) -> dict[str, list[Seen]]:
        """The commits that spans of each service named from `begin_s` until now, the one first that was seen first."""
        wanted = sorted(set(services))
        with self._lock:
            known = {service: self._known.get(service) for service in wanted}
        old = [
            service
            for service, each in known.items()
            if each is not None and each.begin_s <= begin_s and 0 <= now_s - each.read_s < _ANEW_S
        ]
        new = [service for service in wanted if service not in old]
        if new:
            # From the day's beginning, so that it is known for the other traces of that day as well.
            from_s = begin_s - begin_s % _DAY_S
            self._read(new, from_s, from_s, now_s)
        if old:
            # One question for all: from where the one that was looked at longest ago ends.
            ended_s = min(each.until_s for service in old if (each := known[service]) is not None)
            self._read(old, None, max(0, ended_s - _LATE_S), now_s)
        with self._lock:
            return {service: self._told(service, begin_s) for service in wanted}

    def _told(self, service: str, begin_s: int) -> list[Seen]:
        known = self._known.get(service)
        seen = [seen for seen, last_s in known.commits.values() if last_s >= begin_s] if known else []
        return sorted(seen, key=lambda each: (each.first_s, each.commit))

    def _read(self, services: Sequence[str], begin_s: int | None, from_s: int, now_s: int) -> None:
        """Read spans since `from_s` into what is known; anew, if `begin_s` says from when on it is then known."""
        rows = self._reader.commits_of(services, from_s * SECOND_NS, (now_s + 1) * SECOND_NS)
        with self._lock:
            if len(self._known) > _SERVICES_MOST:
                self._known.clear()
            for service in services:
                known = self._known.get(service)
                if begin_s is not None or known is None:
                    known = self._known[service] = _Known(from_s, now_s, now_s)
                known.until_s = max(known.until_s, now_s)
            for row in rows:
                commits = self._known[row["service"]].commits
                seen, last_s = Seen(row["commit"], row["version"], row["first_s"]), row["last_s"]
                before = commits.get(row["commit"])
                if before is not None:
                    first_s = min(before[0].first_s, seen.first_s)
                    seen, last_s = Seen(seen.commit, seen.version, first_s), max(before[1], last_s)
                commits[row["commit"]] = seen, last_s
