"""What an entry origin adds to a request, and the first sight of a handler: ours beside ddtrace 4.16.0, on one core.

`entry.*` is measured around the handler alone, under the request's span: everything that is installed takes part, from
the span's start over the framework's hook to its end. `entry.flask.*` is a whole request through Flask and its
instrumentation, where the same half microsecond is hard to see, and ddtrace has more spans to write to. `register.*` is
a handler that nobody has seen before: ddtrace rewrites it when it is registered and at its first call; we look at its
source at its first request.
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
RUNS = 5
ROUNDS = 100

Measured = dict[str, float]


def figures() -> Iterator[Figure]:
    """Microseconds a request or a handler, and ratios to the peer's in the same run."""
    commands = {"ours": [sys.executable, "entry_capture.py"]}
    try:
        commands["ddtrace"] = [str(interpreter("ddtrace_entry")), "entry_ddtrace.py"]
    except PeerError as error:
        note(f"entry: no comparison with ddtrace. {error}")
    runs: dict[str, list[Measured]] = {tool: [] for tool in commands}
    for _ in range(RUNS):
        # In turns: what else the machine does then weighs on all alike.
        for tool, command in commands.items():
            runs[tool].append(_measured(command))

    def us(tool: str, *names: str) -> float:
        return round(statistics.median(sum(run[name] for name in names) for run in runs[tool]) / 1000, 2)

    yield Figure("entry.added_us", us("ours", "added"), "us", f"added to a handler's span of {us('ours', 'plain')} us")
    yield Figure("entry.control_us", us("ours", "control"), "us", "the same after uninstall(); noise, if 0 holds")
    yield Figure("entry.flask.added_us", us("ours", "flask"), "us", f"to a request of {us('ours', 'flask_plain')} us")
    yield Figure("entry.flask.control_us", us("ours", "flask_control"), "us", "the same after uninstall()")
    yield Figure("register.first_us", us("ours", "first"), "us", "the first request of a handler, against later ones")
    if "ddtrace" not in runs:
        return
    yield Figure("entry.ddtrace.added_us", us("ddtrace", "added"), "us", f"ddtrace: to {us('ddtrace', 'plain')} us")
    yield Figure("entry.ddtrace.disabled_us", us("ddtrace", "disabled"), "us", "ddtrace: after it was switched off")
    yield Figure("entry.ddtrace.flask.added_us", us("ddtrace", "flask"), "us", "ddtrace: to a whole request")
    yield Figure(
        "register.ddtrace.us", us("ddtrace", "register", "first"), "us", "ddtrace: registering, and first call"
    )

    def ratio(ours: tuple[str, ...], theirs: tuple[str, ...]) -> float:
        pairs = zip(runs["ours"], runs["ddtrace"], strict=True)
        return round(
            statistics.median(
                sum(mine[name] for name in ours) / sum(other[name] for name in theirs) for mine, other in pairs
            ),
            4,
        )

    yield Figure("entry.ratio_to_ddtrace", ratio(("added",), ("added",)), "ratio", "around the handler alone")
    yield Figure("entry.flask.ratio_to_ddtrace", ratio(("flask",), ("flask",)), "ratio", "in a whole request")
    yield Figure(
        "register.ratio_to_ddtrace",
        ratio(("register", "first"), ("register", "first")),
        "ratio",
        "registering a handler and its first request",
    )


def _measured(command: list[str]) -> Measured:
    done = subprocess.run([*command, str(ROUNDS)], capture_output=True, text=True, check=False, cwd=HERE)
    if done.returncode or not done.stdout:
        raise SystemExit(f"{' '.join(command)} failed: {done.stderr[-2000:]}")
    result: Measured = json.loads(done.stdout)
    return result


if __name__ == "__main__":
    note("entry: about 30 seconds")
    report(figures)
