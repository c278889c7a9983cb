"""Read where a ClickHouse home is from the address that a user gave: `clickhouse://` or `clickhouses://`, with TLS.

Called by `opening`. docs/clickhouse.md tells users what there is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from spanorigin_server.records import StartRefused

from .statements import DATABASE

SCHEMES: Final = {"clickhouse": 8123, "clickhouses": 8443}
_OPTIONS: Final = ("cluster", "collector", "password_file", "ca", "cert", "key")
# These come to stand in statements.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_CLUSTER = re.compile(r"[A-Za-z0-9_.{}-]{1,63}")


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """Where a ClickHouse home is, and how to be let in."""

    hosts: Sequence[tuple[str, int]]
    is_secure: bool
    user: str
    password: str
    database: str = DATABASE
    cluster: str = ""
    # Database and table that a Collector's exporter fills, which is read instead of spans of ours.
    collector: tuple[str, str] | None = None
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    @property
    def told(self) -> str:
        """For people: without user and password."""
        hosts = ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.hosts)
        scheme = "clickhouses" if self.is_secure else "clickhouse"
        of_cluster = f", cluster {self.cluster}" if self.cluster else ""
        of_collector = f", spans of {'.'.join(self.collector)}" if self.collector else ""
        return f"{scheme}://{hosts}/{self.database}{of_cluster}{of_collector}"


def store_address(text: str) -> StoreAddress:
    """Raises StartRefused when it is none. No message repeats a password."""
    try:
        parts = urlsplit(text)
        options = dict(parse_qsl(parts.query, strict_parsing=True) if parts.query else ())
    except ValueError as error:
        raise _refused(str(error)) from None
    if parts.scheme not in SCHEMES:
        raise _refused("it begins with neither clickhouse:// nor clickhouses://")
    if unknown := sorted(set(options) - set(_OPTIONS)):
        raise _refused(f"it has an option {unknown[0]!r}, and there are {', '.join(_OPTIONS)}")
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    if "password_file" in options:
        password = _secret(Path(options["password_file"]).expanduser())
    database = unquote(parts.path.strip("/")) or DATABASE
    cluster = options.get("cluster", "")
    if not _NAME.fullmatch(database):
        raise _refused(f"its database {database!r} is no name of letters, digits and underscores")
    if cluster and not _CLUSTER.fullmatch(cluster):
        raise _refused(f"its cluster {cluster!r} is no name of letters, digits, dots, dashes and underscores")
    return StoreAddress(
        hosts=_hosts(parts),
        is_secure=parts.scheme == "clickhouses",
        user=unquote(user) or "default",
        password=unquote(password) if "password_file" not in options else password,
        database=database,
        cluster=cluster,
        collector=_collector(options.get("collector", "")),
        **{name: Path(options[name]).expanduser() for name in ("ca", "cert", "key") if name in options},
    )


def _hosts(parts: SplitResult) -> list[tuple[str, int]]:
    found = []
    for place in parts.netloc.rpartition("@")[2].split(","):
        try:
            one = urlsplit(f"//{place}")
            host, port = one.hostname, one.port
        except ValueError as error:
            raise _refused(f"{place!r} is no host: {error}") from None
        if not host:
            raise _refused("it names no host")
        found.append((host, port or SCHEMES[parts.scheme]))
    return found


def _collector(text: str) -> tuple[str, str] | None:
    """`otel.otel_traces`, or the database alone."""
    if not text:
        return None
    database, _, table = text.partition(".")
    table = table or "otel_traces"
    if not _NAME.fullmatch(database) or not _NAME.fullmatch(table):
        raise _refused(f"{text!r} names no table: write collector=otel.otel_traces, as the exporter's settings have it")
    return database, table


def _secret(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(f"its password file {file} cannot be read ({error})") from None


def _refused(why: str) -> StartRefused:
    return StartRefused(
        f"The address of the store, --store or SPANORIGIN_STORE, cannot be used: {why}. It looks like "
        "clickhouse://user@host:8123/spanorigin?password_file=/run/secrets/clickhouse; docs/clickhouse.md has more.",
        slug="store-address",
    )
