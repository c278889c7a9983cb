"""Say what the agent would do in an environment and why: `spanorigin doctor`, with a command or without.

Called by `command`. `examine` looks, `page` tells; nothing is changed, and the only thing contacted is the endpoint
that spans would be sent to.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import spanorigin
from spanorigin import instrumentations, launch, names
from spanorigin.doctor import layout, paths
from spanorigin.doctor.layout import Block, Page, Problem
from spanorigin.model import Verdict
from spanorigin.resource import Found, describe
from spanorigin.settings import SWITCHES, Settings
from spanorigin.source import Sources

_ANSWER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """All that the doctor found, ready for JSON."""

    capture: Verdict
    python: str
    packages: dict[str, str | None]
    environment: str
    libraries: list[instrumentations.Library]
    settings: dict[str, Found]
    code: dict[str, Found]
    roots: list[tuple[str, Verdict]]
    endpoint: str
    endpoint_answers: Verdict
    service: str
    ways: dict[str, str] = field(default_factory=dict)
    """How the agent would walk, attach and export there, and why."""
    command: list[str] = field(default_factory=list)
    files: list[tuple[str, Verdict]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def examine(command: Sequence[str], environ: Mapping[str, str], folder: Path, *, files: Sequence[str] = ()) -> Report:
    """Look at this environment, or at the one that `command` would run in; judge `files`. Raises SettingError."""
    settings = Settings.from_environment(environ)
    child = launch.child_environment(command, environ, settings, folder)
    place = instrumentations.environment_of(command, environ.get("PATH")) if command else (sys.prefix, None)
    installed = instrumentations.installed_versions(place[1]) if place is not None else {}
    found = instrumentations.libraries(installed)
    endpoint = launch.endpoint_of(child)
    report = Report(
        capture=_capture(settings),
        python=f"{sys.version.split()[0]} at {sys.executable}",
        packages={name: installed.get(name) for name in _PACKAGES},
        environment=place[0] if place is not None else "not known: the command is no Python program of a venv",
        libraries=found,
        settings=_settings(settings),
        code=describe(settings, environ, folder),
        roots=_roots(settings, folder),
        endpoint=endpoint,
        endpoint_answers=answers(endpoint),
        service=_service(command, environ, child),
        ways=paths.ways_of(place[0] if place is not None else None, settings.walker, environ),
        command=list(command),
        files=judged(Sources(settings), files, folder),
    )
    report.problems.extend(_problems(report, place is not None, child))
    return report


def page(report: Report) -> Page:
    """The report for people."""
    blocks = [
        Block("Files", [(file, verdict_words(verdict)) for file, verdict in report.files]),
        Block("Capture", [("capture", f"{_on(report.capture.accepted)}: {report.capture.reason}")]),
        Block(
            "Python",
            [
                ("python", report.python),
                ("environment", report.environment),
                *((name, version or "not installed") for name, version in report.packages.items()),
            ],
        ),
        Block(
            "Libraries", [(f"{it.label} {it.version}", _library(it)) for it in report.libraries] or [("", "none seen")]
        ),
        Block("How", list(report.ways.items())),
        Block("Your code", [(place, verdict_words(verdict)) for place, verdict in report.roots]),
        Block("What runs", [(name, _found(report.code.get(name), variable)) for name, variable in CODE.items()]),
        Block(
            "Sending",
            [
                ("service", report.service),
                ("endpoint", report.endpoint),
                ("answers", f"{_yes(report.endpoint_answers.accepted)}: {report.endpoint_answers.reason}"),
            ],
        ),
        Block("Settings", [(name, f"{it.value}  ({it.source})") for name, it in report.settings.items()]),
    ]
    about = f"what `{' '.join(report.command)}` would get" if report.command else "this environment"
    return Page(f"spanorigin {spanorigin.__version__}: {about}", "", report.problems, blocks=blocks)


def as_text(report: Report) -> str:
    """The report for people, in plain text."""
    return layout.as_text(page(report))


def judged(sources: Sources, files: Sequence[str], folder: Path) -> list[tuple[str, Verdict]]:
    """The verdict on each file, by its absolute path."""
    return [(path, sources.verdict(path)) for path in (str(folder / file) for file in files)]


def as_data(report: Report) -> dict[str, Any]:
    """The report for programs."""
    data = asdict(report)
    data["roots"] = [{"place": place, **asdict(verdict)} for place, verdict in report.roots]
    data["files"] = [{"file": file, **asdict(verdict)} for file, verdict in report.files]
    return data


def answers(endpoint: str) -> Verdict:
    """Whether something accepts connections at `endpoint`. Sends nothing."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with socket.create_connection((parts.hostname or "", port), timeout=_ANSWER_SECONDS):
            return Verdict(True, "something accepts connections there")
    except (OSError, ValueError) as error:
        return Verdict(False, f"{error}")


def verdict_words(verdict: Verdict) -> str:
    """`yours` or `not yours`, and why."""
    return f"{'yours' if verdict.accepted else 'not yours'}: {verdict.reason}"


_PACKAGES = (
    "spanorigin",
    "opentelemetry-api",
    "opentelemetry-sdk",
    instrumentations.AUTO_INSTRUMENTATION,
    instrumentations.EXPORTER,
    "opentelemetry-distro",
    "spanorigin-server",
)


CODE = {
    names.SOURCE_ROOT: "SPANORIGIN_SOURCE_ROOT",
    names.VCS_REPOSITORY_URL: "SPANORIGIN_REPOSITORY",
    names.VCS_REVISION: "SPANORIGIN_COMMIT",
    names.SERVICE_VERSION: "service.version in OTEL_RESOURCE_ATTRIBUTES",
}


def _found(found: Found | None, variable: str) -> str:
    if found is None:
        return f"not found: no variable and no checkout says it; set {variable}"
    return f"{found.value}  ({found.source})"


def _capture(settings: Settings) -> Verdict:
    if settings.enabled is None:
        return Verdict(
            True,
            "no variable says otherwise, so on under `spanorigin run` and spanorigin.install(), "
            "off under `opentelemetry-instrument`",
        )
    source = settings.source_of("enabled")
    return Verdict(settings.enabled, f"{source} says {str(settings.enabled).lower()}")


def _service(command: Sequence[str], environ: Mapping[str, str], child: Mapping[str, str]) -> str:
    if not launch.service_is_unnamed(environ):
        return child.get("OTEL_SERVICE_NAME") or "as OTEL_RESOURCE_ATTRIBUTES says"
    return (
        child["OTEL_SERVICE_NAME"] if command else "named after the command; give it, as `spanorigin doctor -- COMMAND`"
    )


def _settings(settings: Settings) -> dict[str, Found]:
    found = {}
    for each in fields(settings):
        if each.name not in ("sources", "enabled"):
            value = getattr(settings, each.name)
            words = ", ".join(value) if isinstance(value, tuple) else value
            source = settings.source_of(each.name)
            found[each.name] = Found("unset" if words in (None, "") else str(words), source)
    return found


def _roots(settings: Settings, folder: Path) -> list[tuple[str, Verdict]]:
    """The places that code comes from, each judged as a file in it would be."""
    sources = Sources(settings)
    # The first entry of sys.path is the folder of this command itself.
    places = dict.fromkeys([str(folder), *(entry for entry in sys.path[1:] if entry and Path(entry).is_dir())])
    places.pop(str(Path(spanorigin.__file__).parent.parent), None)
    return [(place, _place_verdict(sources, place)) for place in places]


def _place_verdict(sources: Sources, place: str) -> Verdict:
    if Path(place).name in ("site-packages", "dist-packages"):
        return Verdict(False, "installed packages, but for those installed from a folder, a repository or a wheel file")
    return sources.verdict(str(Path(place) / "module.py"))


def _problems(report: Report, is_known: bool, child: Mapping[str, str]) -> list[Problem]:
    problems = []
    if not report.capture.accepted:
        problems.append(
            Problem(f"Capture is off: {report.capture.reason}.", f"Unset {' and '.join(SWITCHES)}, or say true.")
        )
    if not is_known:
        problems.append(
            Problem(
                "Which libraries the command uses cannot be told from here.",
                "Run `spanorigin doctor` in its environment.",
            )
        )
        return problems
    needed = [name for name in ("spanorigin", instrumentations.AUTO_INSTRUMENTATION) if not report.packages[name]]
    if launch.sends_otlp_over_http(child) and not report.packages[instrumentations.EXPORTER]:
        needed.append(instrumentations.EXPORTER)
    if needed:
        problems.append(Problem(f"`spanorigin run` lacks {', '.join(needed)}.", "pip install 'spanorigin[run]'"))
    problems.extend(library_problems(report.libraries))
    if not report.endpoint_answers.accepted:
        problems.append(Problem(f"Nothing answers at {report.endpoint}.", "Start a server there: spanorigin up"))
    return problems


def library_problems(libraries: Sequence[instrumentations.Library]) -> list[Problem]:
    """What keeps installed libraries from making spans."""
    problems = []
    lacking = instrumentations.missing(libraries)
    if lacking:
        labels = ", ".join(dict.fromkeys(library.label for library in lacking))
        problems.append(Problem(f"No spans from {labels}.", install_command(lacking)))
    problems.extend(
        Problem(
            f"No spans from {library.label} {library.version}: its instrumentation takes {library.supported}.",
            "Install such a version, or do without.",
        )
        for library in instrumentations.unserved(libraries)
    )
    return problems


def install_command(lacking: Sequence[instrumentations.Library]) -> str:
    """The one command that installs every missing instrumentation."""
    packages = dict.fromkeys(library.instrumentation for library in lacking)
    return "pip install " + " ".join(f"'{each}'" if any(c in each for c in "<>! ") else each for each in packages)


def _library(library: instrumentations.Library) -> str:
    if not library.is_supported:
        return f"not served: its instrumentation takes {library.supported}"
    return "instrumented" if library.is_instrumented else f"no spans: {library.instrumentation} is not installed"


def _on(value: bool) -> str:
    return "on" if value else "off"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
