"""A program that sets OpenTelemetry up itself."""

import sqlite3

import spanorigin
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.sqlite3 import SQLite3Instrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
SQLite3Instrumentor().instrument()
spanorigin.install(provider)

with sqlite3.connect(":memory:") as connection:
    connection.cursor().execute("select 1")  # <- call
