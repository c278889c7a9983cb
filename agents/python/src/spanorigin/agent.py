"""Wire the rooms: install() puts origins on the spans of a tracer provider, uninstall() takes everything away again.

Called by the program itself (`spanorigin.install`), by `spanorigin run` and by OpenTelemetry's auto-instrumentation
(`autoload`). The one file that knows all rooms. Once install() has returned, nothing of ours raises in the program.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import (
    ConcurrentMultiSpanProcessor,
    ReadableSpan,
    Span,
    SpanProcessor,
    SynchronousMultiSpanProcessor,
)

from spanorigin import emit, export, frameworks, metrics, resource
from spanorigin.counters import Tally
from spanorigin.forms import FORMS
from spanorigin.frameworks.imports import watch_imports
from spanorigin.model import InstallError, Verdict
from spanorigin.origin.borders import LAUNCHERS
from spanorigin.origin.entry import EntryRecorder
from spanorigin.origin.governor import Governor
from spanorigin.origin.processor import OriginProcessor
from spanorigin.origin.waiting import Waiting
from spanorigin.origin.walk import Rules, choose_walker
from spanorigin.settings import SWITCHES, Settings, process_environment
from spanorigin.source import Sources


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


@dataclass(slots=True)
class _Running:
    """One installation, with what it takes to undo it."""

    installation: Installation
    sources: Sources
    tally: Tally
    """Of exits, frameworks and export."""
    entry_tally: Tally
    governor: Governor
    processor: OriginProcessor
    recorder: EntryRecorder
    detach: Callable[[], None]
    exporting: export.ExportPath
    left_by: list[tuple[trace.TracerProvider, tuple[Callable[[], None], ...]]] = field(default_factory=list)
    """Each provider, and the steps that take us out of it."""


class _Process:
    """What runs in this process: nothing, or one agent for all its providers."""

    lock = threading.RLock()
    running: _Running | None = None


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
        elif running.installation.settings != settings:
            raise InstallError(
                "The agent is already running in this process, with other settings, and it has one set of them. "
                "Call spanorigin.uninstall() first, or install with the same settings.",
                slug="already-installed",
            )
        if all(joined is not provider for joined, _ in running.left_by):
            leave = _put_first(provider, running.processor)
            forget_resource = resource.join(provider, settings, process_environment())
            running.left_by.append((provider, (leave, forget_resource)))
        return running.installation


def uninstall() -> None:
    """Take away all that install() put in place. Spans that have their origin keep it."""
    with _Process.lock:
        running, _Process.running = _Process.running, None
        if running is not None:
            running.detach()
            running.exporting.uninstall()
            for _, steps in running.left_by:
                for step in steps:
                    step()


def status() -> Status:
    """What this process's agent is doing and what it could not do, by reason. Copies, safe to keep."""
    running = _Process.running
    if running is None:
        return Status(None)
    misses, failures = _counts(running)
    words = {**running.tally.words, **running.entry_tally.words}
    seen = running.sources.seen()
    budget = _budget_verdict(running.governor, running.installation.settings.budget)
    return Status(running.installation, misses, failures, words, seen, running.exporting.verdict, budget)


def _counts(running: _Running) -> tuple[Mapping[str, int], Mapping[str, int]]:
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
    # Spans are counted as they end and misses as they start: while some are open, this lags behind.
    captures = max(0, running.processor.exits - sum(running.tally.snapshot()["misses"].values()))
    return metrics.Reading(captures, misses, failures, running.governor.spent_ns, 2**running.governor.halvings)


def _start(settings: Settings) -> _Running:
    sources = Sources(settings)
    tally = Tally()
    form = FORMS[settings.attributes]
    rules = Rules.of(settings, LAUNCHERS + frameworks.borders(), form.for_exit)
    walker, why_walker = choose_walker(sources, rules, settings.walker)
    attach, why_attach = emit.attach_at_start()
    governor = Governor(settings.budget / 100 or float("inf"), tally)
    processor = OriginProcessor(walker, attach, tally, Waiting(sources, rules), governor)
    entry_tally = Tally()
    recorder = EntryRecorder(
        sources,
        entry_span_for=processor.entry_span_for,
        prepare=form.for_entry,
        prepare_for_handler=form.for_handler,
        attach=emit.attach_to_open if attach is emit.attach_to_new else emit.attach,
        tally=entry_tally,
    )
    installation = Installation(True, "installed", settings, why_walker, why_attach)
    detach = frameworks.install_all(recorder.on_handler, partial(tally.failure, "frameworks"))
    exporting = export.install(watch_imports, partial(tally.failure, "export"))
    metrics.observe(_reading)
    return _Running(installation, sources, tally, entry_tally, governor, processor, recorder, detach, exporting)


def _put_first(provider: trace.TracerProvider, processor: OriginProcessor) -> Callable[[], None]:
    """Let `processor` see each span before every other processor does; the answer undoes it.

    add_span_processor() would put it last, behind exporters and samplers that look at a span's attributes.
    """
    every = getattr(provider, "_active_span_processor", None)
    if isinstance(every, SynchronousMultiSpanProcessor):
        return _join(every, processor)
    if isinstance(every, ConcurrentMultiSpanProcessor):
        return _go_before(every, processor)
    provider.add_span_processor(processor)  # type: ignore[attr-defined]  # install() has checked it
    return processor.retire


def _join(every: SynchronousMultiSpanProcessor, processor: SpanProcessor) -> Callable[[], None]:
    with every._lock:
        every._span_processors = (processor, *every._span_processors)

    def leave() -> None:
        with every._lock:
            every._span_processors = tuple(held for held in every._span_processors if held is not processor)

    return leave


def _go_before(every: ConcurrentMultiSpanProcessor, processor: OriginProcessor) -> Callable[[], None]:
    """Run in the thread that starts the span. As one of `every`'s own it would see the stack of a pool thread."""
    start_all, end_all = every.on_start, every.on_end

    def on_start(span: Span, parent_context: Context | None = None) -> None:
        processor.on_start(span, parent_context)
        start_all(span, parent_context)

    def on_end(span: ReadableSpan) -> None:
        processor.on_end(span)
        end_all(span)

    every.on_start, every.on_end = on_start, on_end  # type: ignore[method-assign]

    def leave() -> None:
        if every.__dict__.get("on_start") is on_start and every.__dict__.get("on_end") is on_end:
            del every.on_start, every.on_end
        else:
            processor.retire()  # somebody stands before us; stay in place and do nothing

    return leave
