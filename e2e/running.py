"""Start what the tests look at: the demo as `make demo` does, servers on their own, requests with known trace ids."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from .asking import Server
from .expected import PROJECT, SHOP

# Of several programs in a row, on a machine that has other things to do. One that ends meanwhile is noticed at once.
START_LIMIT_S = 300.0
STOP_LIMIT_S = 120.0
# The shop's slow carrier takes 1.5 s, and a quick one must not seem slow on a slow machine.
PATIENT = {"CARRIER_PATIENCE_S": "1.4"}


@dataclass(slots=True)
class Process:
    """A program under test and everything it printed."""

    process: subprocess.Popen[str]
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        """Ask it to stop, and give its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"It did not stop when asked.\n{self.output}") from None


@dataclass(slots=True)
class Demo:
    """The running demo: addresses by service, process ids by program, where its logs are."""

    running: Process
    server: Server
    addresses: dict[str, str]
    pids: dict[str, int]
    logs: Path
    services_started_at_s: float


def start(command: Sequence[str], log: Path, cwd: Path = PROJECT) -> Process:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=cwd,
            env=os.environ | PATIENT,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            text=True,
        )
    return Process(process, log)


def start_demo(folder: Path, *arguments: str) -> Demo:
    """`examples/shop/demo.py` on free ports; comes back when it says that everything is up."""
    ready = folder / "ready.json"
    demo = start([str(SHOP / "demo.py"), "--port", "0", "--ready-file", str(ready), *arguments], folder / "demo.log")
    wait_for(ready.exists, demo, "the demo")
    about = json.loads(ready.read_text())
    addresses = {name: about[name] for name in ("web", "orders", "admin")}
    return Demo(
        running=demo,
        server=Server(about["server"]),
        addresses=addresses,
        pids=about["pids"],
        logs=Path(about["logs"]),
        services_started_at_s=about["services_started_at_s"],
    )


def start_server(folder: Path, *arguments: str, cwd: Path = PROJECT) -> tuple[Process, Server]:
    """`spanorigin up` alone, on a free port and an empty data folder. The checkout that `cwd` lies in is its code."""
    port = free_port()
    command = ["-m", "spanorigin_server.command", "--port", str(port), "--data", str(folder / "spans"), *arguments]
    running = start(command, folder / "server.log", cwd)
    server = Server(f"http://127.0.0.1:{port}")
    wait_for(server.is_up, running, "the server")
    return running, server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition: Callable[[], bool], running: Process, name: str) -> None:
    end = time.monotonic() + START_LIMIT_S
    while not condition():
        if running.process.poll() is not None:
            raise AssertionError(f"{name} ended while it was to start.\n{running.output}")
        if time.monotonic() > end:
            running.stop()
            raise AssertionError(f"{name} did not start within {START_LIMIT_S:.0f} s.\n{running.output}")
        time.sleep(0.1)


def is_running(pid: int) -> bool:
    """Whether a process of that id runs. One that ended and waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def visit_each_once(visits, addresses: dict[str, str]) -> dict[str, str]:
    """Make each visit in a trace of our own; give trace ids by name. All must be answered as they should."""
    traces, surprises = {}, []
    with httpx.Client(timeout=120) as client:
        for visit in visits:
            traces[visit.name] = trace_id = secrets.token_hex(16)
            headers = {**visit.headers, "traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
            url = addresses[visit.service] + visit.path
            answer = client.request(visit.method, url, json=visit.body, headers=headers)
            if answer.status_code != visit.answer:
                surprises.append(f"{visit.name}: {answer.status_code} instead of {visit.answer}: {answer.text[:300]}")
    assert not surprises, "\n".join(surprises)
    return traces
