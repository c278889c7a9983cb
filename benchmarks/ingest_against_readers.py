"""What ingest at full rate does to the readers, and four readers without a pause to ingest.

Two million spans lie in the store, of an hour ago. The questions of query.py are asked about them, one after another:
while nothing else goes on, and while 128 senders send newer spans as fast as they are taken. Then four readers ask at
once, without a pause, and the senders' rate is held against the one without readers. SECONDS makes it shorter.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from figures import Figure, note, report
from ingest_load import SPANS_PER_BODY, Server, bodies, http_request, running_server, send

SECONDS = float(os.environ.get("SECONDS", "20"))
BODIES = 400
TIMES_SENT = 10
AGE_S = 3600
READERS = 4
ASKED_IDLE = 7


@dataclass(slots=True)
class Reader:
    """Asks one question after another until it is told to stop; how long each answer took, by question."""

    server: Server
    questions: Mapping[str, str]
    took_ms: dict[str, list[float]] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def ask(self, first: int = 0, rounds: int | None = None) -> None:
        names = list(self.questions)
        number = first
        while not self.stop.is_set() and (rounds is None or number - first < rounds * len(names)):
            name = names[number % len(names)]
            begun_at = time.perf_counter()
            self.server.get(self.questions[name])
            self.took_ms.setdefault(name, []).append((time.perf_counter() - begun_at) * 1e3)
            number += 1


def figures() -> Iterator[Figure]:
    note("making requests ...")
    old = [http_request(body) for body in bodies(BODIES, age_s=AGE_S)]
    new = [http_request(body) for body in bodies(BODIES, seed=21)]
    with running_server() as server:
        note(f"storing {TIMES_SENT * BODIES * SPANS_PER_BODY:,} spans ...")
        for _ in range(TIMES_SENT):
            _send_all(old, server)
        questions = _questions(server)
        idle = Reader(server, questions)
        idle.ask(rounds=1)
        idle.took_ms.clear()
        idle.ask(rounds=ASKED_IDLE)
        note(f"sending at full rate for {SECONDS:.0f} s, alone ...")
        alone = send(new, server.port, SECONDS)[0] * SPANS_PER_BODY / SECONDS
        note("... with one reader ...")
        busy, with_one = _beside(server, new, questions, 1)
        note(f"... with {READERS} readers ...")
        greedy, with_four = _beside(server, new, questions, READERS)
        ratios = {}
        for name in questions:
            quiet, loaded = statistics.median(idle.took_ms[name]), statistics.median(busy[name])
            ratios[name] = loaded / quiet
            yield Figure(f"ingest.against.{name}_idle_ms", round(quiet, 1), "ms", "nothing else going on, median")
            yield Figure(f"ingest.against.{name}_busy_ms", round(loaded, 1), "ms", "during full-rate ingest, median")
        worst = max(ratios, key=lambda name: ratios[name])
        yield Figure("ingest.against.slower", round(ratios[worst], 2), "ratio", f"the most slowed question, {worst}")
        yield Figure("ingest.against.rate_alone", round(alone), "spans/s", "taken in without readers")
        yield Figure("ingest.against.rate_one_reader", round(with_one), "spans/s", "with one reader")
        yield Figure("ingest.against.rate_four_readers", round(with_four), "spans/s", "with four greedy readers")
        yield Figure(
            "ingest.against.kept_share", round(with_four / alone, 2), "ratio", "of the rate, with four readers"
        )
        answers = sum(len(took) for took in greedy.values()) / SECONDS
        yield Figure("ingest.against.answers", round(answers, 1), "1/s", "answers to the four readers meanwhile")


def _send_all(requests: list[bytes], server: Server) -> None:
    """Each request once."""
    for begun in range(0, len(requests), 100):
        piece = requests[begun : begun + 100]
        send(piece, server.port, 0.0, connections=len(piece))


def _questions(server: Server) -> dict[str, str]:
    """The addresses asked, about spans that are there: a file's, a service's, a trace's, a user's."""
    now_s = int(time.time())
    window = f"from={(now_s - AGE_S - 1800) * 10**9}&to={(now_s - AGE_S + 600) * 10**9}"
    newest = server.get(f"/api/v1/spans?{window}&q=has:origin+status:error&limit=1")["spans"][0]
    span = server.get(f"/api/v1/traces/{newest['trace_id']}/spans/{newest['span_id']}")
    path, user = quote(newest["origin"]["path"]), span["attributes"]["user.id"]
    filtered = quote(f"service:{newest['service']} file:{newest['origin']['path']} status:error duration:>=1ms")
    return {
        "red_one_file": f"/api/v1/origins?{window}&group=line&path={path}",
        "red_all": f"/api/v1/origins?{window}&group=line&limit=20000",
        "newest_filtered": f"/api/v1/spans?{window}&q={filtered}",
        "trace_by_id": f"/api/v1/traces/{newest['trace_id']}",
        "attribute_equals": f"/api/v1/spans?{window}&q={quote(f'@user.id:{user}')}",
        "facets": f"/api/v1/facets?{window}&fields=service,status,file,http_status,name",
    }


def _beside(
    server: Server, requests: list[bytes], questions: Mapping[str, str], readers: int
) -> tuple[dict[str, list[float]], float]:
    """What answers took while requests were sent at full rate, and that rate in spans a second."""
    asking = [Reader(server, questions) for _ in range(readers)]
    threads = [threading.Thread(target=reader.ask, args=(number,)) for number, reader in enumerate(asking)]
    for thread in threads:
        thread.start()
    try:
        sent = send(requests, server.port, SECONDS)[0]
    finally:
        for reader in asking:
            reader.stop.set()
        for thread in threads:
            thread.join()
    took: dict[str, list[float]] = {}
    for reader in asking:
        for name, times in reader.took_ms.items():
            took.setdefault(name, []).extend(times)
    return took, sent * SPANS_PER_BODY / SECONDS


if __name__ == "__main__":
    report(figures)
