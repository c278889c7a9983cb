"""Send example after example of one kind to a server of its own, and look whether it stands.

Examples go out many at once, with sound spans between them, so that what is hostile and what is sound are committed
together. After each round: every sound span is there exactly once, the store has grown by what was accepted and by
nothing else, what was stored can be read through every route, and the server's memory stays below its limit.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from spanorigin_tests.otlp import PROTOBUF, request_of, span_of
from spanorigin_tests.processes import ServerProcess
from spanorigin_tests.shapes import problems_of

from .doors import Doors, Example, Outcome
from .spans_in import BODY_LIMIT_BYTES

MEBIBYTE = 1024 * 1024
# What a server may have in memory while it is under attack: 192 MB of bodies at most, the engine's own caches, and what
# Python makes of the bodies.
MEMORY_LIMIT_BYTES = 1200 * MEBIBYTE
_AT_ONCE = 32
_ROUNDS_TO_A_LOOK = 6
_COMPLAINTS_MOST = 20
_WHOLE_TIME = f"from=0&to={2**63 - 1}"
# Asked in turn, of everything that was stored in the last minutes.
_READERS = (
    "/api/v1/aggregate?by=service,status&buckets=20",
    "/api/v1/aggregate?by=@code.line.number&sort=p95&limit=20",
    "/api/v1/archive?as=otlp-json",
    "/api/v1/archive?as=otlp",
    "/api/v1/archive?as=parquet",
    "/api/v1/deploys",
    "/api/v1/explain?selection=status:error",
    "/api/v1/facets",
    "/api/v1/fields",
    "/api/v1/fields/values?field=service",
    "/api/v1/findings/errors",
    "/api/v1/findings/repeats",
    "/api/v1/findings/slow",
    "/api/v1/heatmap",
    "/api/v1/origins?group=line&buckets=10&self=true",
    "/api/v1/origins?group=directory&sort=path",
    "/api/v1/spans?sort=slowest&limit=30",
    "/api/v1/spans/export?as=csv&limit=200",
    "/api/v1/spans/export?as=json&limit=200",
)


class Kind(Protocol):
    """A kind of hostile input."""

    name: str

    def example(self, chance: random.Random) -> Example:
        """An example, the same for the same `chance`."""

    def outcome(self, doors: Doors, example: Example) -> Outcome:
        """What became of it."""

    def complaint(self, example: Example, outcome: Outcome) -> str | None:
        """What is wrong with that; None when nothing is."""

    def stored(self, example: Example, outcome: Outcome) -> int | None:
        """How many spans the store has to have more; None where that is not known."""


@dataclass(slots=True)
class Report:
    """What a campaign saw."""

    kind: str
    examples: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    sound_spans: int = 0
    questions: int = 0
    seconds: float = 0.0
    memory_bytes: list[int] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def line(self) -> str:
        """One line for people."""
        memory = [each / MEBIBYTE for each in self.memory_bytes]
        third = max(1, len(memory) // 3)
        return (
            f"{self.kind}: {self.examples:,} examples in {self.seconds / 60:.1f} min, "
            f"{', '.join(f'{count:,} x {status}' for status, count in sorted(self.statuses.items()))}; "
            f"{self.sound_spans:,} sound spans, each there once; {self.questions:,} questions; memory "
            f"{memory[0]:.0f} MB at first, then by thirds {statistics.median(memory[:third]):.0f}, "
            f"{statistics.median(memory[third : 2 * third] or memory):.0f}, {statistics.median(memory[-third:]):.0f}, "
            f"{max(memory):.0f} at most; {len(self.complaints)} complaints"
        )


class Campaign:
    """Examples number `first` and on of a kind; each is made by its number and `seed` alone."""

    def __init__(self, kind: Kind, folder: Path, seed: int, first: int = 0) -> None:
        self._kind = kind
        self._folder = folder
        self._seed = seed
        self._next = first
        self._report = Report(kind.name)
        self._chance = random.Random(f"{seed} {kind.name}")
        self._spans = 0
        # The sound spans since the last look, and whether it is known how many spans came beside them.
        self._sound: list[bytes] = []
        self._trace_id = os.urandom(16)
        self._is_counted = True

    def run(self, examples: int, seconds: float) -> Report:
        """Go on for so many examples, or so long where that is longer."""
        report, begin = self._report, time.monotonic()
        limits = {"SPANORIGIN_MAX_BODY_MB": str(BODY_LIMIT_BYTES // MEBIBYTE)}
        with ServerProcess(self._folder, **limits) as server, ThreadPoolExecutor(_AT_ONCE) as pool:
            doors = Doors(server)
            readers = _in_turn(_READERS)
            report.memory_bytes.append(server.memory_bytes())
            while report.examples < examples or time.monotonic() - begin < seconds:
                for _ in range(_ROUNDS_TO_A_LOOK):
                    self._round(doors, pool, min(_AT_ONCE, max(1, examples - report.examples)))
                    self._watch(server)
                if server.process.poll() is not None:
                    self._complain(f"the server ended with {server.process.returncode}: {server.errors()[-2000:]}")
                    break
                self._look(doors, next(readers))
                if len(report.complaints) >= _COMPLAINTS_MOST:
                    break
            doors.close()
            report.seconds = time.monotonic() - begin
            code, _, errors = server.stop() if server.process.poll() is None else (0, "", "")
            if code != 0 or "Traceback" in errors:
                said = errors[max(0, errors.find("Traceback")) :]
                self._complain(f"the server ended with {code} and said: {said[:300]} … {said[300:][-4000:]}")
        return report

    def _round(self, doors: Doors, pool: ThreadPoolExecutor, most: int) -> None:
        numbers = range(self._next, self._next + self._chance.randrange(1, most + 1))
        self._next = numbers.stop
        tried = [pool.submit(self._try, doors, number) for number in numbers]
        sound = pool.submit(self._send_sound, doors)
        for number, future in zip(numbers, tried, strict=True):
            status, complaint, stored = future.result()
            self._report.statuses[status] += 1
            if complaint:
                self._complain(f"example {number}: {complaint}")
            if stored is None:
                self._is_counted = False
            else:
                self._spans += stored
        sound.result()
        self._report.examples += len(numbers)

    def _try(self, doors: Doors, number: int) -> tuple[int, str | None, int | None]:
        example = self._kind.example(random.Random(f"{self._seed} {self._kind.name} {number}"))
        try:
            outcome = self._kind.outcome(doors, example)
            return outcome.status, self._kind.complaint(example, outcome), self._kind.stored(example, outcome)
        except Exception:  # whatever a hostile example leads to is told
            return -1, traceback.format_exc(limit=-6), None

    def _send_sound(self, doors: Doors) -> None:
        span = span_of("sound", trace_id=self._trace_id)
        body = request_of(span, resource={"service.name": "sound"}).SerializeToString()
        outcome = doors.over_http(Example("/v1/traces", body, PROTOBUF))
        if (outcome.status, outcome.body) != (200, b""):
            self._complain(f"a sound span was answered {outcome.status}: {outcome.body[:300]!r}")
        else:
            self._sound.append(span.span_id)
            self._spans += 1

    def _watch(self, server: ServerProcess) -> None:
        taken = server.memory_bytes()
        self._report.memory_bytes.append(taken)
        if taken > MEMORY_LIMIT_BYTES:
            self._complain(f"the server has {taken / MEBIBYTE:.0f} MB in memory before example {self._next}")

    def _look(self, doors: Doors, reader: str) -> None:
        """The sound spans are there once, the store has what was accepted, and what is there can be read."""
        found = self._asked(doors, f"/api/v1/traces/{self._trace_id.hex()}")
        ids = sorted(json.loads(found.body)["columns"]["span_id"]) if found.status == 200 else []
        if ids != sorted(each.hex() for each in self._sound):
            self._complain(f"of {len(self._sound)} sound spans {len(ids)} are there, before example {self._next}")
        self._report.sound_spans += len(self._sound)
        self._sound, self._trace_id = [], os.urandom(16)

        spans = json.loads(self._asked(doors, "/api/v1/health").body)["spans"]
        if self._is_counted and spans != self._spans:
            self._complain(f"{self._spans} spans were accepted and {spans} are there, before example {self._next}")
        self._spans, self._is_counted = spans, True

        self._asked(doors, reader)
        page = self._asked(doors, f"/api/v1/spans?limit=50&{_WHOLE_TIME}")
        listed = json.loads(page.body).get("spans", []) if page.status == 200 else []
        for span in self._chance.sample(listed, min(3, len(listed))):
            trace_id, span_id = span["trace_id"], span["span_id"]
            self._asked(doors, f"/api/v1/traces/{trace_id}")
            self._asked(doors, f"/api/v1/traces/{trace_id}/spans/{span_id}")
            self._asked(doors, f"/api/v1/source?trace_id={trace_id}&span_id={span_id}")

    def _asked(self, doors: Doors, address: str) -> Outcome:
        """The answer to a question that has one: 200, in the contract's shape, or that it took too long."""
        self._report.questions += 1
        outcome = doors.over_http(Example(address, method="GET"))
        if outcome.status == 503 and b'"search-too-slow"' in outcome.body:
            self._report.statuses[503] += 1
        elif outcome.status != 200:
            self._complain(f"{address} answered {outcome.status}: {outcome.body[:500]!r}, before example {self._next}")
        elif outcome.content_type == "application/json":
            problems = problems_of(address.partition("?")[0], 200, json.loads(outcome.body))
            if problems:
                self._complain(f"{address} is not of its shape before example {self._next}: {problems[:2]}")
        return outcome

    def _complain(self, complaint: str) -> None:
        if len(self._report.complaints) < _COMPLAINTS_MOST:
            self._report.complaints.append(complaint)


def _in_turn(addresses: tuple[str, ...]) -> Iterator[str]:
    while True:
        yield from addresses
