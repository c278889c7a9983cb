"""The corpus under ddtrace: 4.16.0 for its entries, 4.0.4 for its exits."""

from __future__ import annotations

import os
from typing import Any

_ENTRY_TYPES = {"web", "worker", "serverless"}
_EXIT_TYPES = {"cache", "cassandra", "elasticsearch", "grpc", "http", "redis", "sql", "worker", "valkey"}


class _Spans:
    """Takes finished traces in place of ddtrace's writer, and reads its tags."""

    def __init__(self) -> None:
        self._spans: list[Any] = []

    def write(self, spans: list[Any] | None = None) -> None:
        self._spans += spans or []

    def stop(self, *_: Any, **__: Any) -> None:
        pass

    flush_queue = before_fork = start = stop

    def recreate(self, *_: Any, **__: Any) -> _Spans:
        return self

    def forget(self) -> None:
        """Nothing has ended yet."""
        self._spans.clear()

    def origins(self, kind: str) -> list[tuple[str, int, str] | None]:
        """What each span of a kind names; None for a span that has no frame."""
        return [_origin(span) for span in self._spans if _is(span, kind)]


def _is(span: Any, kind: str) -> bool:
    told = span.get_tag("_dd.code_origin.type")
    if kind == "entry":
        # Both the root and the handler's own span may carry the tags; the root is what a request is known by.
        known = span.get_tag("span.kind")
        serves = known in ("server", "consumer") or (known is None and span.span_type in _ENTRY_TYPES)
        return span._local_root is span and serves
    # It looked at spans by their type, and so at the servers' of the corpus too.
    if span.get_tag("span.kind") in ("server", "consumer"):
        return False
    return told == "exit" or span.span_type in _EXIT_TYPES


def _origin(span: Any) -> tuple[str, int, str] | None:
    tags = {name: span.get_tag(f"_dd.code_origin.frames.0.{name}") for name in ("file", "line", "method")}
    return (tags["file"], int(tags["line"]), tags["method"] or "") if tags["file"] else None


def switched_on() -> _Spans:
    """As `ddtrace-run` does, without anything that talks to an agent."""
    os.environ |= {
        "DD_CODE_ORIGIN_FOR_SPANS_ENABLED": "true",
        "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
        "DD_REMOTE_CONFIGURATION_ENABLED": "false",
        "DD_TRACE_STARTUP_LOGS": "false",
        "DD_TRACE_REPORT_HOSTNAME": "false",
        "DJANGO_SETTINGS_MODULE": "django_settings",
    }
    import logging

    logging.disable(logging.CRITICAL)
    import ddtrace.auto  # noqa: F401
    from ddtrace.trace import tracer

    spans = _Spans()
    tracer._span_aggregator.writer = spans
    return spans
