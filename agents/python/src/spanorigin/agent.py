"""The agent of this process: install() puts origins on the spans of a tracer provider, switch() turns capture on and
off while the program runs, uninstall() takes everything away again.

Called by the program itself (`spanorigin.install`), by `spanorigin run`, by OpenTelemetry's auto-instrumentation
(`autoload`) and, from outside, through `door`. Once install() has returned, nothing of ours raises in the program.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any, Final

from opentelemetry import trace

from spanorigin import metrics
from spanorigin.model import InstallError
from spanorigin.running import Installation, Running, build
from spanorigin.settings import SWITCHES, Settings
from spanorigin.status import Status, status_of
from spanorigin.switches import Positions, Wish

_FORK_WAITS_SECONDS: Final = 1.0


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
            running = _Process.running = build(settings, _answer)
            metrics.observe(_reading)
            _mind_forks()
            running.door.open()
        elif running.installation.settings != settings:
            raise InstallError(
                "The agent is already running in this process, with other settings, and it has one set of them. "
                "Call spanorigin.uninstall() first, or install with the same settings.",
                slug="already-installed",
            )
        running.join(provider)
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
        return running.wish(wish, who, remote=remote)


def forget_remote() -> Positions | None:
    """As if nobody had ever spoken from outside; the answer is that of switch()."""
    with _Process.lock:
        running = _Process.running
        if running is None:
            return None
        return running.forget_remote()


def status() -> Status:
    """What this process's agent is doing and what it could not do, by reason."""
    return status_of(_Process.running)


def _reading() -> metrics.Reading | None:
    """What the process's meter is told."""
    running = _Process.running
    if running is None:
        return None
    misses, failures = running.counts()
    return metrics.Reading(
        running.captures(), misses, failures, running.governor.spent_ns, 2**running.governor.halvings
    )


def _answer(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is behind the door. Imported when somebody knocks."""
    from spanorigin import report

    return report.answer(request, _Process.running, _switch_from_outside)


def _switch_from_outside(wish: Wish | None, who: str) -> Positions | None:
    return forget_remote() if wish is None else switch(wish, who, remote=True)


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
