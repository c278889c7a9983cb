"""Read the `.sql` files beside this module, one object or question each, and fill in what is not a value.

What is filled in is fixed when the server starts: the database, what differs between one engine and a cluster, and the
names of attributes. Values never are: they travel as parameters (engine.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Template
from typing import Final

from spanorigin_server import names
from spanorigin_server.store import known, otlp_columns

DATABASE: Final = "spanorigin"

# What differs between an embedded engine, a server and a cluster; nothing else in the statements does (decision 0180).
EMBEDDED: Final[Mapping[str, str]] = {
    "database": DATABASE,
    "on_cluster": "",
    "merge_tree": "MergeTree",
    # An engine whose rows every machine of a cluster has, whatever its shard.
    "merge_tree_everywhere": "MergeTree",
    "table_settings": "",
    # The table that has the rows. In a cluster `spans` looks into those of all shards.
    "held": "spans",
    "held_in": DATABASE,
    "held_days": "commands/held_days",
    "parts": "system.parts",
    # Where spans wait: a table each writer finds again, or one that its session has for itself.
    "waiting_table": "TABLE",
    "waiting_place": f"{DATABASE}.",
    "memory": "Memory",
    "is_trace": "spans.trace_id = toFixedString(unhex({trace_id:String}), 16)",
}


def server_target(database: str, cluster: str = "") -> Mapping[str, str]:
    """What the statements for a ClickHouse server have, or for a cluster of them. The names have been checked."""
    target = {
        **EMBEDDED,
        "database": database,
        "held_in": database,
        # How many inserts are remembered, so that one that comes again with its token inserts nothing.
        "table_settings": ",\n    non_replicated_deduplication_window = 1000",
        "waiting_table": "OR REPLACE TEMPORARY TABLE",
        "waiting_place": "",
    }
    if not cluster:
        return target
    return {
        **target,
        "on_cluster": f"ON CLUSTER '{cluster}'",
        # Without arguments: the path is the server's default_replica_path, which has the table's own id in it.
        "merge_tree": "ReplicatedMergeTree",
        "merge_tree_everywhere": f"ReplicatedMergeTree('/clickhouse/spanorigin/{cluster}/{database}/"
        "{table}', '{shard}-{replica}')",
        "table_settings": "",
        "held": "spans_local",
        # One replica of each shard: parts of the others are the same ones.
        "parts": f"cluster('{cluster}', system.parts)",
        "cluster": cluster,
    }


def collector_target(database: str, collector: str, table: str, cluster: str = "") -> Mapping[str, str]:
    """The same for spans that a Collector's ClickHouse exporter writes, behind a view (collector/spans.sql)."""
    return {
        **EMBEDDED,
        "database": database,
        "on_cluster": f"ON CLUSTER '{cluster}'" if cluster else "",
        "collector_spans": f"{collector}.{table}",
        "held": table,
        "held_in": collector,
        "held_days": "collector/held_days",
        # What an attribute's text has to look like to be taken for a number.
        "whole": "^-?(0|[1-9][0-9]{0,17})$",
        "decimal": "^-?[0-9]+(\\\\.[0-9]+([eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)$",
        # By the column that the exporter has an index of.
        "is_trace": "spans.trace_text = lower({trace_id:String})",
    }


# What the index of attributes' values is made of. A search that looks for one value asks for it in these words, or the
# engine would not use the index (attribute_hint in query/attributes.py).
ATTRIBUTE_WORDS: Final = (
    "arrayConcat(mapValues(attrs_str), arrayMap(word -> toString(word), mapValues(attrs_int)), "
    "arrayMap(word -> toString(word), mapKeys(attrs_float)), arrayMap(word -> toString(word), mapKeys(attrs_bool)), "
    "arrayMap(word -> toString(word), mapKeys(attrs_json)))"
)

_ATTRIBUTE_NAMES = {constant: value for constant, value in vars(names).items() if constant.isupper()}


def arrived_spans(target: Mapping[str, str]) -> str:
    """The SELECT that makes rows of what waits for a writer; `target` has its lane."""
    return statement("commands/arrived_spans", target).rstrip()


def _folded() -> str:
    return Template(file_text("commands/folded.sql")).substitute(_ATTRIBUTE_NAMES).rstrip()


@cache
def file_text(name: str) -> str:
    """The text of a file of this package, by its path within it."""
    return (files(__package__) / name).read_text(encoding="utf-8")


def statement(name: str, target: Mapping[str, str] = EMBEDDED) -> str:
    """The statement in `name`.sql, say "queries/span_by_id", ready for a target."""
    return Template(file_text(f"{name}.sql")).substitute(
        {
            **_ATTRIBUTE_NAMES,
            **known.FRAGMENTS,
            **otlp_columns.FRAGMENTS,
            "folded": _folded(),
            "spans": target["held"],
            "attribute_words": ATTRIBUTE_WORDS,
            **target,
        }
    )
