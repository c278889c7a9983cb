"""The server's settings: command-line options over environment variables over defaults, read once, frozen.

Called by `command`. Each variable has a row in contract/settings.yaml; a test compares the two.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from spanorigin_server.records import StartRefused

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    default: str | None
    minimum: int | None = None
    maximum: int | None = None


VARIABLES: Final = {
    variable.name: variable
    for variable in (
        Variable("SPANORIGIN_DATA", "~/.spanorigin"),
        Variable("SPANORIGIN_STORE", ""),
        Variable("SPANORIGIN_HOST", "127.0.0.1"),
        Variable("SPANORIGIN_PORT", "4318", minimum=0, maximum=65535),
        Variable("SPANORIGIN_GRPC_PORT", "4317", minimum=0, maximum=65535),
        Variable("SPANORIGIN_DATADOG_PORT", "8126", minimum=0, maximum=65535),
        Variable("SPANORIGIN_MAX_BODY_MB", "32", minimum=1, maximum=1024),
        Variable("SPANORIGIN_REPOSITORIES", ""),
        Variable("SPANORIGIN_GIT_CREDENTIALS_FILE", ""),
        Variable("SPANORIGIN_GIT_CREDENTIALS", ""),
        Variable("SPANORIGIN_AUTH", "False"),
        Variable("SPANORIGIN_PUBLIC_URL", ""),
        Variable("SPANORIGIN_TOKEN", ""),
        Variable("SPANORIGIN_KEEP_DAYS", "0", minimum=0, maximum=36500),
        Variable("SPANORIGIN_KEEP_GB", "0", minimum=0, maximum=1_000_000),
        Variable("SPANORIGIN_MIN_FREE_MB", "512", minimum=0, maximum=1_000_000_000),
        Variable("SPANORIGIN_TLS_CERT", ""),
        Variable("SPANORIGIN_TLS_KEY", ""),
        Variable("SPANORIGIN_OIDC_ISSUER", ""),
        Variable("SPANORIGIN_OIDC_CLIENT_ID", ""),
        Variable("SPANORIGIN_OIDC_CLIENT_SECRET", ""),
        Variable("SPANORIGIN_OIDC_SCOPES", "openid profile email"),
        Variable("SPANORIGIN_OIDC_ROLE_CLAIM", "groups"),
        Variable("SPANORIGIN_OIDC_ROLES", ""),
        Variable("SPANORIGIN_OWN_SPANS", "False"),
        Variable("SPANORIGIN_MAX_CONNECTIONS", "1000", minimum=10, maximum=100000),
    )
}


@dataclass(frozen=True, slots=True)
class SidePort:
    """A port beside the main one. When it is taken, one that was asked for is missed; a default is only told of."""

    number: int
    is_asked_for: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """`repositories` are the folders named by the user; none named is None, and then where the server runs counts.

    The ports of OTLP/gRPC and of Datadog's tracers are None where they are off. `demands_tokens_here` is whether tokens
    are demanded on loopback too; beyond it they always are. `keep_days` and `keep_bytes` are None where all is kept.
    """

    host: str
    port: int
    data: Path
    body_limit_bytes: int
    repositories: tuple[Path, ...] | None
    opens_browser: bool = False
    grpc: SidePort | None = None
    datadog: SidePort | None = None
    demands_tokens_here: bool = False
    public_url: str = ""
    keep_days: int | None = None
    keep_bytes: int | None = None
    free_limit_bytes: int = 512 * MEBIBYTE
    connection_limit: int = 1000
    git_credentials_file: Path | None = None
    git_credentials: str = field(default="", repr=False)
    certificate: tuple[Path, Path] | None = None
    oidc: Mapping[str, str] | None = None
    tells_own_spans: bool = False
    # A ClickHouse server's address, which may have a password in it; none for the data folder.
    store: str = field(default="", repr=False)

    @property
    def is_reached_by_tls(self) -> bool:
        return self.certificate is not None or self.public_url.startswith("https://")


def read(arguments: Sequence[str] | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises StartRefused for a value that makes no sense; ends the process for --help and unknown options."""
    options = _parser().parse_args(arguments)
    named = options.repo or [folder for folder in _text("SPANORIGIN_REPOSITORIES", environment).split(",") if folder]
    port = _whole_number("SPANORIGIN_PORT", environment, options.port, "--port")
    return Settings(
        host=options.host or _text("SPANORIGIN_HOST", environment),
        port=port,
        data=Path(options.data or _text("SPANORIGIN_DATA", environment)).expanduser().absolute(),
        store=store_address_text(options.store, environment),
        body_limit_bytes=_whole_number("SPANORIGIN_MAX_BODY_MB", environment) * MEBIBYTE,
        repositories=tuple(Path(folder.strip()) for folder in named) or None,
        opens_browser=options.open,
        grpc=_side_port("SPANORIGIN_GRPC_PORT", environment, options.grpc_port, "--grpc-port", port),
        datadog=_side_port("SPANORIGIN_DATADOG_PORT", environment, options.datadog_port, "--datadog-port", port),
        demands_tokens_here=options.auth or _truth("SPANORIGIN_AUTH", environment),
        public_url=_url("SPANORIGIN_PUBLIC_URL", environment, options.public_url, "--public-url"),
        keep_days=_whole_number("SPANORIGIN_KEEP_DAYS", environment, options.keep_days, "--keep-days") or None,
        keep_bytes=1024 * MEBIBYTE * _whole_number("SPANORIGIN_KEEP_GB", environment, options.keep_gb, "--keep-gb")
        or None,
        free_limit_bytes=MEBIBYTE * _whole_number("SPANORIGIN_MIN_FREE_MB", environment),
        certificate=_certificate(options.tls_cert, options.tls_key, environment),
        oidc=_oidc(environment),
        tells_own_spans=_truth("SPANORIGIN_OWN_SPANS", environment),
        connection_limit=_whole_number("SPANORIGIN_MAX_CONNECTIONS", environment),
        git_credentials_file=Path(file).expanduser()
        if (file := _text("SPANORIGIN_GIT_CREDENTIALS_FILE", environment))
        else None,
        git_credentials=_text("SPANORIGIN_GIT_CREDENTIALS", environment),
    )


def store_address_text(option: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """The address of the store, or nothing for the data folder."""
    return _text("SPANORIGIN_STORE", environment) if option is None else option


def token_to_show(environment: Mapping[str, str] = os.environ) -> str:
    """The token that commands show to a server; empty where there is none."""
    return _text("SPANORIGIN_TOKEN", environment)


def whole_environment() -> dict[str, str]:
    """All variables, for a program that we start."""
    return dict(os.environ)


def data_folder(option: str | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The data folder that a command works on."""
    return Path(option or _text("SPANORIGIN_DATA", environment)).expanduser().absolute()


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="spanorigin up",
        formatter_class=RawDescriptionHelpFormatter,
        description="Take spans over OTLP and from Datadog's tracers, and show the line of code each comes from.",
        epilog="Options win over the variables SPANORIGIN_HOST, SPANORIGIN_PORT, SPANORIGIN_DATA and\n"
        "SPANORIGIN_REPOSITORIES. Everything about them: docs/reference/settings.md.",
    )
    parser.add_argument("--host", metavar="ADDRESS", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", metavar="PORT", help="port of UI, API and OTLP/HTTP (default: 4318; 0: a free one)")
    parser.add_argument("--grpc-port", metavar="PORT", help="port of OTLP/gRPC (default: 4317; 'off': none)")
    parser.add_argument(
        "--datadog-port", metavar="PORT", help="port for Datadog's tracers (default: 8126; 'off': none)"
    )
    parser.add_argument("--data", metavar="DIR", help="folder that holds the spans (default: ~/.spanorigin)")
    parser.add_argument(
        "--store", metavar="URL", help="a ClickHouse server that holds them instead: clickhouse://user@host/spanorigin"
    )
    parser.add_argument(
        "--repo", metavar="DIR", action="append", help="checkout whose source may be shown; may be given more than once"
    )
    parser.add_argument("--tls-cert", metavar="FILE", help="certificate with its chain, PEM: speak TLS at every port")
    parser.add_argument("--tls-key", metavar="FILE", help="its key, PEM (default: in the same file)")
    parser.add_argument("--auth", action="store_true", help="demand tokens on loopback too, as beyond it")
    parser.add_argument(
        "--public-url", metavar="URL", help="where people reach the server, when a proxy stands before it"
    )
    parser.add_argument("--keep-days", metavar="DAYS", help="remove spans older than this (default: 0, keep all)")
    parser.add_argument(
        "--keep-gb", metavar="GB", help="remove the oldest spans beyond so much on the disk (default: 0, keep all)"
    )
    parser.add_argument("--open", action="store_true", help="open the UI in a browser")
    return parser


def _text(name: str, environment: Mapping[str, str]) -> str:
    return environment.get(name) or VARIABLES[name].default or ""


def _certificate(cert: str | None, key: str | None, environment: Mapping[str, str]) -> tuple[Path, Path] | None:
    """The files of certificate and key; None for no TLS."""
    cert = cert or _text("SPANORIGIN_TLS_CERT", environment)
    key = key or _text("SPANORIGIN_TLS_KEY", environment)
    if key and not cert:
        raise StartRefused(
            f"There is a TLS key, {key}, and no certificate to it. Give that too, with --tls-cert.",
            slug="certificate-missing",
        )
    return (Path(cert).expanduser(), Path(key or cert).expanduser()) if cert else None


def _oidc(environment: Mapping[str, str]) -> dict[str, str] | None:
    """What is said of an OpenID Connect provider, by the end of each variable's name; None where there is none."""
    prefix = "SPANORIGIN_OIDC_"
    given = {
        name.removeprefix(prefix): _text(name, environment).strip() for name in VARIABLES if name.startswith(prefix)
    }
    if not given["ISSUER"]:
        return None
    lacking = [prefix + name for name in ("CLIENT_ID", "ROLES") if not given[name]]
    issuer = urlsplit(given["ISSUER"])
    is_here = issuer.hostname in ("localhost", "127.0.0.1", "::1")
    if lacking or not issuer.hostname or (issuer.scheme != "https" and not (issuer.scheme == "http" and is_here)):
        raise StartRefused(
            f"There is no sign-in with {given['ISSUER']!r}: "
            + (f"{' and '.join(lacking)} is missing. " if lacking else "it is no https address. ")
            + "A provider takes SPANORIGIN_OIDC_ISSUER, _CLIENT_ID and _ROLES, and mostly _CLIENT_SECRET; "
            "docs/access.md has more.",
            slug="oidc-settings",
        )
    return given


def _truth(name: str, environment: Mapping[str, str]) -> bool:
    text = _text(name, environment).strip().lower()
    if text in ("true", "false"):
        return text == "true"
    raise StartRefused(
        f"{name} is {text!r}, but it is a switch. Give true or false, or leave it out for {VARIABLES[name].default}.",
        slug="setting-not-a-switch",
    )


def _url(name: str, environment: Mapping[str, str], option: str | None, flag: str) -> str:
    text = (_text(name, environment) if option is None else option).rstrip("/")
    parts = urlsplit(text)
    if not text or (parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment):
        return text
    raise StartRefused(
        f"{name if option is None else flag} is {text!r}, but it has to be an address that begins with http:// or "
        "https://, such as https://spans.example.com.",
        slug="setting-not-an-address",
    )


def _side_port(
    name: str, environment: Mapping[str, str], option: str | None, flag: str, main_port: int
) -> SidePort | None:
    """A port, or None for "off". Where the main port is any free one, so is this, unless it was asked for."""
    given = environment.get(name) if option is None else option
    if given == "off":
        return None
    if not given and main_port == 0:
        return SidePort(0, is_asked_for=False)
    return SidePort(_whole_number(name, environment, option, flag), is_asked_for=bool(given))


def _whole_number(name: str, environment: Mapping[str, str], option: str | None = None, flag: str = "") -> int:
    variable = VARIABLES[name]
    text = _text(name, environment) if option is None else option
    low, high = variable.minimum or 0, variable.maximum or 0
    if text.isascii() and text.isdigit() and low <= int(text) <= high:
        return int(text)
    raise StartRefused(
        f"{name if option is None else flag} is {text!r}, but it has to be a whole number from {low} to {high}. "
        f"Give one, or leave it out for {variable.default}.",
        slug="setting-not-a-number",
    )
