"""Memory and waits at 20,000 spans a second while four readers ask without a pause."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from figures import Figure, note, report
from ingest_load import SPANS_PER_BODY, Server, bodies, http_request, running_server, send

RATE = 20_000
SECONDS = 30.0
READERS = 4
QUESTIONS = (
    "/api/v1/spans?limit=100",
    "/api/v1/spans?q=status:error+has:origin&limit=100",
    "/api/v1/spans?q=service:cart-8+@http.response.status_code:500&limit=100",
    "/api/v1/spans?q=cart&limit=50",
)


def figures() -> Iterator[Figure]:
    note("making requests ...")
    requests = [http_request(body) for body in bodies(100)]
    with running_server() as server:
        note(f"sending {RATE} spans/s for {SECONDS:.0f} s, with {READERS} readers ...")
        end, asked = time.perf_counter() + SECONDS, [0] * READERS
        readers = [threading.Thread(target=read, args=(server, end, asked, number)) for number in range(READERS)]
        for reader in readers:
            reader.start()
        peak_mb, waits = paced(requests, server, end)
        for reader in readers:
            reader.join()
        yield Figure("ingest.readers.memory", peak_mb, "MB", "most resident memory meanwhile")
        yield Figure("ingest.readers.wait_p50", waits[len(waits) // 2] * 1e3, "ms", "a sender's wait, half of them")
        yield Figure("ingest.readers.held", server.spans_held() / SECONDS, "spans/s", "taken in")
        yield Figure("ingest.readers.answers", sum(asked) / SECONDS, "1/s", "answers to the readers")


def read(server: Server, end: float, asked: list[int], number: int) -> None:
    while time.perf_counter() < end:
        server.get(QUESTIONS[(number + asked[number]) % len(QUESTIONS)])
        asked[number] += 1


def paced(requests: list[bytes], server: Server, end: float) -> tuple[float, list[float]]:
    """Send at the rate until the end. The most memory seen, and the waits, sorted."""
    peak_mb, waits, senders = 0.0, [], []

    def send_one(number: int) -> None:
        waits.extend(send([requests[number % len(requests)]], server.port, 0.0, connections=1)[1])

    begun = time.perf_counter()
    for number in range(int((end - begun) * RATE / SPANS_PER_BODY)):
        time.sleep(max(0.0, begun + number * SPANS_PER_BODY / RATE - time.perf_counter()))
        sender = threading.Thread(target=send_one, args=(number,))
        sender.start()
        senders.append(sender)
        if number % 20 == 0:
            peak_mb = max(peak_mb, server.resident_mb())
    for sender in senders:
        sender.join()
    return max(peak_mb, server.resident_mb()), sorted(waits)


if __name__ == "__main__":
    report(figures)
