"""Programs that the demo starts: start, wait until up, notice the dead, stop. Asked by `demo.py` alone."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

START_LIMIT_S = 60.0
STOP_LIMIT_S = 10.0


class DemoError(Exception):
    """The demo cannot start or go on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Program:
    """Something the demo starts: how, where, and the address that answers once it is up (None: nothing to wait for)."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    health: str | None


@dataclass(slots=True)
class Running:
    """A started program. It leads its own process group, so that workers it starts are stopped with it."""

    program: Program
    process: subprocess.Popen[bytes]
    log: Path

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self._signal(signal.SIGTERM)

    def wait_until_stopped(self) -> None:
        """Come back when it and its workers are gone, by force if it takes too long."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_LIMIT_S)
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # it and all its workers may be gone already
            os.killpg(self.process.pid, number)


def start(program: Program, logs: Path) -> Running:
    log = logs / f"{program.name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            find(program.command, program.environment),
            cwd=program.folder,
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(program, process, log)


def find(command: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """`command` with its program's full path: an application's own PATH is looked through, not the demo's."""
    path = shutil.which(command[0], path=environment["PATH"])
    if path is None:
        raise DemoError(
            f"There is no program `{command[0]}` beside {sys.executable}, and the demo needs it. "
            "Run `make demo`, which installs everything, or install examples/shop/requirements.txt, spanorigin and "
            "spanorigin-server into this Python."
        )
    return [path, *command[1:]]


def wait_until_up(running: Running, everything: Sequence[Running]) -> None:
    assert running.program.health is not None
    end = time.monotonic() + START_LIMIT_S
    while time.monotonic() < end:
        complain_of_the_dead(everything)
        try:
            with urllib.request.urlopen(running.program.health, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise DemoError(f"{running.program.name} did not come up within {START_LIMIT_S:.0f} s.\n{tail(running.log)}")


def complain_of_the_dead(everything: Sequence[Running]) -> None:
    """Raise a DemoError when a program has ended that should not have. Traffic may: it is bounded."""
    for running in everything:
        status = running.process.poll()
        if status is not None and not (running.program.name == "traffic" and status == 0):
            raise DemoError(f"{running.program.name} ended by itself with status {status}.\n{tail(running.log)}")


def tail(log: Path, lines: int = 20) -> str:
    text = log.read_text(errors="replace").splitlines()[-lines:]
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in text or ["(it is empty)"])])


def stop(everything: Sequence[Running]) -> None:
    """Stop all programs, the server last: it takes the spans of the others' last moments."""
    server, others = everything[:1], everything[1:]
    for group in (others, server):
        for running in group:
            running.ask_to_stop()
        for running in group:
            running.wait_until_stopped()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
