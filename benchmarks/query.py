"""Measure what readers wait for, over a day of 5 million spans and over four days of 20 million, beside peers.

The spans are made by the engine from numbers (questions/spans.sql). Each figure is the median of several runs on a warm
store through the endpoint's own code, JSON included, without the network; `_cpu_ms` is the CPU time of the same, which
a busy machine changes less. The engine's memory of conditions is off, or the second run of a search would not search.
Beside us, for the same day: the Collector exporter's own table in the same engine, and DuckDB, both asked in SQL and
without JSON. SPANS and RUNS make it shorter.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from string import Template

import httpx
import yaml
from figures import Figure, note, report
from peers import PeerError, interpreter
from spanorigin_server.query import deploys, endpoint, explain, findings, groups, origins
from spanorigin_server.source import changed_endpoint
from spanorigin_server.source.changed import Changed
from spanorigin_server.source.preview import Previewer
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.store import tables
from spanorigin_server.store.engine import EmbeddedEngine
from spanorigin_server.store.reader import Reader
from spanorigin_server.store.statistics import Statistics
from spanorigin_server.workers import Workers
from starlette.applications import Starlette

HERE = Path(__file__).resolve().parent
QUESTIONS = HERE / "questions"
# In the last day; three more days of as many come before it.
SPANS = int(os.environ.get("SPANS", "5000000"))
RUNS = int(os.environ.get("RUNS", "7"))
DAY_NS = 86_400 * 10**9
# 2026-03-05 00:00 UTC, and the four days before it.
END_NS = 1_772_668_800_000_000_000
START_NS = END_NS - DAY_NS
FIRST_NS = END_NS - 4 * DAY_NS
AT_ONCE = 1_000_000
OF_A_DAY = f"{SPANS:,} spans a day, chdb-core {version('chdb-core')}"
MEMORY_BYTES = 6 << 30

TRACE_SPANS = 100_000
TRACE = "ab" * 16
_ONE_TRACE = """
INSERT INTO spanorigin.spans (ts, duration_ns, trace_id, span_id, parent_span_id, service, name, resource_name, kind,
    origin_type, origin_file, origin_path, origin_line, origin_function, received_ts)
SELECT
    fromUnixTimestamp64Nano(toInt64({start:Int64} + number * 10000), 'UTC'),
    5000 + number % 90000,
    toFixedString(unhex({trace:String}), 16),
    reinterpretAsFixedString(number + 1),
    if(number = 0, toFixedString('', 8), reinterpretAsFixedString(intDiv(number - 1, 8) + 1)),
    concat('service-', toString(number % 12)),
    concat('operation ', toString(sipHash64(number, 3) % 50)),
    concat('SELECT table_', toString(sipHash64(number, 3) % 50)),
    2 + number % 2,
    1 + number % 2,
    concat('/srv/app/module_', toString(sipHash64(number, 6) % 200), '.py') AS file,
    substring(file, 6),
    1 + number % 400,
    concat('app.function_', toString(sipHash64(number, 7) % 1000)),
    fromUnixTimestamp64Nano(toInt64({start:Int64}), 'UTC')
FROM numbers({count:UInt64})
"""

Parameters = Mapping[str, str]


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        engine = EmbeddedEngine(Path(folder) / "store", memory_limit_bytes=MEMORY_BYTES)
        try:
            yield from _measured(engine, Path(folder))
        finally:
            engine.close()


def _measured(engine: EmbeddedEngine, folder: Path) -> Iterator[Figure]:
    tables.prepare(engine)
    note(f"making {SPANS:,} spans of a day")
    _make(engine, 3 * SPANS, SPANS)
    known = _known(engine)
    asking = _Asking(engine)
    day = {"from": str(START_NS), "to": str(END_NS)}
    one_file = day | {"group": "line", "path": known["file"]}
    every_line = day | {"group": "line", "limit": "20000"}
    filtered = day | {"q": f"service:{known['service']} file:{known['file']} status:error duration:>=1ms"}
    ours: dict[str, tuple[str, Parameters, str]] = {
        "red_one_file": ("/api/v1/origins", one_file, "rate, errors, durations of one file's lines"),
        "red_all": ("/api/v1/origins", every_line, "the same of all 5,000 lines"),
        "newest_filtered": ("/api/v1/spans", filtered, "newest 100 by service, file, status and duration"),
        "attribute_equals": ("/api/v1/spans", day | {"q": f"@user.id:{known['user']}"}, "newest 100 of one user"),
        "facets": (
            "/api/v1/facets",
            day | {"fields": "service,status,file,http_status,name"},
            "five facets in one call",
        ),
    }
    more: dict[str, tuple[str, Parameters, str]] = {
        "red_one_file_trend": ("/api/v1/origins", one_file | {"buckets": "24"}, "one file's lines with a trend"),
        "red_one_file_versions": ("/api/v1/origins", one_file | {"per": "commit"}, "one file's lines by commit"),
        "series": ("/api/v1/aggregate", day | {"by": "service", "buckets": "96"}, "twenty services over time"),
        "heatmap": ("/api/v1/heatmap", day, "heat map"),
        "deploys": ("/api/v1/deploys", day | {"q": "status:error"}, "versions that came, of services that failed"),
        "repeats": ("/api/v1/findings/repeats", day | {"at_least": "2"}, "repeated calls of all traces"),
        "regressions": (
            "/api/v1/findings/regressions",
            day | {"where": "commit:bbbbbbb", "baseline_where": "commit:aaaaaaa"},
            "lines that changed with a release",
        ),
        "explain": ("/api/v1/explain", day | {"selection": "duration:>100ms"}, "what sets slow spans apart"),
        "newest": ("/api/v1/spans", day, "newest 100"),
        "errors_with_origin": ("/api/v1/spans", day | {"q": "has:origin status:error"}, "newest 100 that failed"),
        "free_text": ("/api/v1/spans", day | {"q": "handle_4711"}, "newest 100 with a word that no span has"),
    }
    for name, (address, parameters, what) in {**ours, **more}.items():
        yield from asking.figures(f"query.{name}", address, parameters, f"{what}, {OF_A_DAY}")
    yield from _beside(engine, folder, known)
    engine.execute(_ONE_TRACE, {"start": START_NS + DAY_NS // 2, "count": TRACE_SPANS, "trace": TRACE})
    for coding in ("identity", "zstd", "gzip"):
        taken = asking.median(f"/api/v1/traces/{TRACE}", {}, coding)
        name = "trace_100k" if coding == "identity" else f"trace_100k_{coding}"
        what = f"a trace of {TRACE_SPANS:,} spans as columns, {coding}"
        yield Figure(f"{name}_ms", taken.wall_ms, "ms", what)
        yield Figure(f"{name}_mb", round(taken.bytes / 1e6, 2), "MB", what)
    note(f"making {3 * SPANS:,} spans of the three days before")
    _make(engine, 0, 3 * SPANS)
    of_all = f"of {4 * SPANS:,} spans kept"
    yield from asking.figures("query.trace_by_id_20m", f"/api/v1/traces/{known['trace']}", {}, f"by its id, {of_all}")
    changed = f"/api/v1/traces/{known['trace']}/changed"
    yield from asking.figures("query.changed_20m", changed, {}, f"which code of a trace is new, asked again, {of_all}")
    yield from asking.figures("query.red_one_file_20m", "/api/v1/origins", one_file, f"one file, one day, {of_all}")
    yield from asking.figures("query.red_all_20m", "/api/v1/origins", every_line, f"all lines, one day, {of_all}")
    yield from asking.figures("query.newest_filtered_20m", "/api/v1/spans", filtered, f"newest 100, one day, {of_all}")
    bytes_held = engine.query(
        "SELECT sum(bytes_on_disk) AS bytes FROM system.parts "
        "WHERE active AND database = 'spanorigin' AND table = 'spans'"
    )["bytes"][0]
    yield Figure("query.disk_bytes", round(bytes_held / (4 * SPANS + TRACE_SPANS), 1), "B/span", "indexes included")
    asking.close()


def _make(engine: EmbeddedEngine, first: int, count: int) -> None:
    """Spans number `first` and on, each by itself the same whatever else is made."""
    statement = (QUESTIONS / "spans.sql").read_text(encoding="utf-8")
    shared = {"start": FIRST_NS, "apart": DAY_NS // SPANS, "deployed": START_NS + DAY_NS // 2}
    for begun in range(first, first + count, AT_ONCE):
        engine.execute(statement, {**shared, "first": begun, "count": min(AT_ONCE, first + count - begun)})


def _known(engine: EmbeddedEngine) -> dict[str, str]:
    """Values to ask for: a file of middling traffic, a service and a file that fail together, a user, a trace."""
    files = engine.query(
        "SELECT origin_path AS file, service, count() AS count FROM spanorigin.spans "
        "WHERE origin_path != '' AND status = 'error' AND duration_ns >= 1000000 "
        "GROUP BY file, service ORDER BY count DESC, file LIMIT 1 OFFSET 20"
    )
    one = engine.query(
        "SELECT attrs_str['user.id'] AS user, lower(hex(trace_id)) AS trace FROM spanorigin.spans "
        "WHERE origin_type = 'entry' AND second >= toDateTime({middle:UInt32}, 'UTC') ORDER BY ts LIMIT 1",
        {"middle": (START_NS + DAY_NS // 3) // 10**9},
    )
    note(f"a file and a service that fail together: {files['count'][0]} spans")
    return {"file": files["file"][0], "service": files["service"][0], "user": one["user"][0], "trace": one["trace"][0]}


@dataclass(frozen=True, slots=True)
class Taken:
    """What one answer takes."""

    wall_ms: float
    cpu_ms: float
    bytes: int


class _Asking:
    """Asks the endpoints, one question at a time."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._workers = Workers(threads=1)
        reader, statistics_ = Reader(engine, time_limit_s=60), Statistics(engine, time_limit_s=60)
        rooms = (origins, findings, groups, deploys, explain)
        routes = [route for room in rooms for route in room.routes(statistics_, self._workers)]
        # Without a repository: what is measured is which commits its services ran before, not git.
        changed = changed_endpoint.routes(reader, Changed(Previewer(Repositories())), self._workers, lambda: END_NS)
        self._app = Starlette(routes=[*endpoint.routes(reader, self._workers), *changed, *routes])
        asyncio.run(self._workers.run(lambda: engine.execute("SET use_query_condition_cache = 0")))

    def figures(self, name: str, address: str, parameters: Parameters, what: str) -> Iterator[Figure]:
        """How long an answer takes, by the clock and in CPU time."""
        taken = self.median(address, parameters)
        yield Figure(f"{name}_ms", taken.wall_ms, "ms", what)
        yield Figure(f"{name}_cpu_ms", taken.cpu_ms, "ms", "CPU time of the same")

    def median(self, address: str, parameters: Parameters, coding: str = "identity") -> Taken:
        """What an answer takes, sent in a coding to a reader on another machine."""

        async def ask() -> Taken:
            walls, cpus, size = [], [], 0
            transport = httpx.ASGITransport(self._app, client=("203.0.113.9", 40000))
            async with httpx.AsyncClient(transport=transport, base_url="http://server", timeout=90) as client:
                for _ in range(RUNS + 1):
                    begun_at, cpu_at = time.perf_counter(), time.process_time()
                    headers = {"accept-encoding": coding}
                    async with client.stream("GET", address, params=dict(parameters), headers=headers) as answer:
                        body = b"".join([piece async for piece in answer.aiter_raw()])
                    walls.append((time.perf_counter() - begun_at) * 1e3)
                    cpus.append((time.process_time() - cpu_at) * 1e3)
                    assert answer.status_code == 200, body
                    assert answer.headers.get("content-encoding", "identity") == coding, "came in another coding"
                    size = len(body)
            return Taken(round(statistics.median(walls[1:]), 1), round(statistics.median(cpus[1:]), 1), size)

        return asyncio.run(ask())

    def close(self) -> None:
        self._workers.close()


def _beside(engine: EmbeddedEngine, folder: Path, known: Mapping[str, str]) -> Iterator[Figure]:
    questions = yaml.safe_load((QUESTIONS / "peers.yaml").read_text(encoding="utf-8"))
    start_s, end_s = START_NS // 10**9, END_NS // 10**9
    note("copying the day into the exporter's table")
    engine.execute((QUESTIONS / "exporter.sql").read_text(encoding="utf-8"))
    engine.execute((QUESTIONS / "to_exporter.sql").read_text(encoding="utf-8"), {"start_s": start_s})
    engine.execute("SET use_query_condition_cache = 0")
    window = f"Timestamp >= toDateTime({start_s}, 'UTC') AND Timestamp < toDateTime({end_s}, 'UTC')"
    for name, question in questions["exporter"].items():
        text = Template(question).substitute(known, window=window)
        times = []
        # It takes up to fifteen seconds a question: two runs and a warm one say enough.
        for _ in range(min(RUNS, 2) + 1):
            begun_at = time.perf_counter()
            engine.query(text)
            times.append((time.perf_counter() - begun_at) * 1e3)
        took_ms = round(statistics.median(times[1:]), 1)
        yield Figure(f"query.exporter.{name}_ms", took_ms, "ms", f"the Collector exporter's table, {OF_A_DAY}")
    engine.execute("DROP TABLE spanorigin.otel_traces SYNC")
    try:
        python = interpreter("duckdb")
    except PeerError as error:
        note(f"DuckDB is not beside us: {error}")
        return
    note("copying the day into DuckDB")
    parquet = folder / "day.parquet"
    copy = Template((QUESTIONS / "to_parquet.sql").read_text(encoding="utf-8")).substitute(file=parquet)
    engine.execute(copy, {"start_s": start_s})
    window = f"ts >= make_timestamp({START_NS // 1000}) AND ts < make_timestamp({END_NS // 1000})"
    texts = {name: Template(text).substitute(known, window=window) for name, text in questions["duckdb"].items()}
    done = subprocess.run(
        [python, QUESTIONS / "ask_duckdb.py", parquet, folder, str(RUNS)],
        input=json.dumps(texts),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    for name, took in answer["took_ms"].items():
        yield Figure(f"query.duckdb.{name}_ms", round(took, 1), "ms", f"DuckDB {answer['version']}")
    parquet.unlink()


if __name__ == "__main__":
    report(figures)
