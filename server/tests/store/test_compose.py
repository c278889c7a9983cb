"""The cluster in docs/clickhouse is one that the docs' address fits: two shards, two replicas, all under one name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

DOCS = Path(__file__).parents[3] / "docs/clickhouse"
ASK = (
    "import sys; from chdb.session import Session\n"
    "s = Session(f'{sys.argv[1]}?config-file={sys.argv[2]}')\n"
    "print(s.query(\"SELECT cluster, shard_num, replica_num, host_name FROM system.clusters ORDER BY ALL\", 'TSV'))\n"
    "print(s.query(\"SELECT macro, substitution FROM system.macros ORDER BY macro\", 'TSV'))"
)


def test_the_engine_reads_the_cluster_as_two_shards_of_two_replicas(tmp_path: Path):
    environment = {"CLUSTER_SECRET": "x", "SHARD": "2", "REPLICA": "1", "HOSTNAME_IN_CLUSTER": "clickhouse-2-1"}

    answer = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path / "data"), str(DOCS / "cluster.xml")],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )

    rows = [line.replace('"', "").split("\t") for line in answer.stdout.splitlines() if line]
    assert rows[:4] == [
        ["spanorigin", "1", "1", "clickhouse-1-1"],
        ["spanorigin", "1", "2", "clickhouse-1-2"],
        ["spanorigin", "2", "1", "clickhouse-2-1"],
        ["spanorigin", "2", "2", "clickhouse-2-2"],
    ], answer.stderr
    assert rows[4:] == [["replica", "1"], ["shard", "2"]]


def test_every_machine_of_the_cluster_is_a_service_with_its_own_place():
    compose = yaml.safe_load((DOCS / "compose.yaml").read_text())
    servers = {name: service for name, service in compose["services"].items() if name.startswith("clickhouse-")}

    places = {name: (of["environment"]["SHARD"], of["environment"]["REPLICA"]) for name, of in servers.items()}

    assert places == {f"clickhouse-{shard}-{replica}": (shard, replica) for shard in (1, 2) for replica in (1, 2)}
    assert all(of["environment"]["HOSTNAME_IN_CLUSTER"] == name for name, of in servers.items())
    assert all(f"<hostname>{name}</hostname>" in (DOCS / "keeper.xml").read_text()
               for name in compose["services"] if name.startswith("keeper-"))  # fmt: skip
    # Reached from this machine alone.
    assert all(port.startswith("127.0.0.1:") for of in servers.values() for port in of.get("ports", ()))
