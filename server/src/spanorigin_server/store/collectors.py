"""Is a table one that a Collector's ClickHouse exporter writes, and has it the exporter's index of traces?

Asked by `tables` and `clickhouse` for a home whose spans are a Collector's. Source: clickhouseexporter of
opentelemetry-collector-contrib, its schema for traces with attributes as maps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from spanorigin_server.records import StartRefused

from .statements import statement

if TYPE_CHECKING:
    from .home import Home

_MAPS: Final = ("ResourceAttributes", "SpanAttributes")
_COLUMNS: Final = (
    "Timestamp", "TraceId", "SpanId", "ParentSpanId", "TraceState", "SpanName", "SpanKind", "ServiceName",
    *_MAPS, "ScopeName", "ScopeVersion", "Duration", "StatusCode", "StatusMessage",
    "Events.Timestamp", "Events.Name", "Events.Attributes", "Links.TraceId", "Links.SpanId", "Links.Attributes",
)  # fmt: skip


def check_columns(home: Home) -> None:
    """Raises StartRefused when the table is not there or is none of the exporter's."""
    found = home.query(statement("collector/columns", home.target))
    types = dict(zip(found.get("name", ()), found.get("type", ()), strict=True))
    table = home.target["collector_spans"]
    if not types:
        raise StartRefused(
            f"There is no table {table} at {home.nature.place}, or the user may not read it. "
            "Name the exporter's database and table: collector=otel.otel_traces.",
            slug="collector-table",
        )
    lacking = [name for name in _COLUMNS if name not in types]
    if lacking:
        why = f"it has no column {lacking[0]}"
    elif others := [name for name in _MAPS if not types[name].startswith("Map(")]:
        why = f"its {others[0]} is a {types[others[0]].partition('(')[0]} and not a Map (the exporter's json is on)"
    else:
        return
    raise StartRefused(
        f"The table {table} at {home.nature.place} cannot be read as spans of a Collector: {why}. "
        "It has to be one that clickhouseexporter makes for traces, with attributes as maps.",
        slug="collector-table",
    )


def of_a_trace(home: Home) -> Mapping[str, str]:
    """What makes questions about one trace quick: the times of traces, where the exporter keeps them."""
    has_lookup = home.query(statement("collector/has_lookup", home.target))["tables"][0]
    return {"is_trace": statement("collector/bounds", home.target).strip()} if has_lookup else {}
