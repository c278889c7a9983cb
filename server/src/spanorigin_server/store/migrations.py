"""Bring a store that an earlier release wrote to the shape of this one: step by step, forward only.

Called by `tables` at every start. A store says which schema it has (schema/010_schema_version.sql). A step may be
interrupted at any point: the start after it begins it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from spanorigin_server.records import StartRefused

from .statements import statement

if TYPE_CHECKING:
    from .home import Home

# 1 had no column `second`, no index of attributes, and a wider projection (decision 0150); 2 was in the order of pieces
# of five minutes (decision 0155).
SCHEMA_VERSION: Final = 3


def migrate(home: Home) -> None:
    """Take the store to SCHEMA_VERSION. Raises StartRefused when a newer release wrote it, and StoreFailed."""
    held = held_version(home)
    if held > SCHEMA_VERSION:
        raise StartRefused(
            f"The store in {home.nature.place} was written by a newer release (schema {held}; this one knows "
            f"{SCHEMA_VERSION}). Upgrade spanorigin-server, or give another store with --data or --store.",
            slug="store-is-newer",
        )
    if held:
        # What writes the table anew does so in today's shape: once is enough, however many versions ask for it.
        for step in dict.fromkeys(STEPS[version] for version in range(held, SCHEMA_VERSION)):
            step(home)
    if held < SCHEMA_VERSION:
        home.execute(statement("commands/note_schema_version", home.target), {"version": SCHEMA_VERSION})


def held_version(home: Home) -> int:
    """Which schema the store has, 0 when it is new."""
    held: int = home.query(statement("commands/schema_version", home.target))["version"][0]
    return held


def _write_spans_anew(home: Home) -> None:
    """Put all spans into a table of today's shape, and that in the place of the old one.

    The order of a table cannot be changed, only written anew. The exchange is the one step that counts: a start that is
    interrupted before it begins again, and one that is interrupted after it writes anew what is new already.
    """
    target = home.target
    if target["on_cluster"]:
        # A copy is made on one machine, and each would have to make its own.
        raise StartRefused(
            f"The cluster at {home.nature.place} holds spans in the shape of an earlier release, and they are written "
            "anew on embedded stores and single servers only. Export them with the release that wrote them, give "
            "another database in --store, and import them there.",
            slug="cluster-not-migrated",
        )
    copy = {**target, "spans": "spans_anew"}
    home.execute(statement("commands/drop_table", copy))
    home.execute(statement("schema/020_spans", copy))
    home.execute(statement("commands/copy_spans", target))
    home.execute(statement("commands/exchange_spans", target))
    home.execute(statement("commands/drop_table", copy))


# From each version to the next.
STEPS: Final[Mapping[int, Callable[[Home], None]]] = {1: _write_spans_anew, 2: _write_spans_anew}
