"""Read what a live process says of itself: `spanorigin doctor PID`.

Called by `command` with the answer of the process's agent (`spanorigin.report`). Finds what is wrong in it, what to do
about it, and the versions of the frameworks it has met. Tolerates an answer of another release: what is missing is left
out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from spanorigin.doctor.environment import CODE
from spanorigin.doctor.layout import Block, Page, Problem

_WORTH_A_WORD: Final = 0.1
"""Of the exits; a reason that is rarer than this is told in the counts alone."""
_FEW: Final = 10  # spans: no share of so few means anything
_REMEDIES: Final = {
    "no-user-frame": "Ask for the files that should count: spanorigin doctor {pid} --file PATH. Name them with "
    "SPANORIGIN_INCLUDE.",
    "launched-elsewhere": "Nothing, if nobody's code asked for them, as with a library's own thread; docs/origin.md "
    "says which borders origins cross.",
    "depth-limit": "Raise SPANORIGIN_DEPTH_LIMIT.",
    "over-budget": "Raise SPANORIGIN_BUDGET, or compile the walkers in C, which take a tenth of the time.",
    "attribute-limit": "Raise OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT, or unset OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT.",
    "set-by-the-program": "Nothing, if the program's own code.* attributes are meant.",
    "span-ended": "Nothing, if the handler is meant to go on after the response.",
    "handler-not-users-own": "Nothing, if a library answers there; otherwise name the file with SPANORIGIN_INCLUDE.",
    "handler-not-discovered": "Nothing, if these are requests for what is not there.",
}
_MAY_BE_RIGHT: Final = frozenset(reason for reason, remedy in _REMEDIES.items() if remedy.startswith("Nothing"))
_OF_ENTRIES: Final = frozenset(
    {"class-line-unknown", "handler-not-discovered", "handler-not-users-own", "span-ended", "verb-without-method"}
)
_EXPECTED: Final = frozenset({"over-budget"})
"""Reasons that have a problem of their own."""


def page(report: Mapping[str, Any]) -> Page:
    """The report for people."""
    pid = report.get("pid", "?")
    about = " ".join(report.get("command", ()))
    below = [
        f"service {report['service']}" if report.get("service") else "",
        f"Python {report.get('python', '?')}",
        f"spanorigin {report.get('agent', '?')}",
        f"capture for {_lasting(time.time() - report['since'])}" if report.get("since") else "",
    ]
    title = f"Process {pid}: {about}"
    if not report.get("installed"):
        problem = Problem("The agent was taken out of this process.", "Call spanorigin.install() in it.")
        return Page(title, " · ".join(filter(None, below)), [problem])
    versions = Versions()
    blocks = [
        Block("Files you asked for", [(each["file"], _yours(each)) for each in report.get("asked_files", ())]),
        Block("Capture", _capture(report)),
        Block("How", _how(report)),
        Block("Frameworks", _frameworks(report, versions)),
        Block("Discovered handlers", [("", each) for each in report.get("discovered", ())]),
        Block("Newest spans without an origin", _newest(report)),
        Block(f"Your code, among {report.get('files', {}).get('seen', 0)} files met", _files(report)),
        Block("What runs", [(name, _found(report, name)) for name in CODE]),
        Block("Settings", [(each["name"], _setting(each)) for each in report.get("settings", ())]),
    ]
    return Page(title, " · ".join(filter(None, below)), problems(report, versions), hints(report), blocks)


def problems(report: Mapping[str, Any], versions: Versions | None = None) -> list[Problem]:
    """What is wrong in a process, the gravest first."""
    if not report.get("installed"):
        return []
    versions = versions or Versions()
    return [
        *_switched_off(report),
        *(
            Problem(
                f"Something of ours failed {_times(each['count'])} in {each['room']}: {each['words']}.",
                "Please report it, with the output of this command.",
            )
            for each in report.get("failures", ())
        ),
        *_unhooked(report, versions),
        *_over_budget(report),
        *_missed(report, lambda reason: reason not in _MAY_BE_RIGHT),
    ]


def hints(report: Mapping[str, Any]) -> list[Problem]:
    """What is not wrong, and could be better."""
    found = _missed(report, _MAY_BE_RIGHT.__contains__)
    walker = str(report.get("walker", ""))
    if walker.startswith("pure Python") and "python was asked for" not in walker:
        found.append(
            Problem(
                f"Exits are found in {walker}.",
                "With a C compiler and Python's headers: pip install --force-reinstall --no-deps spanorigin",
            )
        )
    if str(report.get("attaching", "directly")).startswith("public API"):
        found.append(Problem(f"Origins are attached by the {report['attaching']}.", "It costs more, and holds."))
    exporting = report.get("exporting", {})
    if exporting and not exporting["accepted"] and "no OTLP protobuf exporter" not in exporting["reason"]:
        found.append(Problem(f"Origins are sent by {exporting['reason']}.", "It costs more, and holds."))
    discovery = report.get("discovery")
    if discovery and not discovery["accepted"] and report["capture"]["entry"]["accepted"]:
        found.append(Problem(f"Unknown frameworks' handlers are not looked for: {discovery['reason']}.", ""))
    return found


class Versions:
    """Which distribution brought a file, from the metadata beside it; read once a folder of packages."""

    def __init__(self) -> None:
        self._records: dict[str, list[tuple[str, str]]] = {}

    def of(self, file: str, search_path: Sequence[str]) -> str:
        """`name version` of what brought `file`; empty where no metadata says so."""
        root = max((place for place in search_path if file.startswith(f"{place}/")), key=len, default="")
        if not root:
            return ""
        if root not in self._records:
            self._records[root] = [
                (f"{found.name} {found.version}", "\n" + (found.read_text("RECORD") or ""))
                for found in metadata.distributions(path=[root])
            ]
        below = Path(file).relative_to(root).as_posix()
        return next((name for name, record in self._records[root] if f"\n{below}," in record), "")


def _switched_off(report: Mapping[str, Any]) -> list[Problem]:
    capture = report["capture"]
    if not capture["enabled"]["accepted"]:
        reason = capture["enabled"]["reason"]
        return [Problem(f"Capture is off: {reason}.", _how_to_switch_on(report, reason, "on"))]
    return [
        Problem(f"{words} are not captured: {capture[name]['reason']}.", remedy)
        for name, words in (("entry", "Entries"), ("exit", "Exits"))
        if not capture[name]["accepted"]
        for remedy in [_how_to_switch_on(report, capture[name]["reason"], f"on {words.lower()}")]
    ]


def _how_to_switch_on(report: Mapping[str, Any], reason: str, words: str) -> str:
    if reason.endswith("says false") and not reason.startswith("install()"):
        return f"Unset {reason.split()[0]} and start the process again: nobody can overrule it."
    return f"spanorigin capture {words} {report.get('pid')}"


def _unhooked(report: Mapping[str, Any], versions: Versions) -> list[Problem]:
    found = []
    if not report["capture"]["entry"]["accepted"]:
        return []
    for framework in report.get("frameworks", ()):
        modules = framework["modules"]
        if modules and not any(module["hooks"] for module in modules):
            name = versions.of(modules[0]["file"], report.get("search_path", ())) or framework["name"]
            errors = ", ".join(sorted({module["error"] for module in modules if module["error"]}))
            found.append(
                Problem(
                    f"No entries from {name}: it is laid out in another way than the known one{_in_brackets(errors)}.",
                    "Upgrade spanorigin, or set SPANORIGIN_DISCOVERY=true on Python 3.12 and later.",
                )
            )
    return found


def _over_budget(report: Mapping[str, Any]) -> list[Problem]:
    budget = report.get("budget", {"accepted": True})
    if budget["accepted"]:
        return []
    return [Problem(f"Exits are thinned out: {budget['reason']}.", _REMEDIES["over-budget"])]


def _missed(report: Mapping[str, Any], is_meant: Callable[[str], bool]) -> list[Problem]:
    misses = [each for each in report.get("misses", ()) if each["reason"] not in _EXPECTED]
    exits = report.get("captures", 0) + sum(each["count"] for each in misses if each["reason"] not in _OF_ENTRIES)
    found = []
    for each in misses:
        count, reason = each["count"], each["reason"]
        # Entries that were found are not counted, so nobody knows their share.
        is_much = reason in _OF_ENTRIES or count >= exits * _WORTH_A_WORD
        if is_meant(reason) and count >= _FEW and is_much:
            those = f"{count} requests" if reason in _OF_ENTRIES else f"{count} of {exits} exits"
            remedy = _REMEDIES.get(reason, "docs/messages.md says more of it.")
            found.append(
                Problem(f"{those} got no origin: {each['words']} [{reason}].", remedy.format(pid=report.get("pid")))
            )
    return found


def _capture(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    capture = report["capture"]
    rows = [(label, _on(capture[name])) for label, name in (("entries", "entry"), ("exits", "exit"))]
    rows.append(("exits found", str(report.get("captures", "?"))))
    rows += [
        ("without origin" if not number else "", f"{each['count']}  {each['reason']}: {each['words']}")
        for number, each in enumerate(report.get("misses", ()))
    ]
    budget = report.get("budget")
    if budget:
        rows.append(("budget", f"{'within' if budget['accepted'] else 'over'}: {budget['reason']}"))
        rows.append(("time taken", f"{budget.get('spent_ns', 0) / 1e6:.1f} ms, from samples"))
    return rows


def _how(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    exporting = report.get("exporting", {})
    rows = [
        ("walking", str(report.get("walker", "?"))),
        ("attaching", str(report.get("attaching", "?"))),
        ("exporting", f"{exporting.get('reason', '?')} ({exporting.get('batches_merged', 0)} batches merged)"),
    ]
    if "files_told" in exporting:
        untold = "".join(f", {count} {reason}" for reason, count in sorted(exporting["files_untold"].items()))
        rows.append(("contents", f"{exporting['files_told']} files' told{untold}"))
    discovery = report.get("discovery")
    if discovery:
        rows.append(("discovery", _on(discovery)))
    rows.append(("providers", str(report.get("providers", "?"))))
    return rows


def _frameworks(report: Mapping[str, Any], versions: Versions) -> list[tuple[str, str]]:
    rows, others = [], []
    search_path = report.get("search_path", ())
    for framework in report.get("frameworks", ()):
        modules = framework["modules"]
        if not modules:
            others.append(framework["name"])
            continue
        named = [versions.of(module["file"], search_path) for module in modules]
        label = next(filter(None, named), framework["name"])
        hooks = sum(module["hooks"] for module in modules)
        errors = ", ".join(sorted({module["error"] for module in modules if module["error"]}))
        words = f"{hooks} hook{'' if hooks == 1 else 's'}" if hooks else "no hook: laid out in another way"
        if not report["capture"]["entry"]["accepted"]:
            words = "no hook: entries are switched off"
        rows.append((label, words + _in_brackets(errors)))
    if others:
        rows.append(("not loaded", ", ".join(others)))
    return rows


def _newest(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (
            f"{time.strftime('%H:%M:%S', time.localtime(each['at']))}  {each['kind']}",
            f"{each['name']}: {each['reason']}  (trace {each['trace_id']}, span {each['span_id']}"
            + (f", {each['scope']})" if each["scope"] else ")"),
        )
        for each in report.get("newest", ())
    ]


def _files(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for each in report.get("files", {}).get("verdicts", ()):
        rows.append((f"{each['count']} {'yours' if each['accepted'] else 'not yours'}", each["reason"]))
        samples = each["samples"]
        rows += [("", f"  {sample}") for sample in (samples if each["accepted"] else samples[:1])]
    return rows


def _found(report: Mapping[str, Any], name: str) -> str:
    found = report.get("code", {}).get(name)
    return f"{found['value']}  ({found['source']})" if found else f"not found; set {CODE[name]}"


def _setting(setting: Mapping[str, Any]) -> str:
    value = setting["value"]
    words = ", ".join(value) if isinstance(value, list) else str(value)
    if value in (None, "", []):
        words = "unset"
    elif isinstance(value, bool):
        words = str(value).lower()
    return f"{words}  ({setting['source']})"


def _yours(verdict: Mapping[str, Any]) -> str:
    return f"{'yours' if verdict['accepted'] else 'not yours'}: {verdict['reason']}"


def _on(verdict: Mapping[str, Any]) -> str:
    return f"{'on' if verdict['accepted'] else 'off'}: {verdict['reason']}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _in_brackets(words: str) -> str:
    return f" ({words})" if words else ""


def _lasting(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"
