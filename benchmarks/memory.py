"""What the agent keeps of functions that a program makes as it runs: 100,000 of them, each with its own origin."""

from __future__ import annotations

import gc
import resource
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

from figures import Figure, report
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind
from spanorigin import agent
from spanorigin.settings import Settings
from stacks import PROJECT, leaf

FUNCTIONS = 100_000


def figures() -> Iterator[Figure]:
    """Growth of the resident memory in kB between 10 % and 100 % of the functions."""
    provider = TracerProvider(shutdown_on_exit=False)
    agent.install(provider, settings=Settings(exclude=(str(Path(__file__).resolve().parent),)))
    seen: list[Any] = [None]
    span = leaf(provider.get_tracer("benchmark"), SpanKind.CLIENT, seen)
    namespace: dict[str, Any] = {}
    exec(compile("def made(leaf):\n    leaf()\n", f"{PROJECT}/made.py", "exec"), namespace)
    code = namespace["made"].__code__

    def made(numbers: range) -> int:
        for number in numbers:
            FunctionType(code.replace(co_firstlineno=number + 1), {"__name__": "made"})(span)
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before = made(range(FUNCTIONS // 10))
    after = made(range(FUNCTIONS // 10, FUNCTIONS))
    if seen[0].attributes["code.line.number"] != FUNCTIONS + 1:
        raise SystemExit(f"The last function has the wrong origin: {dict(seen[0].attributes)}")
    yield Figure("memory.growth_kb", after - before, "kB", f"kept over {FUNCTIONS:,} functions made at run time")


if __name__ == "__main__":
    report(figures)
