"""Real Datadog tracers, unmodified, each in an environment of its own, beside a real server of ours.

Run by nox, which makes the environments and names them: `.venv/bin/nox -s ddtrace-4.0.4 ddtrace-4.16.0 dd-trace-js`.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from spanorigin_tests.processes import ServerProcess

HERE = Path(__file__).resolve().parent
Origin = dict[str, Any]

# Without a tracer there is nothing to see here.
collect_ignore = [
    file
    for variable, file in (("TRACER_PYTHON", "test_ddtrace.py"), ("TRACER_NODE_MODULES", "test_dd_trace_js.py"))
    if variable not in os.environ
]


class Traced:
    """What a traced program left behind: its spans as the API tells them, and what it wrote to the terminal."""

    def __init__(self, spans: list[dict[str, Any]], terminal: str) -> None:
        self.spans = spans
        self.terminal = terminal

    def named(self, name: str, resource: str | None = None) -> list[dict[str, Any]]:
        """The spans of that name, oldest first."""
        return [span for span in reversed(self.spans) if span["name"] == name and resource in (None, span["resource"])]


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Traced]]:
    """Runs a program under a tracer that takes our server for its agent, until its spans have come."""
    with ServerProcess(tmp_path_factory.mktemp("spans")) as server:

        def run(command: Sequence[str | Path], span_count: int, **environment: str) -> Traced:
            done = subprocess.run(
                command,
                env={**os.environ, **environment, "DD_TRACE_AGENT_URL": datadog_address(server)},
                cwd=HERE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stdout
            end = time.monotonic() + 20
            while len(spans := server.get("/api/v1/spans?limit=1000")["spans"]) < span_count:
                assert time.monotonic() < end, (spans, done.stdout)
                time.sleep(0.1)
            return Traced(spans, done.stdout)

        yield run


def datadog_address(server: ServerProcess) -> str:
    listeners = server.get("/api/v1/health")["listeners"]
    port = next(listener["port"] for listener in listeners if listener["protocol"] == "Datadog")
    return f"http://127.0.0.1:{port}"


def line_of(file: Path, text: str) -> int:
    """The number of the one line that has this text."""
    (number,) = (number for number, line in enumerate(file.read_text().splitlines(), 1) if text in line)
    return number
