"""What capture adds to the CPU of a whole request: Flask, SQLAlchemy, four exits, sent over HTTP; beside ddtrace 4.0.4.

Each tool runs the same shop in a process of its own, on one core, with its own instrumentations and its own exporter,
which sends to a server that drops what it gets. Capture is switched between blocks of requests, in random order, by the
tool's own means; every round has one block with it and two without. CPU is that of all threads, the exporter's too. A
value is the median over rounds of (with - without) / without, where without is the mean of the round's two blocks;
`control` is the one block without against the other, and says how far to believe it.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from figures import Figure, note, report
from peers import PeerError, interpreter

HERE = Path(__file__).resolve().parent
PROCESSES = 4
ROUNDS = 16
TOOLS = {"request": "request_capture.py", "request.ddtrace": "request_ddtrace.py"}
"""The prefix of the figures, and who takes them."""

Blocks = dict[str, list[float]]


def figures() -> Iterator[Figure]:
    """Shares of a request's CPU."""
    pythons = {"request": Path(sys.executable)}
    try:
        pythons["request.ddtrace"] = interpreter("ddtrace_request")
    except PeerError as error:
        note(f"request: no comparison with ddtrace. {error}")
    taken: dict[str, Blocks] = {tool: {} for tool in pythons}
    for _ in range(PROCESSES):
        # In turns: what else the machine does then weighs on both alike.
        for tool, python in pythons.items():
            for variant, blocks in _measured(python, TOOLS[tool]).items():
                taken[tool].setdefault(variant, []).extend(blocks)
    for tool, blocks in taken.items():
        yield from _of(tool, blocks)


def _measured(python: Path, script: str) -> Blocks:
    with _sink() as (port, arrived):
        done = subprocess.run(
            [python, script, str(port), str(ROUNDS)], capture_output=True, text=True, check=False, cwd=HERE
        )
        if done.returncode or not done.stdout:
            raise SystemExit(f"{script} failed: {done.stderr[-2000:]}")
        result: Blocks = json.loads(done.stdout)
    if arrived[0] < 100_000:
        raise SystemExit(f"{script} sent {arrived[0]} bytes: its spans did not arrive.")
    return result


@contextmanager
def _sink() -> Iterator[tuple[int, list[int]]]:
    """Somewhere to send spans to: its port, and, once it has ended, how many bytes came."""
    arrived: list[int] = []
    with subprocess.Popen(
        [sys.executable, "request_sink.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE
    ) as sink:
        assert sink.stdin is not None
        assert sink.stdout is not None
        try:
            yield int(sink.stdout.readline()), arrived
        finally:
            sink.stdin.close()
            arrived.append(int(sink.stdout.readline() or 0))


def _of(tool: str, blocks: Blocks) -> Iterator[Figure]:
    rounds = list(zip(blocks["off"], blocks["on"], blocks["off again"], strict=True))
    without = [(first + second) / 2 for first, _, second in rounds]
    added = [on - off for (_, on, _), off in zip(rounds, without, strict=True)]
    shares = [more / off for more, off in zip(added, without, strict=True)]
    controls = [second / first - 1 for first, _, second in rounds]
    yield Figure(f"{tool}.cpu_us", round(statistics.median(without), 1), "us", "CPU of a request without capture")
    yield Figure(f"{tool}.added_us", round(statistics.median(added), 2), "us", "added by capture, export included")
    what = f"added by capture; the middle half of {len(rounds)} rounds: {_middle(shares)}"
    yield Figure(f"{tool}.added_share", round(statistics.median(shares), 4), "ratio", what)
    yield Figure(
        f"{tool}.control", round(statistics.median(controls), 4), "ratio", "without against without; 0 if nothing errs"
    )


def _middle(values: list[float]) -> str:
    low, _, high = statistics.quantiles(values, n=4)
    return f"{low:+.3f} to {high:+.3f}"


if __name__ == "__main__":
    note("request: about 90 seconds")
    report(figures)
