"""What an origin costs at export: encoded by OTLP's own encoder, and merged from prepared bytes.

Encoding and serializing only, as both exporters do it; nothing is sent. Then the whole of a span: started by a library
below the user's code, ended, exported, without origins, with origins encoded plainly, and with origins merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import spanorigin
from figures import Figure, note, report
from opentelemetry.exporter.otlp.proto.common._internal import trace_encoder
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.trace import SpanKind
from spanorigin import emit
from spanorigin.export import install
from spanorigin.frameworks.imports import watch_imports
from spanorigin.model import ExitOrigin, LineNumber, Site
from spanorigin.settings import Settings
from stacks import PROJECT, SHAPES, chain, leaf
from timing import pin_to_one_core, steady_ns

BATCH = 128
"""Spans exported at a time: a short sample. OpenTelemetry's batch processor takes up to 512, which favours merging."""
_ROUNDS = 200
_PLACES = 50
_BEFORE = {
    "http.request.method": "GET",
    "url.full": "http://127.0.0.1:8000/price?k=1",
    "server.address": "127.0.0.1",
    "server.port": 8000,
}
_SHAPE = SHAPES[1]

Encode = Callable[[Sequence[ReadableSpan]], Any]


class Collecting(SpanProcessor):
    """A batch processor's list of ended spans, without its thread."""

    def __init__(self) -> None:
        self.ended: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.ended.append(span)


def figures() -> Iterator[Figure]:
    """Every value in nanoseconds or bytes a span; shares against plain encoding of the same attributes."""
    theirs: Encode = trace_encoder.encode_spans
    path = install(watch_imports, _stop)
    ours: Encode = trace_encoder.encode_spans
    if not path.verdict.accepted:
        raise SystemExit(f"Nothing to measure: {path.verdict.reason}")
    yield from _encoding(theirs, ours)
    yield from _whole(theirs, ours)
    if path.batches_merged == 0 or not path.verdict.accepted:
        raise SystemExit(f"Nothing was merged: {path.verdict.reason}")
    path.uninstall()


def _encoding(theirs: Encode, ours: Encode) -> Iterator[Figure]:
    bare, one, eight = _batch(_nowhere), _batch(_origin(1)), _batch(_origin(8))
    single = [one[0], *bare[1:]]
    for spans in (one, eight, single):
        # The first batch that a path sees goes both ways; after it, what is timed is what is sent.
        if ours(spans).SerializePartialToString() != theirs(spans).SerializePartialToString():
            raise SystemExit("What was merged is not what was encoded.")

    def exports(encode: Encode, spans: Sequence[ReadableSpan]) -> Callable[[], None]:
        return lambda: encode(spans).SerializePartialToString() and None

    taken = steady_ns(
        {
            "bare": (None, exports(theirs, bare)),
            "plain": (None, exports(theirs, one)),
            "plain, frames": (None, exports(theirs, eight)),
            "merged": (None, exports(ours, one)),
            "merged, frames": (None, exports(ours, eight)),
        },
        calls=1,
        rounds=_ROUNDS,
    )
    # By themselves, and longer: a twentieth of what is timed is looked for.
    taken |= steady_ns(
        {"merged beside": (None, exports(ours, one)), "single": (None, exports(ours, single))},
        calls=1,
        rounds=3 * _ROUNDS,
    )
    cost = {name: value / BATCH for name, value in taken.items()}
    plain, merged = cost["plain"] - cost["bare"], cost["merged"] - cost["bare"]
    frames_plain, frames_merged = cost["plain, frames"] - cost["bare"], cost["merged, frames"] - cost["bare"]
    # All but one of these spans carry an origin, or none do; the batch is merged either way.
    beside = (cost["merged beside"] - cost["single"]) * BATCH / (BATCH - 1)
    yield Figure("export.bare", cost["bare"], "ns", "a client span with five attributes and no origin, exported")
    yield Figure("export.plain_added", plain, "ns", "added by an origin's four attributes, encoded plainly")
    yield Figure("export.merged_added", merged, "ns", "added by them, merged; less than nothing, as framing is cheaper")
    yield Figure("export.merged_share", merged / plain, "ratio", "for a program: added when merged, against plainly")
    yield Figure("export.plain_added_frames", frames_plain, "ns", "added by an origin of eight frames, encoded plainly")
    yield Figure("export.merged_added_frames", frames_merged, "ns", "added by it, merged")
    yield Figure(
        "export.merged_share_frames",
        frames_merged / frames_plain,
        "ratio",
        "added when merged, against plainly, 8 frames",
    )
    yield Figure("export.merged_beside", beside, "ns", "added by an origin to a span of a batch that is merged anyway")
    yield Figure(
        "export.merged_beside_share", beside / plain, "ratio", "for the attributes alone: that, against plainly"
    )
    for name, spans in (("bare", bare), ("origin", one), ("frames", eight)):
        yield Figure(f"export.bytes_{name}", len(theirs(spans).SerializeToString()) / BATCH, "bytes", "of a span sent")


def _whole(theirs: Encode, ours: Encode) -> Iterator[Figure]:
    # These files are nobody's request: they play the interpreter's part below the chain.
    settings = Settings(exclude=(str(Path(__file__).parent),))
    without, with_origins = _service(None), _service(settings)
    try:
        calls = {"none": without(theirs), "plain": with_origins(theirs), "merged": with_origins(ours)}
        taken = steady_ns({name: (None, call) for name, call in calls.items()}, calls=1, rounds=_ROUNDS)
    finally:
        spanorigin.uninstall()
    cost = {name: value / BATCH for name, value in taken.items()}
    yield Figure("span.none", cost["none"], "ns", "a client span below 30 frames, started, ended and exported")
    yield Figure(
        "span.plain_added", cost["plain"] - cost["none"], "ns", "added by finding and exporting its origin, plainly"
    )
    yield Figure("span.merged_added", cost["merged"] - cost["none"], "ns", "added by finding and exporting it, merged")
    yield Figure("span.merged_added_share", cost["merged"] / cost["none"] - 1, "ratio", "that, against the span itself")


def _service(settings: Settings | None) -> Callable[[Encode], Callable[[], None]]:
    """A provider, with the agent on it or not; the answer makes a batch of spans and exports it."""
    collecting = Collecting()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(collecting)
    if settings is not None:
        spanorigin.install(provider, settings=settings)
    call = leaf(provider.get_tracer("opentelemetry.instrumentation.benchmark"), SpanKind.CLIENT, [None])
    through = chain(_SHAPE)

    def exporting(encode: Encode) -> Callable[[], None]:
        def batch() -> None:
            for _ in range(BATCH):
                through(call)
            encode(collecting.ended).SerializePartialToString()
            collecting.ended.clear()

        for _ in range(BATCH):
            through(call)
        found = (collecting.ended[-1].attributes or {}).get("code.file.path")
        if found != (f"{PROJECT}/part_0.py" if settings is not None else None):
            raise SystemExit(f"The spans being measured name the wrong place: {found}")
        collecting.ended.clear()
        return batch

    return exporting


def _batch(origin: Callable[[int], Any]) -> list[ReadableSpan]:
    collecting = Collecting()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(collecting)
    tracer = provider.get_tracer("opentelemetry.instrumentation.benchmark")
    attach, _ = emit.attach_at_start()
    prepared = [origin(number) for number in range(_PLACES)]
    for number in range(BATCH):
        span = tracer.start_span("GET", kind=SpanKind.CLIENT, attributes=_BEFORE)
        if prepared[number % _PLACES] is not None:
            attach(span, prepared[number % _PLACES])  # type: ignore[arg-type]
        span.set_attribute("http.response.status_code", 200)
        span.end()
    return collecting.ended


def _origin(frames: int) -> Callable[[int], Any]:
    def at(number: int) -> Any:
        sites = [
            Site(f"{PROJECT}/orders.py", LineNumber(300 + number + outwards), f"shop.orders.load_{outwards}")
            for outwards in range(frames)
        ]
        return emit.exit_attributes(ExitOrigin(tuple(sites)))

    return at


def _nowhere(number: int) -> None:
    del number


def _stop(error: Exception) -> None:
    raise SystemExit(f"The path that is being measured failed: {error!r}")


if __name__ == "__main__":
    pin_to_one_core()
    note("export: about 20 seconds")
    report(figures)
