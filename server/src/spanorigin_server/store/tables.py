"""Bring a store's tables to the shape that this release reads and writes.

Called once when the server starts. Tables that keep data are only ever added to; what merely passes data on (the
staging table and its views) is dropped and made afresh, so that a release may change it freely.
"""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from spanorigin_server.records import StartRefused
from spanorigin_server.store.engine import DATABASE
from spanorigin_server.store.statements import statement_text

if TYPE_CHECKING:
    from spanorigin_server.store.engine import Engine

SCHEMA_VERSION = 1

# What differs between one embedded engine and a cluster; nothing else in the statements does.
EMBEDDED = {"database": DATABASE, "on_cluster": "", "merge_tree": "MergeTree", "memory": "Memory"}

_KEPT = ("010_schema_version", "020_spans")
_PASSING: tuple[tuple[str, str], ...] = ()


def prepare(engine: Engine, target: dict[str, str] | None = None) -> None:
    """Make or bring up to date every table. Raises StartRefused when the store was written by a newer release."""
    target = target or EMBEDDED
    for name in _KEPT:
        engine.execute(rendered(name, target))
    _note_version(engine, target["database"])
    for name, _ in reversed(_PASSING):
        engine.execute(f"DROP TABLE IF EXISTS {target['database']}.{name}")
    for _, file in _PASSING:
        engine.execute(rendered(file, target))


def rendered(name: str, target: dict[str, str]) -> str:
    """The statement in schema/`name`.sql for a target."""
    return Template(statement_text("schema", name)).substitute(target)


def _note_version(engine: Engine, database: str) -> None:
    held = engine.query(f"SELECT max(version) AS version FROM {database}.schema_version")["version"][0]
    if held > SCHEMA_VERSION:
        raise StartRefused(
            f"The data folder was written by a newer release (schema {held}; this one knows {SCHEMA_VERSION}). "
            "Upgrade spanorigin-server, or give another folder with --data.",
            slug="store-is-newer",
        )
    if held < SCHEMA_VERSION:
        engine.execute(
            f"INSERT INTO {database}.schema_version (version) SELECT {{version:UInt32}}", {"version": SCHEMA_VERSION}
        )
