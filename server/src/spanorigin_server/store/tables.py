"""Bring a store's tables to the shape that this release reads and writes.

Called once when the server starts. Tables that keep data are only ever added to; what merely passes data on (the
staging table and the functions) is made afresh each time, so that a release may change it freely.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from spanorigin_server.records import StartRefused
from spanorigin_server.store.statements import EMBEDDED, statement

if TYPE_CHECKING:
    from spanorigin_server.store.engine import Engine

SCHEMA_VERSION = 1

# Writers side by side. An insert keeps about one core busy, and of more than two the merges would get nothing.
LANES = 2

_KEPT = ("010_schema_version", "020_spans")
_FUNCTIONS = (
    "031_text_of_value",
    "032_text_map",
    "033_path",
    "034_time_is_credible",
    "035_ids_are_valid",
    "036_joined",
    "037_target",
)


def prepare(engine: Engine, target: Mapping[str, str] = EMBEDDED) -> None:
    """Make or bring up to date every table. Raises StartRefused when a newer release wrote the store."""
    for name in _KEPT:
        engine.execute(statement(f"schema/{name}", target))
    _note_version(engine, target)
    for name in _FUNCTIONS:
        engine.execute(statement(f"schema/{name}", target))
    for lane in range(LANES):
        engine.execute(f"DROP TABLE IF EXISTS {target['database']}.waiting_{lane} SYNC")
        engine.execute(statement("schema/030_waiting", {**target, "lane": str(lane)}))


def _note_version(engine: Engine, target: Mapping[str, str]) -> None:
    held = engine.query(statement("commands/schema_version", target))["version"][0]
    if held > SCHEMA_VERSION:
        raise StartRefused(
            f"The data folder was written by a newer release (schema {held}; this one knows {SCHEMA_VERSION}). "
            "Upgrade spanorigin-server, or give another folder with --data.",
            slug="store-is-newer",
        )
    if held < SCHEMA_VERSION:
        engine.execute(statement("commands/note_schema_version", target), {"version": SCHEMA_VERSION})
