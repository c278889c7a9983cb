"""Run the whole demo: the server, the three services of the shop, and traffic. `make demo` calls this.

Prints where to look and where the logs are, and nothing else. Stops everything it started on Ctrl-C, on SIGTERM, after
`--for` seconds, or when one of its programs dies, and then shows the end of that one's log.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from processes import (
    DemoError,
    Program,
    Running,
    complain_of_the_dead,
    find,
    free_port,
    is_free,
    start,
    stop,
    tail,
    wait_until_up,
)

SHOP = Path(__file__).resolve().parent
PROJECT = SHOP.parent.parent
USUAL_PORT = 4318
# What decides over tracing in the surrounding shell must not decide over the demo.
FOREIGN_SETTINGS = ("OTEL_", "SPANORIGIN_", "DD_")


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


@contextmanager
def data_folder(kept: Path | None) -> Iterator[Path]:
    """A folder for databases, spans and logs: the user's, or one of our own that goes when the demo ends well."""
    if kept is not None:
        try:
            (kept / "logs").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DemoError(f"{kept} cannot be used: {error.strerror}. Name a folder that can be written.") from None
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
                stop(everything)
    except DemoError as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    print("\nStopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
