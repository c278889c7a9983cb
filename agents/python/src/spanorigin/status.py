"""What the agent of a process is doing, as values that are safe to keep.

Asked for by the program through `agent.status`, and by `report` for those behind the door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spanorigin.model import Verdict
from spanorigin.origin.governor import Governor
from spanorigin.running import Installation, Running
from spanorigin.switches import Positions


@dataclass(frozen=True, slots=True)
class Status:
    """What the agent of this process is doing. Counts are since install()."""

    installation: Installation | None
    misses: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Verdict] = field(default_factory=dict)
    exporting: Verdict | None = None
    """Whether origins are merged into what the OTLP exporters send; without, they encode them, at a price."""
    budget: Verdict | None = None
    """Whether exit capture is within SPANORIGIN_BUDGET; while it is not, exits are thinned out."""
    capture: Positions | None = None
    """What is captured at this moment, and who said so."""
    captures: int = 0
    """Exit spans that got an origin."""
    discovery: Verdict | None = None
    """Whether handlers of unknown frameworks are looked for."""
    discovered: tuple[str, ...] = ()
    """Those that were found, as `path:line function`."""
    door: Verdict | None = None
    """Whether `spanorigin doctor PID` gets an answer."""


def status_of(running: Running | None) -> Status:
    """What this process's agent is doing and what it could not do, by reason. Copies, safe to keep."""
    if running is None:
        return Status(None)
    misses, failures = running.counts()
    words = {**running.tally.words, **running.entry_tally.words}
    seen = running.sources.seen()
    budget = _budget_verdict(running.governor, running.installation.settings.budget)
    discovery = running.discovery
    return Status(
        running.installation,
        misses,
        failures,
        words,
        seen,
        running.exporting.verdict,
        budget,
        running.switches.positions(),
        running.captures(),
        None if discovery is None else discovery.verdict,
        () if discovery is None else tuple(discovery.found),
        running.door.verdict,
    )


def _budget_verdict(governor: Governor, budget: float) -> Verdict:
    if not budget:
        return Verdict(True, "SPANORIGIN_BUDGET is 0, so exit capture is never thinned out")
    would_take = f"{100 * governor.share:.2g} % of a core"
    if governor.halvings:
        return Verdict(
            False,
            f"one exit in {2**governor.halvings} gets its origin: all of them would take {would_take}, "
            f"and SPANORIGIN_BUDGET is {budget:g} %",
        )
    return Verdict(True, f"exit capture takes {would_take}, and SPANORIGIN_BUDGET is {budget:g} %")
