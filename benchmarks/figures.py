"""What a benchmark says: figures, one JSON line each on standard output. `run.py` reads them.

A benchmark is a file in this folder that defines `figures()` and ends with `if __name__ == "__main__":
report(figures)`. It runs in a process of its own; whatever else it prints goes to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `name` is what budgets.yaml speaks of; `what` is told to people."""

    name: str
    value: float
    unit: str
    what: str


def report(figures: Callable[[], Iterable[Figure]]) -> None:
    """Print each figure as soon as it is known."""
    for figure in figures():
        print(json.dumps(asdict(figure)), flush=True)


def note(text: str) -> None:
    """Say something to a person who watches."""
    print(text, file=sys.stderr, flush=True)
