"""Measure whole requests with our capture on and off: `python request_capture.py PORT ROUNDS`. Started by request.py.

The shop of request_shop.py under OpenTelemetry's instrumentations of Flask and SQLAlchemy, with the batch processor and
the OTLP/HTTP exporter, which sends to 127.0.0.1:PORT. Capture is installed and uninstalled between blocks of requests.
Prints one JSON object: microseconds of CPU a request, all threads', of each block, by variant.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import request_shop
import spanorigin
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from request_blocks import blocks, requests
from spanorigin.settings import Settings
from timing import pin_to_one_core

# The shop's file is the user's; what drives it is nobody's.
_SETTINGS = Settings(exclude=(str(Path(__file__)), str(Path(__file__).with_name("request_blocks.py"))))


class _Types(SpanProcessor):
    """Counts what spans say of their origin."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.seen.append(str((span.attributes or {}).get("spanorigin.type")))


def measure(port: int, rounds: int) -> dict[str, list[float]]:
    """CPU microseconds a request, of each block, by variant."""
    provider = TracerProvider(shutdown_on_exit=False)
    trace.set_tracer_provider(provider)
    exporter = OTLPSpanExporter(endpoint=f"http://127.0.0.1:{port}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=20_000))
    engine = request_shop.make_engine()
    SQLAlchemyInstrumentor().instrument(engine=engine, skip_dep_check=True)
    app = request_shop.make_app(engine)
    FlaskInstrumentor().instrument_app(app)

    def on() -> None:
        spanorigin.install(provider, settings=_SETTINGS)

    _check(provider, app, on)
    taken = blocks(
        app,
        {"off": spanorigin.uninstall, "on": on, "off again": spanorigin.uninstall},
        flush=provider.force_flush,
        rounds=rounds,
    )
    provider.shutdown()
    return taken


def _check(provider: TracerProvider, app: object, on: Callable[[], None]) -> None:
    """One entry and four exits, or something else is being measured."""
    types = _Types()
    on()
    provider.add_span_processor(types)
    requests(app, 1)
    if sorted(types.seen) != ["entry", *["exit"] * 4]:
        raise SystemExit(f"A request has other spans than it should: {types.seen}")
    every = provider._active_span_processor
    every._span_processors = tuple(one for one in every._span_processors if one is not types)


if __name__ == "__main__":
    pin_to_one_core()
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
