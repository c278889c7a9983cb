"""Kill the server in the midst of full-rate ingest, many times over on one data folder: `make kill`.

Nothing that was answered may be lost or doubled. In each round senders post requests as fast as they are answered until
the server is killed with SIGKILL, at a moment drawn at random; the next round begins on what it left. After each round
every span of every request that was answered has to be there exactly once, and those that were not answered are there
whole or not at all, so that they can be sent again. Ends with 1 when a round has failed. Not part of `make bench`, for
its length.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

SPANS = 500
SENDERS = 16
_MARK = bytes(range(200, 216))
_DAY_NS = 86_400 * 10**9

# One engine a process, so that the store is looked at by a process of its own between two rounds. It begins as a server
# does: with what the killed one left.
_LOOK = """
import sys
from pathlib import Path
import msgspec
from spanorigin_server.store.engine import EmbeddedEngine
from spanorigin_server.store.tables import LANES
from spanorigin_server.store.unanswered import Unanswered
from spanorigin_server.store.writer import Writer
data = Path(sys.argv[1])
engine = EmbeddedEngine(data)
for lane in range(LANES):
    Writer(engine, lane, None, Unanswered(data / f"unanswered-{lane}")).settle()
found = engine.query("SELECT lower(hex(trace_id)) AS trace, count() AS spans, uniqExact(span_id) AS ids "
    "FROM spanorigin.spans GROUP BY trace")
sys.stdout.buffer.write(msgspec.json.encode(found))
engine.close()
"""


class Server:
    """A server on a free port of this machine, and on a data folder that others had before."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "spanorigin_server.command", "--port", "0", "--data", str(data)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        found = re.search(r":(\d+)\s*$", self.process.stdout.readline())
        if found is None:
            raise SystemExit("The server did not come up on what the last kill left.")
        self.port = int(found[1])

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def template() -> bytes:
    """A request whose trace id is _MARK. Spans lie on two days, so that one request makes two parts in the store."""
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    now_ns = time.time_ns()
    for number in range(SPANS):
        start_ns = now_ns - _DAY_NS if number % 5 == 0 else now_ns
        spans.add(
            trace_id=_MARK,
            span_id=(number + 1).to_bytes(8, "big"),
            name="work",
            start_time_unix_nano=start_ns,
            end_time_unix_nano=start_ns + number,
        )
    return request.SerializeToString()


def send_until_it_is_gone(port: int, body: bytes, answered: list[str], unanswered: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while True:
        trace_id = os.urandom(16)
        try:
            connection.request(
                "POST", "/v1/traces", body.replace(_MARK, trace_id), {"content-type": "application/x-protobuf"}
            )
            status = connection.getresponse()
            status.read()
        except (OSError, http.client.HTTPException):
            unanswered.append(trace_id.hex())
            connection.close()
            return
        (answered if status.status == 200 else unanswered).append(trace_id.hex())


def look(data: Path) -> dict[str, tuple[int, int]]:
    """Of each trace that is stored how many spans it has, and how many different ones."""
    output = subprocess.run([sys.executable, "-c", _LOOK, str(data)], capture_output=True, check=True).stdout
    found = json.loads(output)
    return dict(
        zip(found.get("trace", ()), zip(found.get("spans", ()), found.get("ids", ()), strict=True), strict=True)
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill the server while it takes spans, many times over.")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None, help="of the moments of the kills")
    options = parser.parse_args()
    seed = random.randrange(10**6) if options.seed is None else options.seed
    moments = random.Random(seed)
    print(f"seed {seed}; {SENDERS} senders, {SPANS} spans a request over two days")
    body = template()
    answered: list[str] = []
    unanswered: list[str] = []
    failed = 0
    with tempfile.TemporaryDirectory(prefix="spanorigin-kill-") as folder:
        data = Path(folder) / "data"
        for number in range(1, options.rounds + 1):
            before = len(answered)
            server = Server(data)
            senders = [
                threading.Thread(target=send_until_it_is_gone, args=(server.port, body, answered, unanswered))
                for _ in range(SENDERS)
            ]
            for sender in senders:
                sender.start()
            alive_s = moments.uniform(0.3, 3.0)
            time.sleep(alive_s)
            server.kill()
            for sender in senders:
                sender.join()
            held = look(data)
            lost = [trace for trace in answered if held.get(trace, (0, 0))[1] < SPANS]
            doubled = [trace for trace, (spans, ids) in held.items() if spans != ids]
            torn = [trace for trace in unanswered if held.get(trace, (0, 0))[1] not in (0, SPANS)]
            failed += bool(lost or doubled or torn)
            new = len(answered) - before
            print(
                f"round {number}: killed after {alive_s:.1f} s; {new} requests answered, {new * SPANS / alive_s:,.0f} "
                f"spans/s; of {len(answered):,} answered in all {len(lost)} are lost in part, {len(doubled)} doubled; "
                f"{len(torn)} of {len(unanswered)} that were not answered are there in part",
                flush=True,
            )
    print(f"{options.rounds} rounds, {len(answered) * SPANS:,} spans answered, {failed} rounds failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
