"""What an exit origin adds to a span: ours beside AWS ADOT 0.18.0, in turns on one core.

`exit.*` is the agent as it is installed here, with the walker that this interpreter gets; `exit.python.*` is the same
with the walker in Python, which every interpreter has.

`python benchmarks/exit_origin.py` prints figures; `run.py` holds them against budgets.yaml. The peer has an
environment of its own, made on first use (peers.py), which needs an index then; without it the figures that need the
peer are left out and said to be missing. Not like for like in one respect: ours carries up to 8 frames, ADOT one.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, note, report
from peers import PeerError, interpreter

HERE = Path(__file__).resolve().parent
OURS = {"auto": "exit", "python": "exit.python"}
RUNS = 5
ROUNDS = 120

Measured = dict[str, dict[str, float]]


def figures() -> Iterator[Figure]:
    """Added microseconds by shape, the ratio to the peer's, and the share of a plain span."""
    interpreters = {tool: Path(sys.executable) for tool in OURS}
    try:
        interpreters["adot"] = interpreter("adot")
    except PeerError as error:
        note(f"exit_origin: no comparison with ADOT. {error}")
    runs: dict[str, list[Measured]] = {tool: [] for tool in interpreters}
    for _ in range(RUNS):
        # In turns: what else the machine does then weighs on all alike.
        for tool, python in interpreters.items():
            runs[tool].append(_measured(python, tool))
    for tool, prefix in OURS.items():
        for shape in runs[tool][0]:
            yield from _of_shape(tool, prefix, shape, runs)


def _measured(python: Path, tool: str) -> Measured:
    command = [python, HERE / "exit_capture.py", tool, str(ROUNDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE)
    if done.returncode:
        raise SystemExit(f"exit_capture.py {tool} failed: {done.stderr[-2000:]}")
    result: Measured = json.loads(done.stdout)
    return result


def _of_shape(tool: str, prefix: str, shape: str, runs: dict[str, list[Measured]]) -> Iterator[Figure]:
    def median_us(measured: str, what: str) -> float:
        return statistics.median(run[shape][what] for run in runs[measured]) / 1000

    ours, plain = median_us(tool, "added"), median_us(tool, "plain")
    yield Figure(f"{prefix}.added_us[{shape}]", round(ours, 2), "us", "added to a client span by its exit origin")
    yield Figure(
        f"{prefix}.share[{shape}]", round(ours / plain, 3), "ratio", f"of a plain client span ({plain:.1f} us)"
    )
    if shape in runs.get("adot", [{}])[0]:
        theirs = median_us("adot", "added")
        # Run by run, since both sides of a ratio should have met the same weather.
        ratio = statistics.median(
            one[shape]["added"] / other[shape]["added"] for one, other in zip(runs[tool], runs["adot"], strict=True)
        )
        what = f"ours to ADOT's {theirs:.1f} us for one frame"
        yield Figure(f"{prefix}.ratio_to_adot[{shape}]", round(ratio, 3), "ratio", what)


if __name__ == "__main__":
    report(figures)
