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
  return { spans: withColumns(page), cursor: page.cursor, readNs: page.read_ns };
}

/** Spans with the texts of the columns that were asked for with them. */
function withColumns({ spans, columns = [] }: Pick<wire.SpanPage, "spans" | "columns">): Span[] {
  return spans.map((span, at) => ({ ...toSpan(span), ...(columns[at] ? { more: columns[at] } : {}) }));
}

/** The longest spans of a search, longest first; or the shortest, shortest first. */
export async function spansByDuration(
  query: string,
  from: EpochNs,
  to: EpochNs,
  limit: number,
  sort: "slowest" | "fastest",
  signal?: AbortSignal,
): Promise<readonly Span[]> {
  const parameters = { q: query, from: String(from), to: String(to), limit: String(limit), sort };
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
export function watchSpans(query: string, columns: readonly string[], watcher: Watcher): () => void {
  const asked = { q: query, ...(columns.length > 0 ? { columns: columns.join(",") } : {}) };
  const source = new EventSource(`/api/v1/live?${new URLSearchParams(asked)}`);
  const on = <Data>(name: string, act: (data: Data) => void) =>
    source.addEventListener(name, (event) => act(JSON.parse((event as MessageEvent<string>).data) as Data));
  on<{ spans: wire.Span[]; columns?: string[][]; matching: number }>("spans", (data) =>
    watcher.onSpans(withColumns(data), data.matching),
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
