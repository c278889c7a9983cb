"""What the installed agent keeps: of a million spans, and of 100,000 functions that a program makes as it runs.

With the walker that this interpreter gets and with the one in Python, each in a process of its own, as what one leaves
behind would hide the other's growth.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

from figures import Figure, note, report
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind
from spanorigin import agent
from spanorigin.settings import Settings
from stacks import PROJECT, SHAPES, chain, leaf

SPANS = 1_000_000
FUNCTIONS = 100_000
WALKERS = {"auto": "memory", "python": "memory.python"}


def figures() -> Iterator[Figure]:
    """Growth of the resident memory in kB between the first tenth and the end."""
    note("memory: about a minute")
    for walker, prefix in WALKERS.items():
        done = subprocess.run([sys.executable, __file__, walker], stdout=subprocess.PIPE, text=True, check=True)
        spans, functions = json.loads(done.stdout)
        yield Figure(f"{prefix}.spans_growth_kb", spans, "kB", f"kept over {SPANS:,} spans at {len(SHAPES)} stacks")
        yield Figure(f"{prefix}.growth_kb", functions, "kB", f"kept over {FUNCTIONS:,} functions made at run time")


def measure(walker: str) -> tuple[int, int]:
    """Both growths, with one walker."""
    provider = TracerProvider(shutdown_on_exit=False)
    # No budget, so that nothing is thinned out.
    agent.install(provider, settings=Settings(exclude=(str(Path(__file__).resolve().parent),), walker=walker, budget=0))
    seen: list[Any] = [None]
    span = leaf(provider.get_tracer("benchmark"), SpanKind.CLIENT, seen)
    chains = [chain(shape) for shape in SHAPES]

    def spans(count: int) -> None:
        for number in range(count):
            chains[number % len(chains)](span)

    namespace: dict[str, Any] = {}
    exec(compile("def made(leaf):\n    leaf()\n", f"{PROJECT}/made.py", "exec"), namespace)
    code = namespace["made"].__code__
    last = 0

    def functions(count: int) -> None:
        nonlocal last
        for last in range(last + 1, last + count + 1):  # noqa: B020 - counts on
            FunctionType(code.replace(co_firstlineno=last), {"__name__": "made"})(span)

    growths = _growth(spans, SPANS), _growth(functions, FUNCTIONS)
    if seen[0].attributes["code.line.number"] != FUNCTIONS + 1:
        raise SystemExit(f"The last function has the wrong origin: {dict(seen[0].attributes)}")
    status = agent.status()
    if status.failures or status.misses:
        raise SystemExit(f"Not every span got its origin: {status.misses}, {status.failures}")
    return growths


def _growth(do: Callable[[int], None], count: int) -> int:
    do(count // 10)
    before = _resident_kb()
    do(count - count // 10)
    return _resident_kb() - before


def _resident_kb() -> int:
    """At this moment where the system tells, otherwise the most there ever was."""
    gc.collect()
    told = Path("/proc/self/statm")
    if told.exists():
        return int(told.read_text().split()[1]) * resource.getpagesize() // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
    else:
        report(figures)
