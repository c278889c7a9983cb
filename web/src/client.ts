/**
 * The one place that talks to the server: asks, and turns what the wire brings into the values of model/.
 *
 * Every function may be aborted, and throws a Problem when there is no answer; an aborted call throws the abort itself,
 * which callers let pass with `isAbort`.
 */

import { isAbort, Problem } from "./model/problem";
import type { Frame, Health, Origin, Source, Span, SpanDetail, SpanPage } from "./model/span";
import type { EpochNs } from "./model/time";
import type { Trace } from "./model/trace";
import type * as wire from "./wire";

export interface SpanSearch {
  readonly query: string;
  readonly from: EpochNs;
  readonly to: EpochNs;
  readonly limit: number;
  readonly cursor: string | null;
}

export async function getHealth(signal?: AbortSignal): Promise<Health> {
  const health = await ask<wire.Health>("/api/v1/health", {}, signal);
  return {
    version: health.version,
    uptimeNs: health.uptime_ns,
    spans: health.spans,
    lastSpanReceivedNs: health.last_span_received_ns === null ? null : BigInt(health.last_span_received_ns),
    spansPerSecond: health.spans_per_second,
    listeners: health.listeners,
  };
}

export async function searchSpans(search: SpanSearch, signal?: AbortSignal): Promise<SpanPage> {
  const page = await ask<wire.SpanPage>(
    "/api/v1/spans",
    {
      q: search.query,
      from: String(search.from),
      to: String(search.to),
      limit: String(search.limit),
      ...(search.cursor === null ? {} : { cursor: search.cursor }),
    },
    signal,
  );
  return { spans: page.spans.map(toSpan), cursor: page.cursor, readNs: page.read_ns };
}

export async function getTrace(traceId: string, signal?: AbortSignal): Promise<Trace> {
  const trace = await ask<wire.Trace>(`/api/v1/traces/${traceId}`, {}, signal);
  const { columns } = trace;
  return {
    traceId: trace.trace_id,
    startNs: BigInt(trace.start_ns),
    durationNs: trace.duration_ns,
    count: columns.span_id.length,
    strings: trace.strings,
    spanId: columns.span_id,
    parent: Int32Array.from(columns.parent),
    name: Int32Array.from(columns.name),
    service: Int32Array.from(columns.service),
    resource: Int32Array.from(columns.resource),
    kind: Uint8Array.from(columns.kind),
    status: Uint8Array.from(columns.status),
    httpStatus: Uint16Array.from(columns.http_status),
    start: Float64Array.from(columns.start_offset_ns),
    duration: Float64Array.from(columns.duration_ns),
    originType: Uint8Array.from(columns.origin_type),
    originPath: Int32Array.from(columns.origin_path),
    originLine: Int32Array.from(columns.origin_line),
    originFunction: Int32Array.from(columns.origin_function),
  };
}

export async function getSpan(traceId: string, spanId: string, signal?: AbortSignal): Promise<SpanDetail> {
  const detail = await ask<wire.SpanDetail>(`/api/v1/traces/${traceId}/spans/${spanId}`, {}, signal);
  return {
    span: toSpan(detail.span),
    statusMessage: detail.status_message,
    traceState: detail.trace_state,
    scope: detail.scope,
    attributes: detail.attributes,
    resourceAttributes: detail.resource_attributes,
    events: detail.events.map((event) => ({
      name: event.name,
      timeNs: BigInt(event.time_ns),
      attributes: event.attributes,
    })),
    links: detail.links.map((link) => ({
      traceId: link.trace_id,
      spanId: link.span_id,
      attributes: link.attributes,
    })),
    missingOrigin: detail.missing_origin,
    raw: JSON.stringify(detail, null, 2),
  };
}

export interface SourceQuestion {
  readonly traceId: string;
  readonly spanId: string;
  /** Which of the origin's frames; 0 is the innermost. */
  readonly frame: number;
  /** Lines on either side. */
  readonly context: number;
}

export async function getSource(question: SourceQuestion, signal?: AbortSignal): Promise<Source> {
  const source = await ask<wire.Source>(
    "/api/v1/source",
    {
      trace_id: question.traceId,
      span_id: question.spanId,
      frame: String(question.frame),
      context: String(question.context),
    },
    signal,
  );
  const { preview } = source;
  return {
    missing: source.missing,
    preview: preview && {
      path: preview.path,
      repository: preview.repository,
      commit: preview.commit,
      takenFrom: preview.taken_from,
      matched: preview.matched ?? "path",
      firstLine: preview.first_line,
      markedLine: preview.marked_line,
      totalLines: preview.total_lines,
      lines: preview.lines,
    },
  };
}

async function ask<Answer>(path: string, parameters: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
  const search = new URLSearchParams(parameters).toString();
  const response = await reach(search === "" ? path : `${path}?${search}`, signal);
  const body = await readBody(response, signal);
  if (!response.ok) throw toProblem(response.status, body);
  if (typeof body !== "object" || body === null) {
    throw new Problem("garbled", "The address answers, but not as a spanorigin server does.", "server-answer-unknown");
  }
  return body as Answer;
}

async function reach(address: string, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Problem("unreachable", `${location.host} does not answer.`, "server-not-reachable");
  }
}

/** The body as JSON; null when it is none. A connection that breaks on the way counts as unreachable. */
async function readBody(response: Response, signal?: AbortSignal): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (isAbort(error) || signal?.aborted) throw new DOMException("aborted", "AbortError");
    if (error instanceof SyntaxError) return null;
    throw new Problem("unreachable", `${location.host} stopped in the middle of its answer.`, "server-not-reachable");
  }
}

function toProblem(status: number, body: unknown): Problem {
  const kind = status === 404 ? "missing" : status >= 500 ? "unavailable" : "refused";
  const told = (body as wire.Error | null)?.error;
  if (!told)
    return new Problem(kind, `The server answered with status ${status} and gave no reason.`, "server-answer-unknown");
  return new Problem(kind, told.message, told.slug, told.offset ?? null, told.hint ?? null);
}

function toSpan(span: wire.Span): Span {
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

function toOrigin(origin: wire.Origin): Origin {
  return { ...toFrame(origin), type: origin.type, frames: origin.frames.map(toFrame) };
}

function toFrame(frame: wire.Frame): Frame {
  return { file: frame.file, path: frame.path, line: frame.line, function: frame.function };
}
