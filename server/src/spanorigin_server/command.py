"""The `spanorigin-server` command, and `spanorigin up`: start the server, tell where it is, stop it cleanly.

Everything that can be refused is refused before the port answers, in words and without a traceback. Nothing is started
as a process once the store is open: its engine does not survive a fork (decision 0031).
"""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from spanorigin_server import settings as settings_module
from spanorigin_server.access.opening import certificate_of, check_opening
from spanorigin_server.listening import listening, port_of, side_listening
from spanorigin_server.records import Doors, StartRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from spanorigin_server.settings import Settings
    from spanorigin_server.source.repositories import Repositories
    from spanorigin_server.store.home import Nature

REFUSED: Final = 2
LIFE_COMMANDS: Final = ("backup", "restore", "export", "import", "delete")

# Waits for the address on its input, so that it can be started before the store is open.
_OPENER = "import sys, webbrowser; address = sys.stdin.readline().strip(); address and webbrowser.open(address)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is told to stop; 0 then, 2 when it could not start."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["token"]:
        # `spanorigin token`, for where the `spanorigin` command is not installed.
        from spanorigin_server.access import command as token_command

        return token_command.main(given[1:])
    if given[:1] == ["status"]:
        from spanorigin_server.observation import command as status_command

        return status_command.main(given[1:])
    if given[:1] == ["check-store"]:
        from spanorigin_server.store import command as store_command

        return store_command.main(given[1:])
    if given[:1] and given[0] in LIFE_COMMANDS:
        from spanorigin_server.life import command as life_command

        return life_command.main(given)
    try:
        return _run(settings_module.read(given))
    except StartRefused as refusal:
        print(f"spanorigin: {refusal.message} [{refusal.slug}]", file=sys.stderr)
        return REFUSED


def _run(settings: Settings) -> int:
    _allow_files(settings.connection_limit)
    # The address first: it is the likelier refusal, and opening the store takes a second.
    sockets = listening(settings.host, settings.port)
    check_opening(settings)
    certificate = certificate_of(settings)
    port = sockets[0].getsockname()[1]
    grpc_sockets = side_listening(settings.host, settings.grpc, "OTLP/gRPC", "--grpc-port")
    datadog_sockets = side_listening(settings.host, settings.datadog, "Datadog's tracers", "--datadog-port")
    doors = Doors(port, [socket.getsockname()[:2] for socket in grpc_sockets], port_of(datadog_sockets))
    opener = _opener() if settings.opens_browser else None

    import uvicorn

    from spanorigin_server.access.limits import Limits, protocol_of
    from spanorigin_server.app import application
    from spanorigin_server.store.opening import open_home

    repositories = _repositories(settings)
    engine = open_home(settings.store, settings.data)
    try:
        _check_reading_only(settings, engine.nature)
        stopping = threading.Event()
        app = application(settings, engine, repositories, doors, is_stopping=stopping.is_set)
    except BaseException:
        engine.close()
        raise
    config = uvicorn.Config(
        app,
        ssl_context_factory=None if certificate is None else lambda _config, _default: certificate.context(),
        http=protocol_of(Limits(settings.connection_limit)),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=30,
        lifespan="on",
    )

    class Server(uvicorn.Server):
        """Tells where it is once it answers, and ends with 0 when it was told to stop."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            # Held so far for gRPC, which wants to listen by itself.
            for held in grpc_sockets:
                held.close()
            await super().startup(sockets)
            if self.started:
                _announce(settings, doors, repositories, engine.nature)
                _open_browser(opener, _address(settings, port))

        def handle_exit(self, number: int, frame: FrameType | None) -> None:
            # uvicorn waits for answers to end, and readers who watch would listen on.
            stopping.set()
            super().handle_exit(number, frame)

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            # uvicorn's own raises the signal again once it has stopped, which would end us with its number.
            before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    server = Server(config)
    server.run(sockets=[*sockets, *datadog_sockets])
    return 0 if server.started else 1


def _check_reading_only(settings: Settings, nature: Nature) -> None:
    """Refuse what would change spans that are only read: to do nothing about it without a word is worse."""
    asked = [
        option
        for option, is_asked in (
            ("--keep-days", settings.keep_days),
            ("--keep-gb", settings.keep_bytes),
            ("SPANORIGIN_OWN_SPANS", settings.tells_own_spans),
        )
        if is_asked
    ]
    if asked and not nature.takes_spans:
        raise StartRefused(
            f"{asked[0]} would change the spans of {nature.place}, which are a Collector's and only read here. "
            "Leave it out.",
            slug="store-reads-only",
        )


def _allow_files(connections: int) -> None:
    """Each connection is an open file, and systems commonly allow a process 1024 until it asks for more."""
    import resource

    wanted = connections + 1024  # the store's own
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _repositories(settings: Settings) -> Repositories:
    from spanorigin_server.access import is_loopback
    from spanorigin_server.source.repositories import Repositories

    if settings.repositories is not None:
        return Repositories.at(settings.repositories)
    # To others than this machine, source is shown only where it was asked for.
    return Repositories.around(Path.cwd()) if is_loopback(settings.host) else Repositories()


def _announce(settings: Settings, doors: Doors, repositories: Repositories, nature: Nature) -> None:
    from spanorigin_server.access import is_loopback

    address = _address(settings, doors.port)
    sources = ", ".join(repository["root"] for repository in repositories.listed())
    print(f"spanorigin listens on {address}")
    print(f"  spans    {nature.place}")
    print(f"  source   {sources or 'none: name checkouts with --repo'}")
    if nature.takes_spans:
        _announce_doors(settings, doors, address)
    else:
        print("  send     nothing: these spans come from their Collector, and are only read here")
    sys.stdout.flush()
    if not is_loopback(settings.host) and not settings.is_reached_by_tls:
        print(
            f"spanorigin: WARNING: listening on {settings.host}, which others can reach, without TLS: tokens and spans "
            "can be read on their way. Give --tls-cert, or put a proxy with TLS before it and name that with "
            "--public-url, unless the network is yours. [beyond-loopback]",
            file=sys.stderr,
            flush=True,
        )


def _announce_doors(settings: Settings, doors: Doors, address: str) -> None:
    endpoint = "" if address == "http://localhost:4318" else f"SPANORIGIN_ENDPOINT={address} "
    print(f"  send     {endpoint}spanorigin run -- python app.py")
    print(f"           or any OpenTelemetry SDK: OTEL_EXPORTER_OTLP_ENDPOINT={address}")
    if doors.grpc:
        print(f"           over gRPC: OTEL_EXPORTER_OTLP_ENDPOINT={_address(settings, doors.grpc[0][1])}")
    if doors.datadog_port:
        print(f"           Datadog's tracers: DD_TRACE_AGENT_URL={_address(settings, doors.datadog_port)}")


def _address(settings: Settings, port: int) -> str:
    host = settings.host
    scheme = "http" if settings.certificate is None else "https"
    shown = {"0.0.0.0": "localhost", "::": "localhost", "127.0.0.1": "localhost", "::1": "[::1]"}.get(host, host)
    return f"{scheme}://{f'[{shown}]' if ':' in shown and not shown.startswith('[') else shown}:{port}"


def _opener() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _OPENER],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _open_browser(opener: subprocess.Popen[str] | None, address: str) -> None:
    if opener is not None and opener.stdin is not None:
        with contextlib.suppress(OSError):
            opener.stdin.write(f"{address}\n")
            opener.stdin.close()


if __name__ == "__main__":
    sys.exit(main())
