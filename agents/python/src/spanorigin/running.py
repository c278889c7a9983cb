"""One installation of the agent: its rooms wired to each other, put in place, switched and taken out.

Built by `agent.install` under its lock, once a process; looked at by `status` and `report`. The one file that knows
all rooms.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor

from spanorigin import emit, export, frameworks, resource
from spanorigin.counters import Tally
from spanorigin.door import Door
from spanorigin.forms import FORMS
from spanorigin.frameworks.hooks import Met
from spanorigin.frameworks.imports import watch_imports
from spanorigin.origin.borders import LAUNCHERS
from spanorigin.origin.entries_only import EntriesOnly
from spanorigin.origin.entry import EntryRecorder
from spanorigin.origin.governor import Governor
from spanorigin.origin.processor import OriginProcessor
from spanorigin.origin.waiting import Waiting
from spanorigin.origin.walk import Rules, choose_walker
from spanorigin.providers import Place, place_in
from spanorigin.settings import Settings, process_environment
from spanorigin.source import Sources
from spanorigin.switches import Positions, Switches, Wish

if TYPE_CHECKING:
    from spanorigin.frameworks.discovery import Discovery


@dataclass(frozen=True, slots=True)
class Installation:
    """What install() did, in words fit for `spanorigin doctor`."""

    active: bool
    reason: str
    settings: Settings
    walker: str = "none"
    attaching: str = "none"


@dataclass(frozen=True, slots=True)
class Joined:
    """A provider whose spans get their origins."""

    provider: trace.TracerProvider
    place: Place
    forget_resource: Callable[[], None]


@dataclass(slots=True)
class Running:
    """One installation, with what it takes to switch it and to undo it. Changed under the agent's lock alone."""

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
    joined: list[Joined] = field(default_factory=list)
    detach: Callable[[], None] | None = None
    """Takes the hooks out of frameworks; None while there are none."""
    since: float = field(default_factory=time.time)

    def join(self, provider: trace.TracerProvider) -> None:
        """Give this provider's spans their origins too; one that has joined stays as it is."""
        if any(each.provider is provider for each in self.joined):
            return
        forget_resource = resource.join(provider, self.installation.settings, process_environment())
        self.joined.append(Joined(provider, place_in(provider), forget_resource))
        self._act()

    def wish(self, wish: Wish, who: str, *, remote: bool) -> Positions:
        """Switch as somebody wishes, as far as they may; how the switches stand then. Raises nothing."""
        self.switches.wish(wish, who, remote=remote)
        return self._acted()

    def forget_remote(self) -> Positions:
        """Switch as if nobody had ever spoken from outside. Raises nothing."""
        self.switches.forget_remote()
        return self._acted()

    def _acted(self) -> Positions:
        try:
            self._act()
        except Exception as error:  # a provider of another make may do anything
            self.tally.failure("switch", error)
        return self.switches.positions()

    def _act(self) -> None:
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

    def counts(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Misses by reason and failures by room, of all rooms."""
        exits, entries = self.tally.snapshot(), self.entry_tally.snapshot()
        misses, failures = (Counter(exits[kind]) + Counter(entries[kind]) for kind in ("misses", "failures"))
        return dict(misses), dict(failures)

    def captures(self) -> int:
        """Exit spans that got an origin."""
        # An exit is counted before it is captured or missed, by other threads too.
        return max(0, self.processor.exits - sum(self.tally.snapshot()["misses"].values()))


def build(settings: Settings, answer: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Running:
    """The rooms, wired, with nothing in place yet but what export watches for; `answer` is behind the door."""
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
    files = export.Files(lambda path: sources.verdict(path).accepted)
    exporting = export.install(watch_imports, partial(tally.failure, "export"), files=files)
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
        Door(settings.door, answer, partial(tally.failure, "door")),
    )
