"""The server under 20,000 spans a second for 45 minutes, with readers and retention at work: `make soak-server`.

Each minute it prints the memory, how long senders and each question waited, the spans kept and the disk they take.
Holds when nothing that was answered is lost or doubled but what retention removed, memory is flat in the last third,
and nothing was answered with a 5xx. Ends with 1 when it does not hold. Not part of `make bench`, for its length:
`soak_server.py --minutes 3 --keep-gb 1` is a short one.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from urllib.parse import urlencode

from ingest_load import SPANS_PER_BODY, Server, bodies, set_attributes
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

TEMPLATES = 100
SENDERS = 64
READERS = 4
MINUTE_S = 60.0
_SECOND_NS = 10**9
_HOUR_NS = 3600 * _SECOND_NS
_DAY_NS = 24 * _HOUR_NS
# Every so manieth request tells of the same time a day before, as a sender does that was cut off. Retention, which
# keeps a day, drops that whole day each minute.
LATE_EVERY = 50
# Retention cuts at a second, and requests of about the same second may come before and after it.
CUT_MARGIN_S = 120
# The last third may have so much more than the middle one, both medians.
GROWTH = 1.05
MARK = "soak.request"
PATIENCE_S = 60.0

# One engine a process, so that the store is looked at by a process of its own once the server has ended.
_LOOK = """
import sys
from pathlib import Path
import msgspec
from spanorigin_server.store.engine import EmbeddedEngine
engine = EmbeddedEngine(Path(sys.argv[1]))
marks = engine.query("SELECT resource['soak.request'] AS mark, count() AS spans, uniqExact(trace_id, span_id) AS ids "
    "FROM spanorigin.spans GROUP BY mark")
days = engine.query("SELECT toUInt32(toDate(second)) AS day, toUnixTimestamp(min(second)) AS first_s "
    "FROM spanorigin.spans GROUP BY day")
sys.stdout.buffer.write(msgspec.json.encode([marks, days]))
engine.close()
"""


def questions(chance: random.Random, now_ns: int, trace_id: str, user: str) -> dict[str, str]:
    """What readers ask, by name, each of the last hour."""
    hour = {"from": str(now_ns - _HOUR_NS), "to": str(now_ns)}
    service = f"cart-{8 * chance.randrange(5)}"

    def of_hour(address: str, /, **parameters: str) -> str:
        return f"{address}?{urlencode(hour | parameters)}"

    return {
        "newest": of_hour("/api/v1/spans", limit="100"),
        "filtered": of_hour("/api/v1/spans", q=f"service:{service} status:error", limit="100"),
        "attribute": of_hour("/api/v1/spans", q=f"@user.id:{user}", limit="100"),
        "trace": f"/api/v1/traces/{trace_id}",
        "facets": of_hour("/api/v1/facets", fields="service,status,file,http_status,name"),
        "red_file": of_hour("/api/v1/origins", group="line", path=f"cart/file_{chance.randrange(600)}.py"),
        "red_all": of_hour("/api/v1/origins", group="line", limit="20000"),
        "series": of_hour("/api/v1/aggregate", by="service", buckets="60"),
    }


@dataclass(slots=True)
class Sent:
    """A request that was answered 200: its mark, and the seconds between which its spans began."""

    mark: str
    first_s: int


@dataclass(slots=True)
class Run:
    """What senders and readers have seen; written by all of them, a list's append at a time."""

    port: int
    end_s: float
    answered: list[Sent] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    waits: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    known: tuple[str, str] = ("0" * 31 + "1", "nobody")

    def note(self, name: str, took_s: float, status: int) -> None:
        self.waits.setdefault(name, []).append(took_s)
        if status != 200:
            self.statuses[f"{name} {status}"] += 1


class Requests:
    """Requests of which no two are the same: templates with times, trace ids and a mark of their own."""

    def __init__(self, count: int) -> None:
        self._templates = [ExportTraceServiceRequest.FromString(body) for body in bodies(count)]
        self._number = 0
        for template in self._templates:
            set_attributes(template.resource_spans[0].resource, {MARK: ""})

    def next(self) -> tuple[Sent, bytes, tuple[str, str]]:
        """What is to be noted of the request once it is answered, its bytes, and a trace and a user in it."""
        self._number += 1
        request = self._templates[self._number % len(self._templates)]
        mark = f"{self._number:09d}"
        request.resource_spans[0].resource.attributes[-1].value.string_value = mark
        spans = request.resource_spans[0].scope_spans[0].spans
        late_ns = _DAY_NS if self._number % LATE_EVERY == 0 else 0
        shift_ns = time.time_ns() - late_ns - spans[-1].start_time_unix_nano
        prefix = self._number.to_bytes(6, "big")
        for span in spans:
            span.trace_id = prefix + span.trace_id[6:]
            span.start_time_unix_nano += shift_ns
            span.end_time_unix_nano += shift_ns
        user = next(pair.value.string_value for pair in spans[0].attributes if pair.key == "user.id")
        return (
            Sent(mark, spans[0].start_time_unix_nano // _SECOND_NS),
            request.SerializeToString(),
            (spans[0].trace_id.hex(), user),
        )


def produce(run: Run, rate: int, waiting: Queue[tuple[Sent, bytes] | None]) -> None:
    """Make requests at the rate. Falls behind, rather than catch up, when the queue is full."""
    requests = Requests(TEMPLATES)
    due_s = time.monotonic()
    while time.monotonic() < run.end_s:
        sent, body, run.known = requests.next()
        waiting.put((sent, body))
        due_s = max(due_s + SPANS_PER_BODY / rate, time.monotonic() - 1)
        time.sleep(max(0.0, due_s - time.monotonic()))
    for _ in range(SENDERS):
        waiting.put(None)


def send(run: Run, waiting: Queue[tuple[Sent, bytes] | None]) -> None:
    """Send what waits, and again what the server wants to have again, as an SDK does."""
    connection = http.client.HTTPConnection("127.0.0.1", run.port, timeout=PATIENCE_S)
    while (job := waiting.get()) is not None:
        sent, body = job
        while True:
            begun_s = time.perf_counter()
            try:
                connection.request("POST", "/v1/traces", body, {"content-type": "application/x-protobuf"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                run.statuses[f"ingest {type(error).__name__}"] += 1
                run.unanswered.append(sent.mark)
                connection.close()
                break
            run.note("ingest", time.perf_counter() - begun_s, answer.status)
            if answer.status == 200:
                run.answered.append(sent)
                break
            if answer.status not in (429, 503):
                break
            time.sleep(float(answer.headers.get("retry-after", "1")))


def read(run: Run, pause_s: float, seed: int) -> None:
    """Ask one question after the other, with pauses."""
    chance = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", run.port, timeout=PATIENCE_S)
    while time.monotonic() < run.end_s:
        asked = list(questions(chance, time.time_ns(), *run.known).items())
        chance.shuffle(asked)
        for name, path in asked:
            begun_s = time.perf_counter()
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                # The trace may not be in the store yet.
                status = 200 if name == "trace" and answer.status == 404 else answer.status
                run.note(name, time.perf_counter() - begun_s, status)
            except (OSError, http.client.HTTPException) as error:
                run.statuses[f"{name} {type(error).__name__}"] += 1
                connection.close()
            time.sleep(pause_s)
            if time.monotonic() > run.end_s:
                return


def line(minute: int, run: Run, server: Server, sent_before: int) -> tuple[str, float]:
    """The minute in words, and the memory at its end."""
    waits, run.waits = run.waits, {}
    memory_mb = server.resident_mb()
    kept = server.spans_held()
    rate = (len(run.answered) - sent_before) * SPANS_PER_BODY / MINUTE_S
    parts = [
        f"min {minute:2d}  rss {memory_mb:5.0f} MB  {rate:6.0f}/s"
        f"  kept {kept / 1e6:5.1f} M  disk {folder_bytes(server.data) / 1e6:5.0f} MB"
    ]
    for name in sorted(waits, key=lambda name: (name != "ingest", name)):
        ordered = sorted(waits[name])
        half, most = (ordered[int(len(ordered) * share)] * 1e3 for share in (0.5, 0.95))
        parts.append(f"{name} {half:.0f}/{most:.0f}")
    return "  ".join(parts), memory_mb


def folder_bytes(folder: Path) -> int:
    """What the files of a folder take up; files come and go meanwhile, and hard links count once."""
    sizes: dict[int, int] = {}
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                found = (Path(place) / name).stat()
            except FileNotFoundError:
                continue
            sizes[found.st_ino] = found.st_blocks * 512
    return sum(sizes.values())


@dataclass(frozen=True, slots=True)
class Verdict:
    answered: int
    removed: int
    lost: list[str]
    doubled: list[str]


def look(run: Run, data: Path) -> Verdict:
    """Whether what was answered is there, as far as retention has not removed it."""
    output = subprocess.run([sys.executable, "-c", _LOOK, str(data)], capture_output=True, check=True).stdout
    marks, days = json.loads(output)
    held = dict(zip(marks["mark"], zip(marks["spans"], marks["ids"], strict=True), strict=True))
    first_s: Mapping[int, int] = dict(zip(days["day"], days["first_s"], strict=True))
    removed, lost = 0, []
    for sent in run.answered:
        kept_from_s = first_s.get(sent.first_s // 86_400)
        spans = held.get(sent.mark, (0, 0))[0]
        if spans == SPANS_PER_BODY:
            continue
        if kept_from_s is None or sent.first_s < kept_from_s + CUT_MARGIN_S:
            removed += 1
        else:
            lost.append(sent.mark)
    doubled = [mark for mark, (spans, ids) in held.items() if spans != ids or spans > SPANS_PER_BODY]
    return Verdict(len(run.answered), removed, lost, doubled)


def soak(options: argparse.Namespace, data: Path) -> list[str]:
    """Run it, and say what does not hold."""
    command = [sys.executable, "-m", "spanorigin_server.command", "--port", "0", "--data", str(data)]
    environment = {**os.environ, "SPANORIGIN_KEEP_GB": str(options.keep_gb), "SPANORIGIN_KEEP_DAYS": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        found = re.search(r":(\d+)\s*$", process.stdout.readline())
        assert found, "the server did not come up"
        server = Server(process, int(found[1]), data)
        begun_s = time.monotonic()
        run = Run(server.port, begun_s + options.minutes * MINUTE_S)
        waiting: Queue[tuple[Sent, bytes] | None] = Queue(maxsize=SENDERS)
        threads = [threading.Thread(target=produce, args=(run, options.rate, waiting))]
        threads += [threading.Thread(target=send, args=(run, waiting)) for _ in range(SENDERS)]
        threads += [threading.Thread(target=read, args=(run, options.pause, seed)) for seed in range(READERS)]
        for thread in threads:
            thread.start()
        memory: list[float] = []
        sent = 0
        for minute in range(1, options.minutes + 1):
            time.sleep(max(0.0, begun_s + minute * MINUTE_S - time.monotonic()))
            said, memory_mb = line(minute, run, server, sent)
            sent = len(run.answered)
            memory.append(memory_mb)
            print(said, flush=True)
        for thread in threads:
            thread.join()
    finally:
        process.terminate()
        process.wait()
    verdict = look(run, data)
    print(
        f"{verdict.answered:,} requests answered, {verdict.answered * SPANS_PER_BODY:,} spans; retention removed "
        f"{verdict.removed:,} requests; {len(verdict.lost)} lost, {len(verdict.doubled)} doubled; "
        f"{len(run.unanswered)} not answered; other answers than 200: {dict(run.statuses) or 'none'}"
    )
    third = max(1, len(memory) // 3)
    middle_mb, last_mb = statistics.median(memory[-2 * third : -third] or memory), statistics.median(memory[-third:])
    print(f"memory: {middle_mb:.0f} MB in the middle third, {last_mb:.0f} MB in the last, {max(memory):.0f} MB at most")
    failures = []
    if verdict.lost or verdict.doubled:
        failures.append(f"lost {verdict.lost[:5]}, doubled {verdict.doubled[:5]}")
    if last_mb > middle_mb * GROWTH:
        failures.append("memory grew")
    if any(re.search(r" 5\d\d$|[a-z]$", status) for status in run.statuses):
        failures.append("a request failed")
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description="The server under load for long.")
    parser.add_argument("--minutes", type=int, default=45)
    parser.add_argument("--rate", type=int, default=20_000, help="spans a second")
    parser.add_argument("--keep-gb", type=int, default=2, help="what retention leaves")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two questions of a reader")
    options = parser.parse_args()
    print(
        f"{options.minutes} minutes, {options.rate:,} spans/s, {READERS} readers with pauses of {options.pause} s, "
        f"{options.keep_gb} GB kept; waits are half/95 % in ms",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="spanorigin-soak-") as folder:
        failures = soak(options, Path(folder) / "data")
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
