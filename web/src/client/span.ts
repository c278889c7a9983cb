/** One span with all that it carries, and the source around its origin. */

import type { Source, SpanDetail } from "../model/span";
import type * as wire from "../wire";
import { ask } from "./ask";
import { toSpan } from "./shapes";

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
      address: preview.address,
      root: preview.root,
      drift: preview.drift,
      commit: preview.commit,
      takenFrom: preview.taken_from,
      matched: preview.matched ?? "path",
      confidence: preview.confidence ?? "certain",
      why: preview.why ?? "",
      ran: preview.ran ?? null,
      firstLine: preview.first_line,
      markedLine: preview.marked_line,
      totalLines: preview.total_lines,
      lines: preview.lines,
    },
  };
}
