"""The `spanorigin` command: `run`, `doctor` and `capture`, and whatever other distributions register.

A sub-command is a function that takes its arguments and returns the exit code; `spanorigin-server` brings `up`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

import spanorigin
from spanorigin.model import UserError
from spanorigin.settings import Settings, is_enabled, process_environment

GROUP: Final = "spanorigin.commands"
_ELSEWHERE: Final = {"up": ("spanorigin-server", "start the server and its web page")}
"""Commands that people expect, the distribution that brings each, and what it does."""
_USAGE_ERROR, _NOT_EXECUTABLE, _NOT_FOUND = 2, 126, 127


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sub-command that `argv` names, and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    name = arguments.pop(0) if arguments else "--help"
    if name in ("-h", "--help", "help"):
        print(_help())
        return 0
    if name in ("-V", "--version"):
        print(f"spanorigin {spanorigin.__version__}")
        return 0
    try:
        own = _OWN.get(name)
        if own is not None:
            return own[0](arguments)
        registered = _registered().get(name)
        if registered is not None:
            command: Callable[[list[str]], int] = registered.load()
            return command(arguments)
    except UserError as error:
        print(f"spanorigin: {error}", file=sys.stderr)
        return _USAGE_ERROR
    print(f"spanorigin: {_unknown(name)}", file=sys.stderr)
    return _USAGE_ERROR


def run(argv: list[str]) -> int:
    """Start a command with tracing and origins on; this process becomes it. Returns only when it cannot be started."""
    parser = argparse.ArgumentParser(
        prog="spanorigin run",
        usage="spanorigin run [--service NAME] [--endpoint ADDRESS] [--] COMMAND [ARGUMENT ...]",
        description="Start a command with OpenTelemetry and code origins on, in it and in the processes it starts.",
        epilog="Example: spanorigin run -- flask --app shop run --debug",
    )
    parser.add_argument("--service", metavar="NAME", help="service name (default: OTEL_SERVICE_NAME, else a guess)")
    parser.add_argument("--endpoint", metavar="ADDRESS", help="where to send spans (default: http://localhost:4318)")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND", help="what to start")
    options = parser.parse_args(argv)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("there is no command to start. Give one after --, as in: spanorigin run -- python app.py")
    environ = dict(process_environment())
    if options.service:
        environ["OTEL_SERVICE_NAME"] = options.service
    if options.endpoint:
        environ["SPANORIGIN_ENDPOINT"] = options.endpoint
        for variable in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
            environ.pop(variable, None)
    program = shutil.which(command[0], path=environ.get("PATH"))
    if program is None:
        return _not_startable(command[0])
    if is_enabled(environ, default=True):
        environ = _prepared(command, environ)
    return _become(program, command, environ)


def doctor(argv: list[str]) -> int:
    """Print what the agent does and why. Returns 0 when nothing is wrong, 1 when there are problems."""
    from spanorigin.doctor import command

    return command.doctor(argv)


def capture(argv: list[str]) -> int:
    """Turn capture on or off in running processes. Returns 0 when it was done, 1 when a variable forbids it."""
    from spanorigin.doctor import command

    return command.capture(argv)


_OWN: Final[Mapping[str, tuple[Callable[[list[str]], int], str]]] = {
    "run": (run, "start a command with tracing and code origins on"),
    "doctor": (doctor, "say what is on and why, and what is missing, here or in a running process"),
    "capture": (capture, "turn capture on or off in a running process"),
}


def _prepared(command: Sequence[str], environ: dict[str, str]) -> dict[str, str]:
    """The child's variables; says on stderr what will be missing from its spans."""
    from spanorigin import doctor, instrumentations, launch

    child = launch.child_environment(command, environ, Settings.from_environment(environ), Path.cwd())
    # exec keeps the process id, so the child knows by it that it is the one that was asked for.
    child[launch.RUN_PID] = str(os.getpid())
    place = instrumentations.environment_of(command, environ.get("PATH"))
    if place is not None:
        installed = instrumentations.installed_versions(place[1])
        if instrumentations.AUTO_INSTRUMENTATION not in installed:
            _tell(
                "no spans from this program, because OpenTelemetry's auto-instrumentation, which makes them, is not "
                "installed. Install it: pip install 'spanorigin[run]' [auto-instrumentation-missing]"
            )
        elif launch.sends_otlp_over_http(child) and instrumentations.EXPORTER not in installed:
            _tell(
                "spans will go nowhere, because the exporter that sends them over HTTP is not installed. "
                "Install it: pip install 'spanorigin[run]' [exporter-missing]"
            )
            child["OTEL_TRACES_EXPORTER"] = "none"
        found = instrumentations.libraries(installed)
        lacking = instrumentations.missing(found)
        if lacking:
            names = ", ".join(dict.fromkeys(library.label for library in lacking))
            _tell(
                f"no spans from {names}, because their instrumentations are not installed. Install them: "
                f"{doctor.install_command(lacking)} [instrumentation-missing]"
            )
        for library in instrumentations.unserved(found):
            _tell(
                f"no spans from {library.label} {library.version}, because its instrumentation takes only "
                f"{library.supported}. Install such a version, or do without. [library-version-not-served]"
            )
    endpoint = launch.endpoint_of(child)
    if launch.sends_otlp_over_http(child) and not doctor.answers(endpoint).accepted:
        _tell(
            f"nothing answers at {endpoint} yet. The program runs all the same, and what it sends meanwhile is lost. "
            "Start the server: spanorigin up [endpoint-not-answering]"
        )
    return child


def _become(program: str, command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Replace this process, so that signals, terminal and exit code are the program's own.

    Returns an exit code where that fails.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execve(program, [command[0], *command[1:]], dict(environ))  # noqa: S606 - the user's own command
    except OSError as error:
        print(
            f"spanorigin: {program} cannot be started: {error.strerror}. "
            "Check that it is a program for this machine. [command-not-startable]",
            file=sys.stderr,
        )
        return _NOT_EXECUTABLE


def _not_startable(name: str) -> int:
    path = Path(name)
    if path.is_file() and not os.access(path, os.X_OK):
        with_python = f"python {name}" if path.suffix == ".py" else f"sh {name}"
        words = f"{name} is not executable. Start it with its interpreter (spanorigin run -- {with_python})"
        print(f"spanorigin: {words}, or make it executable. [command-not-startable]", file=sys.stderr)
        return _NOT_EXECUTABLE
    print(
        f"spanorigin: there is no command {name!r} on the PATH. "
        "Check the spelling, or activate the environment that it is installed in. [command-not-found]",
        file=sys.stderr,
    )
    return _NOT_FOUND


def _registered() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _unknown(name: str) -> str:
    if name in _ELSEWHERE:
        distribution, purpose = _ELSEWHERE[name]
        return (
            f"`{name}` would {purpose}, but {distribution}, which brings it, is not installed here. "
            f"Install it: pip install {distribution} [command-not-installed]"
        )
    import difflib

    known = [*_OWN, *_registered()]
    near = difflib.get_close_matches(name, known, 1)
    advice = f"Did you mean `spanorigin {near[0]}`?" if near else f"There are: {', '.join(known)}."
    return f"there is no command {name!r}. {advice} `spanorigin --help` says more. [unknown-command]"


def _help() -> str:
    commands = {name: purpose for name, (_, purpose) in _OWN.items()}
    for name, entry in sorted(_registered().items()):
        distribution = entry.dist.name if entry.dist is not None else entry.module
        commands[name] = _ELSEWHERE[name][1] if name in _ELSEWHERE else f"from {distribution}"
    for name, (distribution, purpose) in _ELSEWHERE.items():
        commands.setdefault(name, f"{purpose} (needs {distribution})")
    width = max(map(len, commands))
    rows = "\n".join(f"  {name:<{width}}  {purpose}" for name, purpose in commands.items())
    return (
        "usage: spanorigin COMMAND [ARGUMENT ...]\n\n"
        "The line of your own code that each OpenTelemetry span comes from.\n\n"
        f"commands:\n{rows}\n\n"
        "`spanorigin COMMAND --help` says more of one. `spanorigin --version` prints the version."
    )


def _tell(words: str) -> None:
    print(f"spanorigin: {words}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
