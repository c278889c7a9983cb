"""Spans of OpenTelemetry's SDK, for tools that write on them: every instrumentation that is installed, and a log."""

from __future__ import annotations

import logging
import os
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

KINDS = {"entry": (SpanKind.SERVER, SpanKind.CONSUMER), "exit": (SpanKind.CLIENT, SpanKind.PRODUCER)}
_RQ = EntryPoint("rq", "opentelemetry_instrumentation_rq:RQInstrumentor", "")  # declares none of its own
# They make no span that the corpus asks for.
_NOT_FOR_THE_CORPUS = {"threading", "logging", "system_metrics", "asyncio"}


class Spans:
    """The spans that ended since `forget`, and the origins that `code.*` tells of."""

    def __init__(self) -> None:
        self.provider = TracerProvider(shutdown_on_exit=False)
        self._log = InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(self._log))
        trace.set_tracer_provider(self.provider)
        logging.disable(logging.CRITICAL)

    def instrument(self) -> None:
        """Switch on every instrumentation that is installed and whose library is there."""
        os.environ["DJANGO_SETTINGS_MODULE"] = "django_settings"
        points = [*entry_points(group="opentelemetry_instrumentor"), _RQ]
        for point in points:
            if point.name in _NOT_FOR_THE_CORPUS:
                continue
            try:
                point.load()().instrument(skip_dep_check=True)
            except Exception:  # an instrumentation without its library
                continue

    def forget(self) -> None:
        """Nothing has ended yet."""
        self._log.clear()

    def origins(self, kind: str) -> list[tuple[str, int, str] | None]:
        """What each span of a kind names; None for a span without an origin."""
        spans = [span for span in self._log.get_finished_spans() if span.kind in KINDS[kind]]
        return [_origin(span) for span in spans if not _connects(span)]


def _origin(span: ReadableSpan) -> tuple[str, int, str] | None:
    attributes: dict[str, Any] = dict(span.attributes or {})
    path = attributes.get("code.file.path")
    if path is None:
        return None
    return path, attributes.get("code.line.number", 0), attributes.get("code.function.name", "")


def _connects(span: ReadableSpan) -> bool:
    """SQLAlchemy's instrumentation has spans for connections of a pool, which nobody wrote a call for."""
    return span.name == "connect"
