"""Check a ClickHouse home before anything relies on it: version, rights, cluster, schema, and a span's way in and out.

Used by `spanorigin check-store`. Each check says in a line what was found or what to do; a check that fails ends the
list where those after it could not succeed.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spanorigin_server.records import StartRefused, StoreFailed

from .asking import Condition
from .migrations import SCHEMA_VERSION, held_version
from .reader import Reader
from .statements import statement
from .tables import prepare
from .upkeep import Upkeep, of_traces
from .wire import length_delimited
from .writer import Body, ScopeSpans, Writer

if TYPE_CHECKING:
    from .clickhouse import ClickHouse

# The service that the checking span names, for whoever finds one that could not be removed.
SERVICE: Final = "spanorigin-check-store"
_DAY_NS: Final = 86_400 * 10**9
# What the user has to be allowed, and on what: `{}` is the database.
_RIGHTS: Final = (
    ("CREATE DATABASE, CREATE TABLE, DROP TABLE, SELECT, INSERT, ALTER, TRUNCATE", "{}.*"),
    ("CREATE FUNCTION, DROP FUNCTION, CREATE TEMPORARY TABLE", "*.*"),
    ("SELECT", "system.parts"),
)
_RIGHTS_OF_READERS: Final = (
    ("CREATE DATABASE, CREATE VIEW, DROP VIEW, SELECT", "{}.*"),
    ("CREATE FUNCTION, DROP FUNCTION", "*.*"),
)
_RIGHTS_IN_CLUSTERS: Final = (("CLUSTER, REMOTE", "*.*"),)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    is_well: bool
    subject: str
    text: str


def check(home: ClickHouse) -> Iterator[Finding]:
    """The findings, one after another. Makes the tables that a start would make."""
    yield Finding(True, "version", f"ClickHouse {home.version}, as user {home.address.user}")
    try:
        yield from _rights(home)
        if home.address.cluster:
            of_cluster = _cluster(home)
            yield of_cluster
            if not of_cluster.is_well:
                return
        yield _schema(home)
        yield from _reading(home) if home.address.collector else _round_trip(home)
    except (StoreFailed, StartRefused) as failure:
        yield Finding(False, "failed", failure.message)


def _rights(home: ClickHouse) -> Iterator[Finding]:
    wanted = [*(_RIGHTS_OF_READERS if home.address.collector else _RIGHTS)]
    if home.address.collector:
        wanted.append(("SELECT", ".".join(home.address.collector)))
    if home.address.cluster:
        wanted += _RIGHTS_IN_CLUSTERS
    missing = []
    for rights, place in wanted:
        where = place.format(home.address.database)
        for right in rights.split(", "):
            if home.told(f"CHECK GRANT {right} ON {where}") != "1":
                missing.append(f"GRANT {right} ON {where} TO {home.address.user}")
    if missing:
        yield Finding(False, "rights", f"some are missing; an administrator gives them: {'; '.join(missing)}")
    else:
        yield Finding(True, "rights", "all there")


def _cluster(home: ClickHouse) -> Finding:
    name = home.address.cluster
    found = home.query(
        "SELECT shard_num, count() AS replicas FROM system.clusters WHERE cluster = {name:String} GROUP BY shard_num",
        {"name": name},
    )
    if not found["shard_num"]:
        known = home.query("SELECT DISTINCT cluster FROM system.clusters ORDER BY cluster")["cluster"]
        listed = ", ".join(known) or "none"
        return Finding(False, "cluster", f"the server knows no cluster {name!r}; in its remote_servers are: {listed}")
    shards, replicas = len(found["shard_num"]), sorted(set(found["replicas"]))
    told = f"{shards} shards with {' or '.join(map(str, replicas))} replicas each"
    macros = home.query("SELECT macro FROM system.macros")["macro"]
    lacking = [macro for macro in ("shard", "replica") if macro not in macros]
    if lacking:
        return Finding(False, "cluster", f"{told}, and the server has no macro {' and '.join(lacking)}: set <macros>")
    return Finding(True, "cluster", told)


def _schema(home: ClickHouse) -> Finding:
    tables = home.query(
        "SELECT count() AS tables FROM system.tables WHERE database = {database:String} AND name = 'schema_version'",
        {"database": home.address.database},
    )["tables"][0]
    before = held_version(home) if tables else 0
    prepare(home)
    if home.address.collector:
        return Finding(True, "schema", f"the view {home.address.database}.spans is there")
    if not before:
        return Finding(True, "schema", f"schema {SCHEMA_VERSION}, made just now")
    was = "" if before == SCHEMA_VERSION else f", brought up from {before} just now"
    return Finding(True, "schema", f"schema {SCHEMA_VERSION}{was}")


def _round_trip(home: ClickHouse) -> Iterator[Finding]:
    trace_id = secrets.token_bytes(16)
    reader, upkeep = Reader(home), Upkeep(home)
    began = time.perf_counter()
    body = Body(time.time_ns(), [_scope(trace_id)])
    writer = Writer(home)
    writer.write([body])
    wrote = time.perf_counter()
    found = reader.trace(trace_id.hex())
    read = time.perf_counter()
    if found is None:
        yield Finding(False, "round trip", "a span was written without an error, and reading does not find it")
        return
    milliseconds = f"written in {1000 * (wrote - began):.0f} ms, read in {1000 * (read - wrote):.0f} ms"
    yield Finding(True, "round trip", f"a span was {milliseconds}")
    writer.write([body])
    stored = home.query(statement("commands/count_matching", {**home.target, **_of(trace_id)}), _values(trace_id))
    if stored["spans"] == [1]:
        yield Finding(True, "resending", "the same request once more stored nothing twice")
    else:
        yield Finding(False, "resending", "the same request once more was stored twice: are inserts deduplicated?")
    upkeep.delete(of_traces([trace_id.hex()]))
    left = reader.trace(trace_id.hex())
    yield Finding(left is None, "deletion", "the span is gone again" if left is None else f"{SERVICE}'s span stays")


def _reading(home: ClickHouse) -> Iterator[Finding]:
    now_ns = time.time_ns()
    found = Reader(home).newest(Condition(), now_ns - 30 * _DAY_NS, now_ns, 1)
    told = f"{found.took_ns / 1e6:.0f} ms"
    if not found.rows:
        yield Finding(True, "reading", f"no span in 30 days, in {told}")
        return
    row = found.rows[0]
    age_s = (now_ns - row["start_ns"]) // 10**9
    yield Finding(True, "reading", f"the newest span is {age_s:,} s old, of {row['service']}, in {told}")


def _of(trace_id: bytes) -> dict[str, str]:
    return {"condition": of_traces([trace_id.hex()]).condition}


def _values(trace_id: bytes) -> dict[str, list[str]]:
    return {"trace_ids": [trace_id.hex()]}


def _scope(trace_id: bytes) -> ScopeSpans:
    """A scope of one span, encoded here: no other room of the store knows OTLP's messages either."""
    time_ns = time.time_ns().to_bytes(8, "little")
    span = (
        length_delimited(1, trace_id)
        + length_delimited(2, secrets.token_bytes(8))
        + length_delimited(5, b"check")
        # fixed64 start and end: field numbers 7 and 8.
        + b"\x39" + time_ns + b"\x41" + time_ns
    )  # fmt: skip
    return ScopeSpans(
        service=SERVICE, env="", version="", repository="", commit="", root="", resource={"service.name": SERVICE},
        scope_name="", scope_version="", scope_attrs={}, encoded=length_delimited(2, span),
    )  # fmt: skip
