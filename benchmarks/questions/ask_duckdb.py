"""Ask DuckDB: its environment runs this, and it prints each question's median time in ms as one JSON object.

Arguments: the Parquet file of spans, a folder, how often to ask. Questions come as JSON on standard input.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

import duckdb


def main(parquet: str, folder: str, runs: int) -> None:
    connection = duckdb.connect(str(Path(folder) / "spans.duckdb"))
    connection.execute("SET threads = 2")
    connection.execute(
        "CREATE TABLE spans AS SELECT make_timestamp_ns(ts_ns) AS ts, * EXCLUDE (ts_ns) "
        f"FROM read_parquet('{parquet}') ORDER BY ts"
    )
    connection.execute("CHECKPOINT")
    took: dict[str, float] = {}
    for name, question in json.load(sys.stdin).items():
        times = []
        for _ in range(runs + 1):
            begun_at = time.perf_counter()
            connection.execute(question).fetchall()
            times.append((time.perf_counter() - begun_at) * 1e3)
        took[name] = statistics.median(times[1:])
    print(json.dumps({"version": duckdb.__version__, "took_ms": took}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
