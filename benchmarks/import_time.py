"""What importing and installing the agent costs at the start of a program, beyond OpenTelemetry's own import.

Children of our own interpreter, with and without the agent, in turns; medians of CPU time. The folder of compiled
files is warm, as in every start but the first.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator

from figures import Figure, report

RUNS = 15

_CLOCK = "import time; began = time.process_time()\n"
_TELL = "\nprint((time.process_time() - began) * 1e3)"
_SDK = "from opentelemetry.sdk.trace import TracerProvider\nprovider = TracerProvider()\n"
PROGRAMS = {
    "face": _CLOCK + "import spanorigin" + _TELL,
    "agent": _SDK + _CLOCK + "import spanorigin.agent" + _TELL,
    "install": _SDK + "import spanorigin.agent\n" + _CLOCK + "spanorigin.install(provider)" + _TELL,
}


def figures() -> Iterator[Figure]:
    """Milliseconds of each step."""
    taken: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(RUNS):
        for name, program in PROGRAMS.items():
            done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
            taken[name].append(float(done.stdout))
    ms = {name: statistics.median(values) for name, values in taken.items()}
    yield Figure("import.face_ms", round(ms["face"], 2), "ms", "import spanorigin")
    yield Figure("import.agent_ms", round(ms["agent"], 2), "ms", "import of the whole agent after OpenTelemetry's SDK")
    yield Figure("import.install_ms", round(ms["install"], 2), "ms", "spanorigin.install() after that")


if __name__ == "__main__":
    report(figures)
