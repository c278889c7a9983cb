"""Bring a store's tables to the shape that this release reads and writes.

Called once when the server starts. A table that keeps data and was made by an earlier release is brought up to date,
forward only; what merely passes data on (the staging table and the functions) is made afresh each time, so that a
release may change it freely.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from spanorigin_server.records import StartRefused
from spanorigin_server.store.statements import EMBEDDED, statement

if TYPE_CHECKING:
    from spanorigin_server.store.engine import Engine

# 1 had no column `second`, no index of attributes, and a wider projection (decision 0150); 2 was in the order of pieces
# of five minutes (decision 0155).
SCHEMA_VERSION = 3

# Writers side by side. An insert keeps about one core busy, and of more than two the merges would get nothing.
LANES = 2

_KEPT = ("010_schema_version", "020_spans")
_FUNCTIONS = (
    "032_text_map",
    "033_path",
    "034_time_is_credible",
    "035_ids_are_valid",
    "036_joined",
    "037_target",
    "038_number",
    "039_file",
)


def prepare(engine: Engine, target: Mapping[str, str] = EMBEDDED) -> None:
    """Make or bring up to date every table. Raises StartRefused when a newer release wrote the store."""
    for name in _KEPT:
        engine.execute(statement(f"schema/{name}", target))
    held = _held_version(engine, target)
    if 0 < held < SCHEMA_VERSION:
        _write_spans_anew(engine, target)
    if held < SCHEMA_VERSION:
        engine.execute(statement("commands/note_schema_version", target), {"version": SCHEMA_VERSION})
    for name in _FUNCTIONS:
        engine.execute(statement(f"schema/{name}", target))
    for lane in range(LANES):
        engine.execute(f"DROP TABLE IF EXISTS {target['database']}.waiting_{lane} SYNC")
        engine.execute(statement("schema/030_waiting", {**target, "lane": str(lane)}))


def _held_version(engine: Engine, target: Mapping[str, str]) -> int:
    """Which schema the store has, 0 when it is new."""
    held: int = engine.query(statement("commands/schema_version", target))["version"][0]
    if held > SCHEMA_VERSION:
        raise StartRefused(
            f"The data folder was written by a newer release (schema {held}; this one knows {SCHEMA_VERSION}). "
            "Upgrade spanorigin-server, or give another folder with --data.",
            slug="store-is-newer",
        )
    return held


def _write_spans_anew(engine: Engine, target: Mapping[str, str]) -> None:
    """Put all spans into a table of today's shape, and that in the place of the old one.

    The order of a table cannot be changed, only written anew. The exchange is the one step that counts: a start that is
    interrupted before it begins again, and one that is interrupted after it writes anew what is new already.
    """
    copy = {**target, "spans": "spans_anew"}
    engine.execute(statement("commands/drop_table", copy))
    engine.execute(statement("schema/020_spans", copy))
    engine.execute(statement("commands/copy_spans", target))
    engine.execute(statement("commands/exchange_spans", target))
    engine.execute(statement("commands/drop_table", copy))
