"""What an exit origin adds to a span: ours beside AWS ADOT 0.18.0 and ddtrace 4.0.4, in turns on one core.

`exit.*` is the agent as it is installed here, with the walker that this interpreter gets; `exit.python.*` is the same
with the walker in Python, which every interpreter has; `exit.python_one.*` that one for one frame, as ADOT does it.

`python benchmarks/exit_origin.py` prints figures; `run.py` holds them against budgets.yaml. Each peer has an
environment of its own, made on first use (peers.py), which needs an index then; without it the figures that need the
peer are left out and said to be missing. Not like for like: ours and ddtrace's carry up to 8 frames, ADOT's one; and
ddtrace, whose 4.0.4 was the last release with exit origins, puts them on spans of its own.
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
OURS = {"auto": "exit", "python": "exit.python", "python_one": "exit.python_one"}
PEERS = {"adot": "ADOT's {us:.1f} us for one frame", "ddtrace": "ddtrace 4.0.4's {us:.1f} us for up to eight frames"}
RUNS = 5
ROUNDS = 120

Measured = dict[str, dict[str, float]]


def figures() -> Iterator[Figure]:
    """Added microseconds by shape, the ratio to the peer's, and the share of a plain span."""
    interpreters = {tool: Path(sys.executable) for tool in OURS}
    for peer in PEERS:
        try:
            interpreters[peer] = interpreter(peer)
        except PeerError as error:
            note(f"exit_origin: no comparison with {peer}. {error}")
    runs: dict[str, list[Measured]] = {tool: [] for tool in interpreters}
    for _ in range(RUNS):
        # In turns: what else the machine does then weighs on all alike.
        for tool, python in interpreters.items():
            runs[tool].append(_measured(python, tool))
    for tool, prefix in OURS.items():
        for shape in runs[tool][0]:
            yield from _of_shape(tool, prefix, shape, runs)


def _measured(python: Path, tool: str) -> Measured:
    script = ["exit_capture_ddtrace.py"] if tool == "ddtrace" else ["exit_capture.py", tool]
    done = subprocess.run([python, *script, str(ROUNDS)], capture_output=True, text=True, check=False, cwd=HERE)
    if done.returncode or not done.stdout:
        raise SystemExit(f"{' '.join(script)} failed: {done.stderr[-2000:]}")
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
    for peer, theirs in PEERS.items():
        if shape in runs.get(peer, [{}])[0]:
            # Run by run, since both sides of a ratio should have met the same weather.
            ratio = statistics.median(
                one[shape]["added"] / other[shape]["added"] for one, other in zip(runs[tool], runs[peer], strict=True)
            )
            what = f"ours to {theirs.format(us=median_us(peer, 'added'))}"
            yield Figure(f"{prefix}.ratio_to_{peer}[{shape}]", round(ratio, 4), "ratio", what)


if __name__ == "__main__":
    report(figures)
