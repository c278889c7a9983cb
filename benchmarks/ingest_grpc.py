"""Spans per second over OTLP/gRPC, answered after the commit, the sender's work (Python's gRPC) included."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

import grpc
from figures import Figure, note, report
from ingest_load import SPANS_PER_BODY, bodies, running_server

METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
BODIES = 200
CHANNELS, CALLS = 4, 128
WARM_S, MEASURED_S = 3.0, 12.0


def figures() -> Iterator[Figure]:
    note(f"making {BODIES} requests of {SPANS_PER_BODY} spans ...")
    requests = list(bodies(BODIES))
    with running_server() as server:
        address = f"127.0.0.1:{server.port_of('OTLP/gRPC')}"
        note(f"sending for {WARM_S + MEASURED_S:.0f} s over {CHANNELS} channels, {CALLS} calls at a time ...")
        asyncio.run(send(requests, address, WARM_S))
        started, used_s = time.perf_counter(), server.cpu_seconds()
        waits = asyncio.run(send(requests, address, MEASURED_S))
        spans = len(waits) * SPANS_PER_BODY
        yield Figure("ingest.grpc.rate", spans / (time.perf_counter() - started), "spans/s", "stored and answered")
        used_s = server.cpu_seconds() - used_s
        yield Figure("ingest.grpc.cpu", used_s / spans * 1e6, "us/span", "work of the server, merges included")
        yield Figure("ingest.grpc.wait_p50", waits[len(waits) // 2] * 1e3, "ms", "from call to answer, half of them")


async def send(requests: Sequence[bytes], address: str, seconds: float) -> list[float]:
    """Keep so many calls open for so long; how long each waited, sorted."""
    waits: list[float] = []
    end = time.perf_counter() + seconds

    async def caller(channel: grpc.aio.Channel, number: int) -> None:
        export = channel.unary_unary(METHOD)
        while (begun := time.perf_counter()) < end:
            await export(requests[number % len(requests)])
            waits.append(time.perf_counter() - begun)
            number += CALLS

    # A pool of its own for each: channels to one address would share a connection.
    channels = [
        grpc.aio.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) for _ in range(CHANNELS)
    ]
    await asyncio.gather(*(caller(channels[number % CHANNELS], number) for number in range(CALLS)))
    for channel in channels:
        await channel.close()
    return sorted(waits)


if __name__ == "__main__":
    report(figures)
