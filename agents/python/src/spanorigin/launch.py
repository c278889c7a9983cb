"""Work out the environment in which `spanorigin run` starts a command.

Used by `command`, and by `doctor` to say what a command would get. Pure: takes variables, gives variables. All that
children and grandchildren need travels in them, so a reloader, a worker or a spawned process is traced like the first.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from spanorigin.autoload import DEFERRED
from spanorigin.model import SettingError
from spanorigin.settings import Settings

STARTUP: Final = str(Path(__file__).parent / "startup")
"""The folder whose sitecustomize Python runs as it starts."""
RUN_PID: Final = "SPANORIGIN_RUN_PID"
_DISABLED: Final = "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"
_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_TIMEOUTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")

_PYTHON: Final = re.compile(r"python(\d+(\.\d+)*)?(\.exe)?|pypy\d*|py")
_LAUNCHERS: Final = frozenset(
    {"flask", "uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "celery", "fastapi", "waitress-serve", "uwsgi"}
)
# An application as servers take it: `shop.main:app`, `shop.wsgi`, `main.py`.
_APPLICATION: Final = re.compile(r"(?P<module>[A-Za-z_][\w.]*)(?::[A-Za-z_][\w.()]*)?")
_APPLICATION_OPTIONS: Final = frozenset({"--app", "-A"})
_OPTIONS_WITH_APPLICATION: Final = frozenset({"flask", "celery"})
# Names that say nothing about the service; then the folder says more.
_GENERIC: Final = frozenset(
    {"app", "main", "manage", "run", "server", "serve", "wsgi", "asgi", "api", "application", "index", "start", "src"}
    | {"__main__", "__init__", "config", "dev"}
)


def child_environment(
    command: Sequence[str], environ: Mapping[str, str], settings: Settings, folder: Path
) -> dict[str, str]:
    """`environ` with what the command needs to be traced; what the user set already stays.

    `folder` is the working directory. Raises SettingError for an endpoint that is no address.
    """
    child = dict(environ)
    child["SPANORIGIN_ENABLED"] = "true"
    rest = [entry for entry in environ.get("PYTHONPATH", "").split(os.pathsep) if entry and entry != STARTUP]
    child["PYTHONPATH"] = os.pathsep.join([STARTUP, *rest])
    if service_is_unnamed(environ):
        child["OTEL_SERVICE_NAME"] = environ.get("DD_SERVICE", "").strip() or service_name(command, environ, folder)
    _default(child, ("OTEL_TRACES_EXPORTER",), "otlp")
    _default(child, ("OTEL_METRICS_EXPORTER",), "none")
    _default(child, ("OTEL_LOGS_EXPORTER",), "none")
    _default(child, _PROTOCOLS, "http/protobuf")
    if not endpoint_of(environ):
        child[_ENDPOINTS[-1]] = checked_endpoint(settings)
        # A last try at exit keeps the program alive that long where no server runs; the SDK's 10 s are for networks.
        _default(child, _TIMEOUTS, "3")
    # Someone is looking at a page and waits for the span; the SDK's 5 s is for production.
    _default(child, ("OTEL_BSP_SCHEDULE_DELAY",), "1000")
    _defer_django(child)
    return child


def checked_endpoint(settings: Settings) -> str:
    """The endpoint that the settings name. Raises SettingError when it is no address."""
    try:
        parts = urlsplit(settings.endpoint)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise SettingError(
            f"SPANORIGIN_ENDPOINT is {settings.endpoint!r}, but spans are sent by OTLP over HTTP. "
            "Give an address such as http://localhost:4318, or unset it.",
            slug="endpoint-not-an-address",
        )
    return settings.endpoint


def endpoint_of(child: Mapping[str, str]) -> str:
    """Where a child with these variables sends its spans."""
    return next((child[variable] for variable in _ENDPOINTS if child.get(variable, "").strip()), "")


def sends_otlp_over_http(child: Mapping[str, str]) -> bool:
    """Whether a child with these variables needs the OTLP/HTTP exporter."""
    exporters = child.get("OTEL_TRACES_EXPORTER", "").split(",")
    protocol = next((child[variable] for variable in _PROTOCOLS if child.get(variable, "").strip()), "")
    return "otlp_proto_http" in exporters or ("otlp" in exporters and protocol.startswith("http"))


def service_is_unnamed(environ: Mapping[str, str]) -> bool:
    """Whether neither OTEL_SERVICE_NAME nor OTEL_RESOURCE_ATTRIBUTES names the service."""
    pairs = environ.get("OTEL_RESOURCE_ATTRIBUTES", "").split(",")
    in_attributes = any(pair.partition("=")[0].strip() == "service.name" for pair in pairs)
    return not environ.get("OTEL_SERVICE_NAME", "").strip() and not in_attributes


def service_name(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> str:
    """A name for the service out of its command: the script or application; where that says nothing, its folder."""
    words = list(command)
    program = Path(words[0]).name if words else ""
    words = words[1:]
    if _PYTHON.fullmatch(program):
        while words and words[0].startswith("-") and words[0] not in ("-m", "-c"):
            words = words[2:] if words[0] in ("-W", "-X") else words[1:]
        if words[:1] == ["-c"] or not words:
            return _folder_name(folder)
        if words[0] != "-m":
            script = folder / words[0]
            return script.stem if script.stem not in _GENERIC else _folder_name(script.parent)
        program, words = (words[1].split(".", 1)[0] if len(words) > 1 else ""), words[2:]
    if program.endswith(".py"):
        script = folder / command[0]
        return script.stem if script.stem not in _GENERIC else _folder_name(script.parent)
    if program in _LAUNCHERS:
        program = _application(program, words, environ) or ""
    return program if program and program not in _GENERIC else _folder_name(folder)


def _application(launcher: str, words: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """The package of the application that a server or a task runner is told to run."""
    named = None
    if launcher in _OPTIONS_WITH_APPLICATION:
        for word, following in zip(words, [*words[1:], ""], strict=True):
            option, _, value = word.partition("=")
            if option in _APPLICATION_OPTIONS:
                named = value or following
        named = named or (environ.get("FLASK_APP") if launcher == "flask" else None)
    else:
        # The application is the word with a colon; an address has one too, but begins with a digit.
        candidates = [word for word in words if ":" in word and _APPLICATION.fullmatch(word)]
        plain = [word for word in words[-1:] if _APPLICATION.fullmatch(word)]
        named = next(iter(candidates or plain), None)
    if not named:
        return None
    module = Path(named.partition(":")[0].removesuffix(".py")).name
    return next((part for part in module.split(".") if part not in _GENERIC), None)


def _folder_name(folder: Path) -> str:
    return folder.absolute().name or "app"


def _default(child: dict[str, str], variables: Sequence[str], value: str) -> None:
    """Set the last of `variables`, unless one of them has a value."""
    if not any(child.get(variable, "").strip() for variable in variables):
        child[variables[-1]] = value


def _defer_django(child: dict[str, str]) -> None:
    """Have `autoload` instrument Django later than OpenTelemetry would, unless the user wants it left out."""
    disabled = [name.strip() for name in child.get(_DISABLED, "").split(",") if name.strip()]
    if "*" not in disabled and "django" not in disabled:
        child[_DISABLED] = ",".join([*disabled, "django"])
        child[DEFERRED] = "django"
