"""Wire the rooms: install() puts origins on the spans of a tracer provider, switch() turns capture on and off while the
program runs, uninstall() takes everything away again.

Called by the program itself (`spanorigin.install`), by `spanorigin run`, by OpenTelemetry's auto-instrumentation
(`autoload`) and, from outside, through `door`. The one file that knows all rooms. Once install() has returned, nothing
of ours raises in the program.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor

from spanorigin import emit, export, frameworks, metrics, resource
from spanorigin.counters import Tally
from spanorigin.door import Door
from spanorigin.forms import FORMS
from spanorigin.frameworks.hooks import Met
from spanorigin.frameworks.imports import watch_imports
from spanorigin.model import InstallError, Verdict
from spanorigin.origin.borders import LAUNCHERS
from spanorigin.origin.entries_only import EntriesOnly
from spanorigin.origin.entry import EntryRecorder
from spanorigin.origin.governor import Governor
from spanorigin.origin.processor import OriginProcessor
from spanorigin.origin.waiting import Waiting
from spanorigin.origin.walk import Rules, choose_walker
from spanorigin.providers import Place, place_in
from spanorigin.settings import SWITCHES, Settings, process_environment
from spanorigin.source import Sources
from spanorigin.switches import Positions, Switches, Wish

if TYPE_CHECKING:
    from spanorigin.frameworks.discovery import Discovery


_FORK_WAITS_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Installation:
    """What install() did, in words fit for `spanorigin doctor`."""

    active: bool
    reason: str
    settings: Settings
    walker: str = "none"
    attaching: str = "none"


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


@dataclass(slots=True)
class Running:
    """One installation, with what it takes to switch it and to undo it."""

    installation: Installation
    sources: Sources
    tally: Tally
    """Of exits, frameworks and export."""
    entry_tally: Tally
    governor: Governor
    processor: OriginProcessor
    recorder: EntryRecorder
    exporting: export.ExportPath
    switches: Switches
    discovery: Discovery | None
    door: Door
    met: dict[str, Met] = field(default_factory=dict)
    """What came of each framework's module."""
    joined: list[_Joined] = field(default_factory=list)
    detach: Callable[[], None] | None = None
    """Takes the hooks out of frameworks; None while there are none."""
    since: float = field(default_factory=time.time)

    def act(self) -> None:
        """Put in place what the switches ask for, and take out what they do not: off is not installed."""
        positions = self.switches.positions()
        wants_entries, wants_exits = positions.entry.accepted, positions.exit.accepted
        if wants_entries and not self.processor.minds_entries:
            self.processor.forget_open()
        self.processor.minds_entries = wants_entries
        held: SpanProcessor | None = None
        if wants_exits:
            held = self.processor
        elif wants_entries:
            held = EntriesOnly(self.processor)
        for each in self.joined:
            each.place.hold(held)
            if self.discovery is not None:
                self.discovery.attend(each.provider, wanted=wants_entries)
        if self.discovery is not None:
            (self.discovery.start if wants_entries else self.discovery.stop)()
        if wants_entries and self.detach is None:
            on_failure = partial(self.tally.failure, "frameworks")
            self.detach = frameworks.install_all(self.recorder.on_handler, on_failure, self.met)
        elif not wants_entries and self.detach is not None:
            self.detach()
            self.detach = None
        if held is None:
            self.exporting.step_aside()
        else:
            self.exporting.step_in()

    def leave(self) -> None:
        """Undo all of it but the door."""
        if self.discovery is not None:
            self.discovery.stop()
            for each in self.joined:
                self.discovery.attend(each.provider, wanted=False)
        if self.detach is not None:
            self.detach()
        self.exporting.uninstall()
        for each in self.joined:
            each.place.hold(None)
            each.forget_resource()


@dataclass(frozen=True, slots=True)
class _Joined:
    """A provider whose spans get their origins."""

    provider: trace.TracerProvider
    place: Place
    forget_resource: Callable[[], None]


class _Process:
    """What runs in this process: nothing, or one agent for all its providers."""

    lock = threading.RLock()
    """Held while something is put in or taken out, and across a fork, so that no child begins half-way."""
    running: Running | None = None
    minds_forks = False
    is_held_for_fork = False


def install(provider: trace.TracerProvider | None = None, *, settings: Settings | None = None) -> Installation:
    """Give the spans of `provider` their origins from now on; without one, those of the global provider.

    Settings come from the environment unless given. Repeating it changes nothing; a further provider joins the first.
    A switch that says false wins over the call: then nothing is installed, and the answer says so. Raises
    SettingError for a variable that means nothing, InstallError where there is no SDK provider or where an agent with
    other settings is running.
    """
    settings = Settings.from_environment() if settings is None else settings
    if settings.enabled is False:
        source = settings.source_of("enabled")
        return Installation(False, f"{source} says false" if source in SWITCHES else "settings say false", settings)
    provider = trace.get_tracer_provider() if provider is None else provider
    if not hasattr(provider, "add_span_processor"):
        raise InstallError(
            "There is no OpenTelemetry SDK tracer provider yet, so there are no spans to give an origin. "
            "Call opentelemetry.trace.set_tracer_provider(TracerProvider()) before spanorigin.install(), or pass the "
            "provider to it.",
            slug="no-tracer-provider",
        )
    with _Process.lock:
        running = _Process.running
        if running is None:
            running = _Process.running = _start(settings)
            running.door.open()
        elif running.installation.settings != settings:
            raise InstallError(
                "The agent is already running in this process, with other settings, and it has one set of them. "
                "Call spanorigin.uninstall() first, or install with the same settings.",
                slug="already-installed",
            )
        if all(each.provider is not provider for each in running.joined):
            forget_resource = resource.join(provider, settings, process_environment())
            running.joined.append(_Joined(provider, place_in(provider), forget_resource))
            running.act()
        return running.installation


def uninstall() -> None:
    """Take away all that install() put in place. Spans that have their origin keep it."""
    with _Process.lock:
        running, _Process.running = _Process.running, None
    # The door is waited for, and may itself be waiting for the lock.
    if running is not None:
        running.door.close()
        with _Process.lock:
            running.leave()


def switch(wish: Wish, who: str = "the program", *, remote: bool = False) -> Positions | None:
    """Turn capture on or off while the program runs, for spans that start from now on, in every thread.

    `remote` is for those who speak from outside; the environment's false wins over them, and they win over the program.
    The answer is how the switches stand then; None where nothing is installed. Raises nothing.
    """
    with _Process.lock:
        running = _Process.running
        if running is None:
            return None
        running.switches.wish(wish, who, remote=remote)
        return _acted(running)


def forget_remote() -> Positions | None:
    """As if nobody had ever spoken from outside; the answer is that of switch()."""
    with _Process.lock:
        running = _Process.running
        if running is None:
            return None
        running.switches.forget_remote()
        return _acted(running)


def _acted(running: Running) -> Positions:
    try:
        running.act()
    except Exception as error:  # a provider of another make may do anything
        running.tally.failure("switch", error)
    return running.switches.positions()


def running() -> Running | None:
    """The installation of this process with all its rooms, for `report`."""
    return _Process.running


def status() -> Status:
    """What this process's agent is doing and what it could not do, by reason. Copies, safe to keep."""
    running = _Process.running
    if running is None:
        return Status(None)
    misses, failures = _counts(running)
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
        _captures(running),
        None if discovery is None else discovery.verdict,
        () if discovery is None else tuple(discovery.found),
        running.door.verdict,
    )


def _counts(running: Running) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Misses and failures of all rooms."""
    exits, entries = running.tally.snapshot(), running.entry_tally.snapshot()
    misses, failures = (Counter(exits[kind]) + Counter(entries[kind]) for kind in ("misses", "failures"))
    return dict(misses), dict(failures)


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


def _reading() -> metrics.Reading | None:
    """What the process's meter is told."""
    running = _Process.running
    if running is None:
        return None
    misses, failures = _counts(running)
    return metrics.Reading(
        _captures(running), misses, failures, running.governor.spent_ns, 2**running.governor.halvings
    )


def _captures(running: Running) -> int:
    # An exit is counted before it is captured or missed, by other threads too.
    return max(0, running.processor.exits - sum(running.tally.snapshot()["misses"].values()))


def _answer(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is behind the door. Imported when somebody knocks."""
    from spanorigin import report

    return report.answer(request)


def _start(settings: Settings) -> Running:
    sources = Sources(settings)
    tally = Tally()
    form = FORMS[settings.attributes]
    rules = Rules.of(settings, LAUNCHERS + frameworks.borders(), form.for_exit)
    walker, why_walker = choose_walker(sources, rules, settings.walker)
    attach, why_attach = emit.attach_at_start()
    governor = Governor(settings.budget / 100 or float("inf"), tally)
    processor = OriginProcessor(walker, attach, tally, Waiting(sources, rules), governor)
    entry_tally = Tally()
    attach_to_open = emit.attach_to_open if attach is emit.attach_to_new else emit.attach
    recorder = EntryRecorder(
        sources,
        entry_span_for=processor.entry_span_for,
        prepare=form.for_entry,
        prepare_for_handler=form.for_handler,
        attach=attach_to_open,
        tally=entry_tally,
        quicken=getattr(walker, "as_on_handler", None) if attach is emit.attach_to_new else None,
    )
    installation = Installation(True, "installed", settings, why_walker, why_attach)
    exporting = export.install(watch_imports, partial(tally.failure, "export"))
    metrics.observe(_reading)
    _mind_forks()
    discovery = None
    if settings.discovery:
        from spanorigin.frameworks.discovery import Discovery

        discovery = Discovery(
            sources,
            frameworks.FRAMEWORKS,
            rules.borders,
            entry_span_for=processor.entry_span_for,
            prepare=form.for_entry,
            attach=attach_to_open,
            tally=entry_tally,
        )
    return Running(
        installation,
        sources,
        tally,
        entry_tally,
        governor,
        processor,
        recorder,
        exporting,
        Switches(settings),
        discovery,
        Door(settings.door, _answer, partial(tally.failure, "door")),
    )


def _mind_forks() -> None:
    if _Process.minds_forks or not hasattr(os, "register_at_fork"):
        return
    _Process.minds_forks = True
    os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_release_in_child)


def _hold() -> None:
    # Not for ever: whoever switches may wait for something of the thread that forks, as for a module it imports.
    _Process.is_held_for_fork = _Process.lock.acquire(timeout=_FORK_WAITS_SECONDS)


def _release() -> None:
    if _Process.is_held_for_fork:
        _Process.lock.release()


def _release_in_child() -> None:
    if _Process.is_held_for_fork:
        _Process.lock.release()
    else:
        _Process.lock = threading.RLock()
