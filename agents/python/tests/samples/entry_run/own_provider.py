"""A program that sets its provider itself, and leaves the rest to opentelemetry-instrument."""

import sqlite3

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)

with sqlite3.connect(":memory:") as connection:
    connection.cursor().execute("select 1")  # <- call
