"""Tell what the agent of this process does and why: the answers behind the door.

Called by `door` with what an asker said; imported when somebody asks for the first time. Plain values only, ready for
JSON, bounded whatever the program does, and without a secret: what is told here, its owner could read in the process.
Runs in the door's thread, so it only copies and counts; versions and advice are the asker's to work out
(`spanorigin.doctor`).
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import spanorigin
from spanorigin import frameworks, resource
from spanorigin.checkout import public_address
from spanorigin.counters import MissedSpan, Tally
from spanorigin.model import Verdict
from spanorigin.running import Running
from spanorigin.settings import DEFAULT, READERS, Settings, process_environment
from spanorigin.status import status_of
from spanorigin.switches import Positions, Wish

PROTOCOL: Final = 1
"""Of requests and answers. Raised when an older doctor would misread them."""
_FILES_ASKED: Final = 100
_OWN_SAMPLES: Final = 20
_FOREIGN_SAMPLES: Final = 3
"""Files shown for each reason that a file is somebody else's."""
_REASONS: Final = 40
_LONGEST: Final = 300
"""Characters of a text that the program made, such as a span's name."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How often spans got no origin for one reason, and the words of its latest occurrence."""

    reason: str
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class Failed:
    """How often something of ours failed in one room."""

    room: str
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class Missed:
    """One span that got no origin."""

    at: float
    """Seconds since 1970."""
    name: str
    kind: str
    reason: str
    trace_id: str
    span_id: str
    scope: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The files that got one verdict for one reason."""

    accepted: bool
    reason: str
    count: int
    samples: list[str]


Switch = Callable[[Wish | None, str], Positions | None]
"""Switches capture as somebody outside wishes, or forgets all such wishes (None); None where nothing is installed."""


def answer(request: Mapping[str, Any], running: Running | None, switch: Switch) -> dict[str, Any]:
    """What is asked: `hello`, `report` or `capture`; an `error` for anything else."""
    match request:
        case {"ask": "hello"}:
            return {"protocol": PROTOCOL, **_process(running)}
        case {"ask": "report", **rest}:
            return {"protocol": PROTOCOL, **_report(running, rest.get("files", ()))}
        case {"ask": "capture", "wish": dict(wish), **rest}:
            return {"protocol": PROTOCOL, **_switched(switch, wish, rest.get("who"), forget=rest.get("forget") is True)}
        case _:
            return {"protocol": PROTOCOL, "error": "this process's agent does not know that question"}


def _process(running: Running | None) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "agent": spanorigin.__version__,
        "python": sys.version.split()[0],
        "executable": sys.executable,
        "command": [_short(word) for word in sys.orig_argv[:50]],
        "service": _service(running),
        "since": None if running is None else running.since,
    }


def _report(running: Running | None, files: object) -> dict[str, Any]:
    process = _process(running)
    if running is None:
        return {**process, "installed": False}
    status = status_of(running)
    settings = running.installation.settings
    return {
        **process,
        "installed": True,
        "folder": str(Path.cwd()),
        "search_path": [entry for entry in sys.path if type(entry) is str],
        "capture": asdict(running.switches.positions()),
        "settings": _settings(settings),
        "code": {name: asdict(found) for name, found in resource.describe(settings, process_environment()).items()},
        "walker": running.installation.walker,
        "attaching": running.installation.attaching,
        "exporting": _exporting(running),
        "providers": len(running.joined),
        "frameworks": _frameworks(running),
        "discovery": None if status.discovery is None else asdict(status.discovery),
        "discovered": list(status.discovered),
        "budget": {**asdict(status.budget or Verdict(True, "")), "spent_ns": running.governor.spent_ns},
        "captures": status.captures,
        "misses": [
            asdict(Counted(reason, count, status.words.get(reason, "")))
            for reason, count in sorted(status.misses.items(), key=lambda each: -each[1])
        ],
        "failures": [
            asdict(Failed(room, count, status.words.get(room, ""))) for room, count in sorted(status.failures.items())
        ],
        "newest": _newest((running.tally, running.entry_tally)),
        "files": _files(status.files),
        "asked_files": _asked_files(running, files),
    }


def _switched(switch: Switch, wish: Mapping[str, Any], who: object, *, forget: bool) -> dict[str, Any]:
    wanted = {name: value for name, value in wish.items() if name in _SWITCHES and type(value) is bool}
    positions = switch(None if forget else Wish(**wanted), _short(who) if type(who) is str else "somebody")
    if positions is None:
        return {"error": "no agent is installed in this process any more"}
    return {"capture": asdict(positions)}


_DEFAULTS: Final = Settings()
_SWITCHES: Final = tuple(field.name for field in fields(Wish))


def _settings(settings: Settings) -> list[dict[str, Any]]:
    told = []
    for name, (variables, _) in READERS.items():
        value = getattr(settings, name)
        source = settings.source_of(name)
        if source == "code" and value == getattr(_DEFAULTS, name):
            source = DEFAULT  # nobody can tell what was written down from what was left out
        if name == "repository" and value is not None:
            value = public_address(value)
        told.append(
            {
                "name": name,
                "variable": variables[0],
                "value": list(value) if isinstance(value, tuple) else value,
                "source": source,
            }
        )
    return told


def _exporting(running: Running) -> dict[str, Any]:
    files = running.exporting.files
    told = {} if files is None else {"files_told": files.named, "files_untold": dict(files.refused)}
    return {**asdict(running.exporting.verdict), "batches_merged": running.exporting.batches_merged, **told}


def _frameworks(running: Running) -> list[dict[str, Any]]:
    """One row a framework, those that are loaded first."""
    met = dict(running.met)
    rows = []
    for framework in frameworks.FRAMEWORKS:
        modules = [
            {"module": name, "file": met[name].file, "hooks": met[name].hooks, "error": met[name].error}
            for name in framework.modules
            if name in met
        ]
        rows.append({"name": framework.name, "waits_for": list(framework.modules), "modules": modules})
    return sorted(rows, key=lambda row: not row["modules"])


def _newest(tallies: Iterable[Tally]) -> list[dict[str, Any]]:
    """The newest missed spans of every reason, the newest of all first."""
    found: list[tuple[str, MissedSpan]] = []
    for tally in tallies:
        for reason, held in list(tally.newest.items()):
            found += [(reason, missed) for missed in held.copy()]
    found.sort(key=lambda each: -each[1].at_ns)
    return [
        asdict(
            Missed(
                missed.at_ns / 1e9,
                _short(missed.name),
                getattr(missed.kind, "name", "?").lower(),
                reason,
                f"{missed.trace_id:032x}",
                f"{missed.span_id:016x}",
                _short(missed.scope),
            )
        )
        for reason, missed in found
    ]


def _files(seen: Mapping[str, Verdict]) -> dict[str, Any]:
    """Counts by verdict, and some files of each."""
    counts = Counter((verdict.accepted, verdict.reason) for verdict in seen.values())
    samples: dict[tuple[bool, str], list[str]] = {}
    for file, verdict in seen.items():
        held = samples.setdefault((verdict.accepted, verdict.reason), [])
        if len(held) < (_OWN_SAMPLES if verdict.accepted else _FOREIGN_SAMPLES):
            held.append(_short(file))
    rows = [
        asdict(Judged(*key, count, samples[key]))
        for key, count in sorted(counts.items(), key=lambda each: (not each[0][0], -each[1]))
    ]
    return {"seen": len(seen), "verdicts": rows[:_REASONS]}


def _asked_files(running: Running, files: object) -> list[dict[str, Any]]:
    if not isinstance(files, list):
        return []
    names = [name for name in files if type(name) is str][:_FILES_ASKED]
    return [{"file": name, **asdict(running.sources.verdict(name))} for name in names]


def _service(running: Running | None) -> str:
    """The first provider's `service.name`."""
    for joined in running.joined if running is not None else ():
        attributes = getattr(getattr(joined.provider, "resource", None), "attributes", None) or {}
        name = attributes.get("service.name")
        if type(name) is str:
            return _short(name)
    return ""


def _short(text: object) -> str:
    """A text of the program's, exactly a string and not too long."""
    if type(text) is not str:
        return "?"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
