"""Make a home ready for what this release reads and writes. Called once when the server starts.

A table that keeps data and was made by an earlier release is brought up to date by `migrations`; what passes data
on (staging tables, functions) is made afresh each time, so that a release may change it freely.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from spanorigin_server.store.collectors import check_columns
from spanorigin_server.store.migrations import SCHEMA_VERSION, migrate
from spanorigin_server.store.statements import arrived_spans, statement

if TYPE_CHECKING:
    from spanorigin_server.store.home import Home

__all__ = ("LANES", "SCHEMA_VERSION", "empty_waiting", "prepare", "store_spans")

# Writers side by side. An insert keeps about one core busy, and of more than two the merges would get nothing.
LANES = 2

_KEPT = ("005_database", "010_schema_version", "020_spans")
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


def prepare(home: Home) -> None:
    """Make or bring up to date every table. Raises StartRefused when a newer release wrote the store."""
    target = home.target
    for name in _FUNCTIONS:
        home.execute(statement(f"schema/{name}", target))
    if not home.nature.takes_spans:
        check_columns(home)
        home.execute(statement("schema/005_database", target))
        home.execute(statement("collector/spans", target))
        return
    for name in _KEPT:
        home.execute(statement(f"schema/{name}", target))
    migrate(home)
    if home.nature.is_embedded:
        # At each start, so that tables of earlier releases have it too.
        home.execute(statement("commands/bound_merges", target))
    if target["on_cluster"]:
        home.execute(statement("schema/025_spans_of_all_shards", target))
    if target["waiting_place"]:
        for lane in range(LANES):
            home.execute(f"DROP TABLE IF EXISTS {target['waiting_place']}waiting_{lane} SYNC")
            of_lane = {**target, "lane": str(lane)}
            home.execute(statement("schema/030_waiting", of_lane))
            home.execute(statement("schema/040_arrived", {**of_lane, "arrived_spans": arrived_spans(of_lane)}))


def store_spans(target: Mapping[str, str], lane: int) -> str:
    """The statement by which a writer's waiting spans become rows."""
    of_lane = {**target, "lane": str(lane)}
    # A view cannot read a table that only one session knows.
    arrived = f"{target['database']}.arrived_{lane}" if target["waiting_place"] else f"({arrived_spans(of_lane)})"
    return statement("commands/store_spans", {**of_lane, "arrived": arrived})


def empty_waiting(target: Mapping[str, str], lane: int) -> str:
    """The statement after which a writer's staging table is there and empty."""
    name = "commands/empty_waiting" if target["waiting_place"] else "schema/030_waiting"
    return statement(name, {**target, "lane": str(lane)})
