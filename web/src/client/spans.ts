/** Spans by a search, as they are stored or as they come; and how the server is. */

import type { Session } from "../model/kept";
import type { Health, Span, SpanPage } from "../model/span";
import type { EpochNs } from "../model/time";
import type * as wire from "../wire";
import { ask } from "./ask";
import { toSpan } from "./shapes";

export interface SpanSearch {
  readonly query: string;
  readonly from: EpochNs;
  readonly to: EpochNs;
  readonly limit: number;
  readonly cursor: string | null;
  /** Fields that each span is to have beside the usual. */
  readonly columns?: readonly string[];
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

export async function getSession(): Promise<Session> {
  const { name, kind, rights, is_demanded: isDemanded } = await ask<wire.Session>("/api/v1/session", {});
  return { name, kind, rights, isDemanded };
}

export async function searchSpans(search: SpanSearch, signal?: AbortSignal): Promise<SpanPage> {
  const page = await ask<wire.SpanPage>(
    "/api/v1/spans",
    {
      q: search.query,
      from: String(search.from),
      to: String(search.to),
      limit: String(search.limit),
      ...(search.columns?.length ? { columns: search.columns.join(",") } : {}),
      ...(search.cursor === null ? {} : { cursor: search.cursor }),
    },
    signal,
  );
  const columns = page.columns ?? [];
  const spans = page.spans.map((span, at) => ({ ...toSpan(span), ...(columns[at] ? { more: columns[at] } : {}) }));
  return { spans, cursor: page.cursor, readNs: page.read_ns };
}

export async function slowestSpans(
  query: string,
  from: EpochNs,
  to: EpochNs,
  limit: number,
  signal?: AbortSignal,
): Promise<readonly Span[]> {
  const parameters = { q: query, from: String(from), to: String(to), limit: String(limit), sort: "slowest" };
  const page = await ask<wire.SpanPage>("/api/v1/spans", parameters, signal);
  return page.spans.map(toSpan);
}

export interface Watcher {
  /** Some of the spans that came, and how many did. */
  onSpans: (spans: Span[], matching: number) => void;
  onRate: (perSecond: number) => void;
  onMissed: (spans: number) => void;
  /** `isOver`: no more will come. Otherwise the browser connects again by itself, and goes on where it was. */
  onFailed: (message: string, isOver: boolean) => void;
}

/** Spans as they are stored, until the returned function is called. */
export function watchSpans(query: string, watcher: Watcher): () => void {
  const source = new EventSource(`/api/v1/live?${new URLSearchParams({ q: query })}`);
  const on = <Data>(name: string, act: (data: Data) => void) =>
    source.addEventListener(name, (event) => act(JSON.parse((event as MessageEvent<string>).data) as Data));
  on<{ spans: wire.Span[]; matching: number }>("spans", (data) =>
    watcher.onSpans(data.spans.map(toSpan), data.matching),
  );
  on<{ matching_per_second: number }>("rate", (data) => watcher.onRate(data.matching_per_second));
  on<{ missed_spans: number }>("gap", (data) => watcher.onMissed(data.missed_spans));
  on<wire.Error>("failed", ({ error }) => watcher.onFailed(error.message, false));
  source.onerror = () => {
    const isOver = source.readyState === EventSource.CLOSED;
    watcher.onFailed(isOver ? "The server does not send live spans for this search." : "Connecting again.", isOver);
  };
  return () => source.close();
}
