"""Two services under load for half an hour, with capture turned on and off every second: `make soak`.

Holds when no response differs from that of the same service without the agent, nothing of the agent's fails or is
printed, every origin that arrives is a right one, and the process grows no more than the one without the agent. Ends
with 1 when it does not hold. Not part of `make bench`, for its length: `soak_capture.py --minutes 2` is a short one.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from figures import Figure, note, report
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanorigin import names
from spanorigin.doctor import asking
from spanorigin.model import UserError

SERVICES = Path(__file__).resolve().parent / "soak_services.py"
PATHS = {
    "threaded": ("/items/1", "/items/2", "/items/3", "/made/7", "/fails", "/streams", "/nowhere"),
    "async": ("/orders/1", "/orders/2", "/waits", "/streams", "/orders/none", "/nowhere"),
}
AGENTS = ("agent", "bare")
LOOK_EVERY_SECONDS = 10.0
"""How often `spanorigin doctor` asks each process with the agent, meanwhile."""
CLIENTS = 2
"""Connections a service is asked over at a time."""
# What may come on top of the service without the agent, over the whole run. Its tables fill in the first third.
GROWTH_KB = 1024
GROWTH_BLOCKS = 2000
GROWTH = {"objects": 500, "threads": 4, "files": 8}  # connections come and go


class Sink(BaseHTTPRequestHandler):
    """Takes spans, and looks at the origin of each."""

    protocol_version = "HTTP/1.1"
    origins: ClassVar[Counter[str]] = Counter()
    spans: ClassVar[Counter[str]] = Counter()
    wrong: ClassVar[list[str]] = []
    expected: ClassVar[frozenset[tuple[str, int]]] = frozenset()

    def do_POST(self) -> None:
        request = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self._look_at(span)

    def _look_at(self, span: Any) -> None:
        said = {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in span.attributes}
        self.spans[self.path] += 1
        kind = said.get(names.ORIGIN_TYPE)
        if kind is None:
            return
        self.origins[f"{self.path} {kind}"] += 1
        is_right = (kind, said.get(names.CODE_LINE_NUMBER)) in self.expected
        if not is_right or said.get(names.CODE_FILE_PATH) != str(SERVICES):
            self.wrong.append(f"{self.path} {span.name}: {kind} {said.get(names.CODE_FUNCTION_NAME)}")

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@dataclass
class Service:
    """One of the four processes, with what was seen of it."""

    kind: str
    agent: str
    process: subprocess.Popen[str]
    port: int
    readings: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    answers: dict[str, set[tuple[Any, ...]]] = field(default_factory=dict)
    asked: int = 0
    broken: list[str] = field(default_factory=list)
    looked: int = 0
    is_over: bool = False
    """Its clients have gone, and took their connections along: what it holds now is not what it held."""

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.agent}"

    def follow(self) -> None:
        """Keep what the process prints."""
        for stream, keep in ((self.process.stdout, self._read), (self.process.stderr, self.said.append)):
            threading.Thread(target=_each, args=(stream, keep), daemon=True).start()

    def _read(self, line: str) -> None:
        if not self.is_over:
            self.readings.append(json.loads(line))

    def ask(self, rate: float, until: float) -> None:
        """Ask for each path in turn, over one connection, `rate` times a second at most."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for path in itertools.cycle(PATHS[self.kind]):
            if time.monotonic() >= until or self.process.poll() is not None:
                self.is_over = True
                return
            began = time.monotonic()
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                headers = tuple(pair for pair in response.getheaders() if pair[0].lower() not in ("date", "server"))
                self.answers.setdefault(path, set()).add((response.status, headers, response.read()))
                self.asked += 1
            except (OSError, http.client.HTTPException) as error:
                self.broken.append(f"{path}: {error!r}")
                connection.close()
            time.sleep(max(0.0, 1 / rate - (time.monotonic() - began)))

    def look(self, until: float) -> None:
        """Ask the process what it does, as a person does from outside."""
        time.sleep(LOOK_EVERY_SECONDS / 2)  # the door opens a second after the start
        while time.monotonic() < until and self.process.poll() is None:
            try:
                said = asking.ask(self.process.pid, {"ask": "report"}, {})
                self.looked += bool(said["installed"])
            except UserError as error:
                self.broken.append(f"doctor: {error}")
            time.sleep(LOOK_EVERY_SECONDS)

    def growth(self, what: str) -> float:
        """From the second quarter of the run to the last: the difference of the medians."""
        values = [reading[what] for reading in self.readings]
        quarter = max(1, len(values) // 4)
        return statistics.median(values[-quarter:]) - statistics.median(values[quarter : 2 * quarter] or values)


def _each(stream: Any, keep: Any) -> None:
    for line in stream:
        keep(line)


def start(kind: str, agent: str, sink: str, *more: str) -> Service:
    process = subprocess.Popen(
        [sys.executable, str(SERVICES), kind, agent, sink, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"The {kind} service did not start:\n{process.stderr.read() if process.stderr else ''}")
    service = Service(kind, agent, process, int(line))
    service.follow()
    return service


def expected_origins() -> frozenset[tuple[str, int]]:
    """Kind and line of every place in the services that is marked as an origin."""
    lines = SERVICES.read_text(encoding="utf-8").splitlines()
    return frozenset(
        (kind, number)
        for number, line in enumerate(lines, 1)
        for kind in ("entry", "exit")
        if line.endswith(f"# <- {kind}")
    )


def soak(minutes: float, rate: float) -> Iterator[Figure]:
    """Run it, and tell what was seen. Raises SystemExit(1) at the end when something does not hold."""
    Sink.expected = expected_origins()
    sink = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{sink.server_port}"
    services: list[Service] = []
    try:
        for agent in AGENTS:
            first = start("threaded", agent, address)
            services += [first, start("async", agent, address, f"http://127.0.0.1:{first.port}")]
        until = time.monotonic() + 60 * minutes
        clients = [
            threading.Thread(target=service.ask, args=(rate / CLIENTS, until))
            for service in services
            for _ in range(CLIENTS)
        ]
        lookers = [
            threading.Thread(target=service.look, args=(until,), daemon=True)
            for service in services
            if service.agent == "agent"
        ]
        for thread in (*clients, *lookers):
            thread.start()
        while any(client.is_alive() for client in clients):
            time.sleep(min(60.0, max(0.1, until - time.monotonic())))
            for service in services:
                note(f"{until - time.monotonic():6.0f} s left  {service.name:<15} {service.readings[-1:]}")
    finally:
        for service in services:
            service.process.terminate()
            service.process.wait()
        sink.shutdown()
    yield from judged(services, minutes)


def judged(services: list[Service], minutes: float) -> Iterator[Figure]:
    """The figures, then the faults."""
    faults: list[str] = []
    by_name = {service.name: service for service in services}
    for kind in PATHS:
        ours, bare = by_name[f"{kind}-agent"], by_name[f"{kind}-bare"]
        faults += [f"{each.name}: {broken}" for each in (ours, bare) for broken in each.broken]
        # Those without the agent say the same: what is the services' own doing is no fault of ours.
        theirs = set(bare.said)
        faults += [f"{ours.name} printed: {line.rstrip()}" for line in ours.said if line not in theirs]
        differing = [path for path in PATHS[kind] if ours.answers.get(path) != bare.answers.get(path)]
        faults += [f"{kind}: another answer to {path}" for path in differing]
        faults += [
            f"{kind}: {path} is not always answered alike" for path, said in bare.answers.items() if len(said) > 1
        ]
        last = ours.readings[-1]
        faults += [f"{kind}: the agent failed in {room}, {count} times" for room, count in last["failures"].items()]
        yield Figure(f"soak.{kind}.minutes", minutes, "min", "how long it ran")
        yield Figure(f"soak.{kind}.requests", ours.asked, "", "answered, the same to the byte as without the agent")
        yield Figure(f"soak.{kind}.switched", last["switched"], "", "times capture was turned on, off, or half off")
        faults += [] if ours.looked else [f"{kind}: the doctor never got an answer"]
        yield Figure(f"soak.{kind}.looked", ours.looked, "", "answers that the doctor got meanwhile")
        for origin in ("entry", "exit"):
            count = Sink.origins[f"/{ours.name} {origin}"]
            faults += [f"{kind}: no {origin} origin ever arrived"] if not count else []
            yield Figure(f"soak.{kind}.{origin}", count, "", f"{origin} origins that arrived, all of them right")
        for what, unit, limit in (("rss_kb", "kB", GROWTH_KB), ("blocks", "blocks", GROWTH_BLOCKS)):
            more = ours.growth(what) - bare.growth(what)
            faults += [f"{kind}: {what} grew by {more:g} more than without the agent"] if more > limit else []
            yield Figure(
                f"soak.{kind}.growth_{what}", ours.growth(what), unit, "second quarter to last, with the agent"
            )
            yield Figure(f"soak.{kind}.bare_growth_{what}", bare.growth(what), unit, "the same without the agent")
        for what, limit in GROWTH.items():
            more = ours.growth(what) - bare.growth(what)
            faults += [f"{kind}: {more:g} more {what} than without the agent"] if more > limit else []
            yield Figure(f"soak.{kind}.growth_{what}", more, "", f"{what}, beyond the growth without the agent")
    faults += [f"a wrong origin: {origin}" for origin in Sink.wrong]
    if faults:
        note(f"\nIt does not hold, for {len(faults)} reasons:")
        for fault in faults[:40]:
            note(f"  {fault}")
        raise SystemExit(1)
    note("\nIt holds.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=20, help="requests a second of each of the four services")
    options = parser.parse_args()
    report(lambda: soak(options.minutes, options.rate))
