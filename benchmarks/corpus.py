"""Whether each origin names the line it should, over a corpus of handlers and calls, beside the peers.

The programs and what is expected of them: exactness/programs, exactness/marks.py. `python corpus.py --table` prints the
table of docs/exactness.md, `--all` every judgement that is not a right one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from figures import Figure, note, report
from peers import PeerError, interpreter

HERE = Path(__file__).resolve().parent / "exactness"
sys.path.insert(0, str(HERE))

from judge import ABSENT, ALLOWED, LINE, NO_SPAN, RIGHT, VERDICTS, WRONG, Judgement, counted, judge  # noqa: E402
from marks import Place, cases  # noqa: E402


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, the environment it runs in (None for ours), and the kinds of origin that it has."""

    name: str
    module: str
    environment: str | None
    kinds: tuple[str, ...]


OURS = Tool("spanorigin", "spanorigin", None, ("entry", "exit"))
PEERS = (
    Tool("ddtrace 4.16.0", "ddtrace", "corpus_ddtrace", ("entry",)),
    Tool("ddtrace 4.0.4", "ddtrace_exits", "corpus_ddtrace_exits", ("exit",)),
    Tool("ADOT 0.18.0", "adot", "corpus_adot", ("entry", "exit")),
)


def judgements(tool: Tool) -> tuple[list[Judgement], dict[str, str]]:
    """What became of each place under a tool, and what could not be asked, with what was said.

    Raises PeerError where the tool's environment cannot be made, RuntimeError where the corpus came to no end in it.
    """
    python = interpreter(tool.environment) if tool.environment else Path(sys.executable)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "DD_", "SPANORIGIN"))
    }
    # Two Pythons must not read each other's compiled programs while they are being written.
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [python, HERE / "ask.py", tool.module, *tool.kinds]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=600)
    if done.returncode:
        raise RuntimeError(f"the corpus under {tool.name} ended with {done.returncode}: {done.stderr.strip()[-1000:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    judged = []
    for case in cases():
        if case.kind in tool.kinds:
            answers = [place and Place(*place) for place in said["answers"].get(case.name, [])]
            judged += judge(case, answers, exactly=tool is OURS)
    return judged, said["failed"]


def figures() -> Iterator[Figure]:
    """Places by verdict, by tool and kind."""
    for tool in (OURS, *PEERS):
        try:
            judged, failed = judgements(tool)
        except PeerError as error:
            note(str(error))
            continue
        for name, words in failed.items():
            note(f"{tool.name}: {name}: {words}")
        for kind in tool.kinds:
            yield from _figures_of(tool, kind, [one for one in judged if one.case.kind == kind])


def _figures_of(tool: Tool, kind: str, judged: list[Judgement]) -> Iterator[Figure]:
    by_verdict = counted(judged)
    asked = len(judged) - by_verdict[NO_SPAN]
    yield Figure(f"corpus.{tool.module}.{kind}.asked", asked, "places", f"{tool.name}: places whose span it made")
    for verdict in (RIGHT, ALLOWED, LINE, ABSENT, WRONG):
        name = f"corpus.{tool.module}.{kind}.{verdict.replace(', ', '_').replace(' ', '_')}"
        yield Figure(name, by_verdict[verdict], "places", f"{tool.name}: {kind} origins that are: {verdict}")


def table() -> str:
    """The score in Markdown, by tool, kind and program."""
    lines = [f"| tool | kind | {' | '.join(VERDICTS)} |", "| --- | --- |" + " ---: |" * len(VERDICTS)]
    by_program: dict[tuple[str, str], dict[str, str]] = {}
    columns = []
    for tool in (OURS, *PEERS):
        judged, _ = judgements(tool)
        for kind in tool.kinds:
            those = [one for one in judged if one.case.kind == kind]
            total = counted(those)
            lines.append(f"| {tool.name} | {kind} | {' | '.join(str(total[verdict]) for verdict in VERDICTS)} |")
            columns.append(f"{tool.name}, {kind}")
            for program in sorted({one.case.program for one in those}):
                part = counted(one for one in those if one.case.program == program)
                by_program.setdefault((kind, program), {})[columns[-1]] = _in_short(part)
    for kind in ("entry", "exit"):
        those = [column for column in columns if column.endswith(kind)]
        lines += ["", f"| {kind} | {' | '.join(column.partition(',')[0] for column in those)} |"]
        lines.append("| --- |" + " --- |" * len(those))
        for (of_kind, program), cells in by_program.items():
            if of_kind == kind:
                lines.append(f"| {program} | {' | '.join(cells.get(column, '') for column in those)} |")
    return "\n".join(lines)


def _in_short(part: dict[str, int]) -> str:
    return ", ".join(f"{part[verdict]} {verdict}" for verdict in VERDICTS if part[verdict])


if __name__ == "__main__":
    if sys.argv[1:] == ["--table"]:
        print(table())
    elif sys.argv[1:] == ["--all"]:
        for each in (OURS, *PEERS):
            found, unasked = judgements(each)
            print(f"\n{each.name}: {dict(counted(found))} {unasked or ''}")
            for one in found:
                if one.verdict not in (RIGHT, ALLOWED):
                    print(f"  {one.verdict:<10} {one.case.name}  {one.words}")
    else:
        report(figures)
