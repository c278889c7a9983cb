/** What several answers of the wire have in common, as values of model/. */

import type { Stats, Trend } from "../model/groups";
import type { Red } from "../model/places";
import type { Frame, Origin, Span } from "../model/span";
import type * as wire from "../wire";

export function toStats(stats: Omit<wire.Side, "p99_ns">): Stats {
  return {
    count: stats.count,
    rate: stats.rate,
    errors: stats.errors,
    errorRate: stats.error_rate,
    p50Ns: stats.p50_ns,
    p95Ns: stats.p95_ns,
    totalNs: stats.total_ns,
  };
}

export function toTrend(series: wire.Series | null): Trend | null {
  return series && { counts: series.counts, errors: series.errors };
}

export function toRed(side: wire.Side): Red {
  return {
    count: side.count,
    rate: side.rate,
    errors: side.errors,
    errorRate: side.error_rate,
    p50Ns: side.p50_ns,
    p95Ns: side.p95_ns,
    totalNs: side.total_ns,
  };
}

export function toPlace(place: { path: string | null; line: number | null; function: string | null }) {
  return { path: place.path ?? "", line: place.line ?? 0, function: place.function ?? "" };
}

export function toSpan(span: wire.Span): Span {
  return {
    traceId: span.trace_id,
    spanId: span.span_id,
    parentSpanId: span.parent_span_id,
    service: span.service,
    name: span.name,
    resource: span.resource === "" ? span.name : span.resource,
    kind: span.kind,
    startNs: BigInt(span.start_ns),
    durationNs: span.duration_ns,
    status: span.status,
    httpStatus: span.http_status,
    origin: span.origin && toOrigin(span.origin),
  };
}

export function toOrigin(origin: wire.Origin): Origin {
  return { ...toFrame(origin), type: origin.type, frames: origin.frames.map(toFrame) };
}

function toFrame(frame: wire.Frame): Frame {
  return { file: frame.file, path: frame.path, line: frame.line, function: frame.function };
}
