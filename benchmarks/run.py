"""Run the benchmarks and hold their figures against the budgets: `python benchmarks/run.py [NAME…]`.

A benchmark is a file in this folder that defines `figures()`; each runs in a process of its own, one after another.
Prints a table, leaves every figure as a JSON line in .artifacts/benchmarks.jsonl, and ends with 1 when a budget is
missed or a benchmark fails. Budgets are data: budgets.yaml.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
ARTIFACTS = HERE.parent / ".artifacts"


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit that a figure must keep: at most `limit`, or at least it where `least` is set."""

    name: str
    what: str
    limit: float
    unit: str
    issue: int
    least: bool = False

    def is_kept(self, value: float) -> bool:
        """Whether a measured value is within the budget."""
        return value >= self.limit if self.least else value <= self.limit

    def words(self) -> str:
        """The budget as the table shows it."""
        return f"{'>=' if self.least else '<='} {self.limit:g} {self.unit}"


def benchmarks() -> list[Path]:
    """The benchmark files of this folder, by name."""
    return sorted(file for file in HERE.glob("*.py") if "\ndef figures(" in file.read_text(encoding="utf-8"))


def budgets() -> dict[str, Budget]:
    """The rows of budgets.yaml by the name of their figure."""
    rows = yaml.safe_load((HERE / "budgets.yaml").read_text(encoding="utf-8"))
    return {row["name"]: Budget(**row) for row in rows}


def measured(benchmark: Path) -> list[dict[str, Any]] | None:
    """The figures of one benchmark; None when it failed, which it has then told on standard error."""
    done = subprocess.run([sys.executable, benchmark], stdout=subprocess.PIPE, text=True, check=False, cwd=HERE)
    figures = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return figures if done.returncode == 0 else None


def main(names: list[str]) -> int:
    chosen = [file for file in benchmarks() if not names or file.stem in names]
    unknown = set(names) - {file.stem for file in chosen}
    if unknown:
        known = ", ".join(file.stem for file in benchmarks())
        print(f"No benchmark is called {', '.join(sorted(unknown))}. There are: {known}.", file=sys.stderr)
        return 2
    limits, missed, failed = budgets(), [], []
    ARTIFACTS.mkdir(exist_ok=True)
    with (ARTIFACTS / "benchmarks.jsonl").open("a", encoding="utf-8") as lines:
        for benchmark in chosen:
            figures = measured(benchmark)
            if figures is None:
                failed.append(benchmark.stem)
                continue
            print(f"\n{benchmark.stem}")
            for figure in figures:
                budget = limits.pop(figure["name"], None)
                kept = budget is None or budget.is_kept(figure["value"])
                if not kept:
                    missed.append(figure["name"])
                print(_row(figure, budget, kept))
                lines.write(json.dumps({**figure, "python": platform.python_version()}) + "\n")
    if not names:
        # A budget whose figure nobody gave is not kept.
        missed += [f"{name} (no figure)" for name in limits]
    for title, those in (("Missed", missed), ("Failed", failed)):
        if those:
            print(f"\n{title}: {', '.join(those)}")
    return 1 if missed or failed else 0


def _row(figure: dict[str, Any], budget: Budget | None, kept: bool) -> str:
    state = "" if budget is None else f"{budget.words():>16}  {'kept' if kept else 'MISSED'}"
    return f"  {figure['name']:<58} {figure['value']:>10g} {figure['unit']:<6} {state:<26} {figure['what']}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
