"""Count what the agent could not do, by reason, so that a missing origin can be explained afterwards.

Written by the rooms that meet a miss or a failure of their own; read by `agent.status()` and `spanorigin doctor`.
Attached origins are not counted: they are the hot path, and the spans themselves show them.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from spanorigin.model import Refusal

NEWEST: Final = 8
"""Spans remembered for each reason, so that a frequent one does not push a rare one out."""


class MissedSpan(NamedTuple):
    """A span that got no origin, as much of it as one needs to find it again."""

    at_ns: int
    name: str
    kind: Any
    """The SDK's SpanKind."""
    trace_id: int
    span_id: int
    scope: str
    """The instrumentation that made it."""


@dataclass(slots=True)
class Tally:
    """How often each reason occurred, and the words of its latest occurrence.

    Holds one entry a slug, and slugs are constants of this house, so it cannot grow with traffic. Two threads that
    count at the same instant may lose one count; a lock in someone's request would cost more than that.
    """

    misses: dict[str, int] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    newest: dict[str, deque[MissedSpan]] = field(default_factory=dict)

    def miss(self, refusal: Refusal, span: Any = None) -> None:
        """Count a span that rightly got no origin, and remember it among the newest of its reason."""
        self.misses[refusal.reason] = self.misses.get(refusal.reason, 0) + 1
        self.words[refusal.reason] = refusal.words
        if span is not None:
            held = self.newest.get(refusal.reason)
            if held is None:
                held = self.newest.setdefault(refusal.reason, deque(maxlen=NEWEST))
            held.append(_missed(span))

    def failure(self, room: str, error: BaseException) -> None:
        """Count an error of our own in `room` ("exit", "entry", …). Keeps its words, never the error or its frames."""
        self.failures[room] = self.failures.get(room, 0) + 1
        # The type alone: str(error) could run the program's own code.
        went_on = "sent as the SDK encodes it" if room == "export" else "without an origin"
        self.words[room] = f"{type(error).__name__} inside spanorigin; the span went on {went_on}"

    def snapshot(self) -> Mapping[str, Mapping[str, int]]:
        """Copies of both counts, safe to keep."""
        return {"misses": dict(self.misses), "failures": dict(self.failures)}


def _missed(span: Any) -> MissedSpan:
    """From the SDK's own attributes: a property could be the program's code."""
    context = getattr(span, "_context", None)
    return MissedSpan(
        time.time_ns(),
        getattr(span, "_name", ""),
        getattr(span, "_kind", None),
        getattr(context, "trace_id", 0),
        getattr(context, "span_id", 0),
        getattr(getattr(span, "_instrumentation_scope", None), "_name", ""),
    )
