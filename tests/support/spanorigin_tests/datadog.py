"""Traces as Datadog's tracers send them to their agent, in each version of its API."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

import msgspec

VERSIONS = ("/v0.3/traces", "/v0.4/traces", "/v0.5/traces", "/v0.7/traces")
HIGH = "6b02d7950000000a"


def dd_span(**fields: Any) -> dict[str, Any]:
    """A span as tracers have it, in a trace of its own unless told otherwise."""
    number = int.from_bytes(os.urandom(8), "big")
    sound = {
        "trace_id": number,
        "span_id": number ^ 1,
        "parent_id": 0,
        "service": "shop",
        "name": "flask.request",
        "resource": "GET /items/<int:number>",
        "type": "web",
        "start": time.time_ns(),
        "duration": 1_000_000,
        "error": 0,
        "meta": {"span.kind": "server", "_dd.p.tid": HIGH, "component": "flask"},
        "metrics": {"_sampling_priority_v1": 1.0},
    }
    return sound | fields


def trace_id(span: dict[str, Any]) -> bytes:
    return bytes.fromhex(HIGH) + (span["trace_id"] & (2**64 - 1)).to_bytes(8, "big")


def packed(path: str, *traces: list[dict[str, Any]]) -> bytes:
    """The traces in msgpack, as the API's version at `path` has them."""
    return msgspec.msgpack.encode(payload(path, *traces))


def payload(path: str, *traces: list[dict[str, Any]]) -> Any:
    """The same before it is packed."""
    match path:
        case "/v0.5/traces":
            return with_table(traces)
        case "/v0.7/traces":
            chunks = [{"priority": 1, "origin": "", "spans": trace, "tags": {}} for trace in traces]
            return {"container_id": "", "language_name": "python", "chunks": chunks}
        case _:
            return list(traces)


def with_table(traces: Sequence[list[dict[str, Any]]]) -> list[Any]:
    texts: dict[str, int] = {"": 0}

    def place(text: str) -> int:
        return texts.setdefault(text, len(texts))

    rows = [
        [
            [
                *(place(span[field]) for field in ("service", "name", "resource")),
                *(span[field] for field in ("trace_id", "span_id", "parent_id", "start", "duration", "error")),
                {place(key): place(value) for key, value in span["meta"].items()},
                {place(key): value for key, value in span["metrics"].items()},
                place(span["type"]),
            ]
            for span in trace
        ]
        for trace in traces
    ]
    return [list(texts), rows]
