"""Run the whole demo: the server, the three services of the shop, and traffic. `make demo` calls this.

Prints where to look and where the logs are, and nothing else. Stops everything it started on Ctrl-C, on SIGTERM, after
`--for` seconds, or when one of its programs dies, and then shows the end of that one's log.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SHOP = Path(__file__).resolve().parent
PROJECT = SHOP.parent.parent
USUAL_PORT = 4318
START_LIMIT_S = 60.0
STOP_LIMIT_S = 10.0
# What decides over tracing in the surrounding shell must not decide over the demo.
FOREIGN_SETTINGS = ("OTEL_", "SPANORIGIN_", "DD_")


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

    def stop(self) -> None:
        if self.process.poll() is None:
            self._signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_LIMIT_S)
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # it and all its workers may be gone already
            os.killpg(self.process.pid, number)


def programs(server: str, data: Path, addresses: Mapping[str, str], with_traffic: bool) -> Iterator[Program]:
    """The server, the services in the order in which they need one another, then traffic."""
    port = {name: address.rpartition(":")[2] for name, address in {**addresses, "server": server}.items()}
    databases = {"ORDERS_DATABASE": str(data / "orders.sqlite3"), "ADMIN_DATABASE": str(data / "admin.sqlite3")}
    plain = plain_environment() | databases
    plain |= {f"{name.upper()}_URL": address for name, address in addresses.items()}

    def traced(name: str, folder: Path, command: str, health: str, **more: str) -> Program:
        environment = plain | {
            "OTEL_SERVICE_NAME": name,
            "SPANORIGIN_ENDPOINT": server,
            # Spans are sent every second, not every five: somebody is watching.
            "OTEL_BSP_SCHEDULE_DELAY": "1000",
            # Where it is installed, it would put a second span around each statement that the driver reports already.
            "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "sqlalchemy",
            **more,
        }
        return Program(name, ["spanorigin", "run", "--", *command.split()], folder, environment, health)

    yield Program(
        "server",
        ["spanorigin", "up", "--port", port["server"], "--data", str(data / "spans"), "--repo", str(PROJECT)],
        data,
        plain,
        f"{server}/api/v1/health",
    )
    yield traced(
        "admin",
        SHOP / "admin",
        f"python manage.py runserver --noreload 127.0.0.1:{port['admin']}",
        f"{addresses['admin']}/health",
        DJANGO_SETTINGS_MODULE="backoffice.settings",
    )
    yield traced(
        "orders",
        SHOP / "orders",
        f"gunicorn --bind 127.0.0.1:{port['orders']} ordering:create_app()",
        f"{addresses['orders']}/health",
    )
    yield traced(
        "web",
        SHOP / "web",
        f"uvicorn storefront.main:app --port {port['web']}",
        f"{addresses['web']}/pages/health",
    )
    if with_traffic:
        targets = [part for name, address in addresses.items() for part in (f"--{name}", address)]
        yield Program("traffic", ["python", str(SHOP / "traffic.py"), *targets], data, plain, None)


def plain_environment() -> dict[str, str]:
    """The surrounding environment, this Python's programs first, and nobody else's tracing settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN_SETTINGS)}
    own_programs = str(Path(sys.executable).parent)
    return kept | {"PATH": os.pathsep.join([own_programs, kept.get("PATH", os.defpath)]), "PYTHONUNBUFFERED": "1"}


def fill_databases(program_of: Mapping[str, Program], logs: Path) -> None:
    """Create the tables and rows of both databases, untraced, as a deployment would before it starts a service."""
    steps = (
        ("admin", "python manage.py migrate --verbosity 0"),
        ("admin", "python manage.py stock_shelves"),
        ("orders", "flask --app ordering create-database"),
    )
    for name, command in steps:
        program, log = program_of[name], logs / f"{name}-database.log"
        with log.open("ab") as output:
            done = subprocess.run(
                find(command.split(), program.environment),
                check=False,
                cwd=program.folder,
                env=program.environment,
                stdout=output,
                stderr=output,
            )
        if done.returncode:
            raise DemoError(f"`{command}` failed, so {name} has no data.\n{tail(log)}")


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


def server_port(wanted: int | None, usual: int = USUAL_PORT) -> int:
    """A free port for the server: the one asked for (0: any), or else the usual one, or the next that is free."""
    if wanted is not None:
        if wanted and not is_free(wanted):
            raise DemoError(f"Port {wanted} is in use. Give another with --port, or leave it out to get a free one.")
        return wanted or free_port()
    for port in range(usual, min(usual + 100, 65536)):
        if is_free(port):
            if port != usual:
                print(f"Port {usual} is in use, so this server listens on {port}.", flush=True)
            return port
    return free_port()


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


@contextmanager
def data_folder(kept: Path | None) -> Iterator[Path]:
    """A folder for databases, spans and logs: the user's, or one of our own that goes when the demo ends well."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    folder = Path(tempfile.mkdtemp(prefix="spanorigin-demo-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def run(options: argparse.Namespace, data: Path, everything: list[Running]) -> None:
    """Start all programs, say where they are, and stay until it is time to stop. Fills `everything` as it goes."""
    logs = data / "logs"
    logs.mkdir(exist_ok=True)
    server = f"http://127.0.0.1:{server_port(options.port)}"
    addresses = {name: f"http://127.0.0.1:{free_port()}" for name in ("web", "orders", "admin")}
    planned = list(programs(server, data, addresses, options.traffic))
    program_of = {program.name: program for program in planned}

    print("Starting the server and the shop's three services ...", flush=True)
    everything.append(start(program_of["server"], logs))
    if not (data / "admin.sqlite3").exists():
        fill_databases(program_of, logs)
    wait_until_up(everything[0], everything)
    services_started_at_s = time.time()
    for program in planned[1:]:
        everything.append(start(program, logs))
    for running in everything:
        if running.program.health:
            wait_until_up(running, everything)

    if options.ready_file:
        about = {
            "server": server,
            **addresses,
            "logs": str(logs),
            "pids": {running.program.name: running.process.pid for running in everything},
            "services_started_at_s": services_started_at_s,
        }
        finished = options.ready_file.with_suffix(".part")
        finished.write_text(json.dumps(about))
        finished.replace(options.ready_file)
    print(
        f"\n  web     {addresses['web']}  FastAPI"
        f"\n  orders  {addresses['orders']}  Flask and SQLAlchemy"
        f"\n  admin   {addresses['admin']}  Django"
        f"\n  logs    {logs}"
        f"\n\n  Open    {server}"
        "\n\nPress Ctrl-C to stop everything.",
        flush=True,
    )
    end = time.monotonic() + options.seconds if options.seconds else float("inf")
    while time.monotonic() < end:
        complain_of_the_dead(everything)
        time.sleep(0.2)


def stop_on_signal(number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the demo shop under spanorigin.")
    parser.add_argument("--port", type=int, help=f"port of the server (default: {USUAL_PORT}, or the next free one)")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="keep databases, spans and logs here (default: nowhere)"
    )
    parser.add_argument("--for", type=float, dest="seconds", metavar="S", help="stop after that many seconds")
    parser.add_argument("--no-traffic", action="store_false", dest="traffic", help="send no requests")
    parser.add_argument(
        "--ready-file", type=Path, metavar="FILE", help="write all addresses here once everything is up"
    )
    options = parser.parse_args()

    signal.signal(signal.SIGTERM, stop_on_signal)
    everything: list[Running] = []
    try:
        with data_folder(options.data) as data:
            try:
                with suppress(KeyboardInterrupt):
                    run(options, data, everything)
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                # Callers before those they call, the server last: it takes the spans of their last moments.
                for running in reversed(everything):
                    running.stop()
    except DemoError as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    print("\nStopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
