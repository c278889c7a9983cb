/**
 * The one place that talks to the server: asks, and turns what the wire brings into the values of model/.
 *
 * Every function may be aborted, and throws a Problem when there is no answer; an aborted call throws the abort itself,
 * which callers let pass with `isAbort`.
 */

import type { GroupOrder, OriginGroup } from "./model/explore-look";
import type { Facet } from "./model/facets";
import { changeText, type Fact, type Finding, type FindingKind } from "./model/findings";
import type { OriginStats, Overview, Stats, TopGroup, Trend } from "./model/groups";
import { grouped } from "./model/numbers";
import type { Caller, CodeFile, Exit, PlaceRed, Red } from "./model/places";
import { isAbort, Problem } from "./model/problem";
import type { Frame, Health, Origin, OriginType, Source, Span, SpanDetail, SpanPage } from "./model/span";
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

/** A search and its stretch of time, which everything that counts spans is asked with. */
export interface Question {
  readonly query: string;
  readonly from: EpochNs;
  readonly to: EpochNs;
}

export async function getFacets(
  question: Question,
  fields: readonly string[],
  limit: number,
  signal?: AbortSignal,
): Promise<Facet[]> {
  const parameters = { ...window(question), fields: fields.join(","), limit: String(limit) };
  const { facets } = await ask<wire.Facets>("/api/v1/facets", parameters, signal);
  return facets.map(({ field, values, has_more: hasMore }) => ({ field, values, hasMore }));
}

/** Names of fields that begin so, the most common first. */
export async function getFieldNames(question: Question, prefix: string, signal?: AbortSignal): Promise<string[]> {
  const parameters = { ...window(question), prefix, limit: "30" };
  const { fields } = await ask<wire.Fields>("/api/v1/fields", parameters, signal);
  return fields.map(({ name }) => name);
}

export interface OriginsQuestion extends Question {
  readonly group: OriginGroup;
  readonly sort: GroupOrder;
  readonly limit: number;
  readonly pieces: number;
}

export async function getOrigins(question: OriginsQuestion, signal?: AbortSignal): Promise<OriginStats[]> {
  const { group, sort, limit, pieces } = question;
  const parameters = { ...window(question), group, sort, limit: String(limit), buckets: String(pieces) };
  const { origins } = await ask<wire.OriginList>("/api/v1/origins", parameters, signal);
  return origins.map((origin) => ({
    ...toStats(origin),
    path: origin.path ?? "",
    line: origin.line,
    function: origin.function,
    trend: origin.trend,
  }));
}

/** The whole search as one group, over time. */
export async function getOverview(question: Question, pieces: number, signal?: AbortSignal): Promise<Overview | null> {
  const parameters = { ...window(question), buckets: String(pieces) };
  const answer = await ask<wire.Groups>("/api/v1/aggregate", parameters, signal);
  const all = answer.groups[0];
  if (!all?.series || answer.step_ns === null || all.count === 0) return null;
  return {
    from: BigInt(answer.start_ns),
    stepNs: answer.step_ns,
    stats: toStats(all),
    counts: all.series.counts,
    errors: all.series.errors,
    p95Ns: all.series.p95_ns,
  };
}

export interface TopQuestion extends Question {
  readonly by: string;
  readonly sort: GroupOrder;
  readonly limit: number;
  readonly pieces: number;
}

export async function getTop(question: TopQuestion, signal?: AbortSignal): Promise<TopGroup[]> {
  const { by, sort, limit, pieces } = question;
  const parameters = { ...window(question), by, sort, limit: String(limit), buckets: String(pieces) };
  const { groups } = await ask<wire.Groups>("/api/v1/aggregate", parameters, signal);
  return groups.map((group) => ({ ...toStats(group), value: group.values[0] ?? "", trend: toTrend(group.series) }));
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

function window({ query, from, to }: Question): Record<string, string> {
  return { q: query, from: String(from), to: String(to) };
}

function toStats(stats: Omit<wire.Side, "p99_ns">): Stats {
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

function toTrend(series: wire.Series | null): Trend | null {
  return series && { counts: series.counts, errors: series.errors };
}

export interface PlaceQuestion {
  /** The file as its spans call it; empty for all. */
  readonly path: string;
  readonly query: string;
  readonly from: EpochNs;
  readonly to: EpochNs;
  readonly line?: number;
  readonly type?: OriginType;
}

/** Names of the repositories whose source may be read. */
export async function listRepositories(signal?: AbortSignal): Promise<readonly string[]> {
  const { repositories } = await ask<wire.CodeRepositories>("/api/v1/code", {}, signal);
  return [...new Set(repositories.map(({ name }) => name))];
}

export async function getTree(
  repository: string,
  commit: string | null,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const parameters = { repository, ...(commit === null ? {} : { commit }) };
  return (await ask<wire.CodeTree>("/api/v1/code/tree", parameters, signal)).paths;
}

export async function getFile(
  repository: string,
  commit: string | null,
  path: string,
  signal?: AbortSignal,
): Promise<CodeFile> {
  const parameters = { repository, path, ...(commit === null ? {} : { commit }) };
  const file = await ask<wire.CodeFile>("/api/v1/code/file", parameters, signal);
  return {
    repository: file.repository,
    commit: file.commit,
    takenFrom: file.taken_from,
    path: file.path,
    lines: file.lines,
  };
}

export async function listPlaces(
  question: PlaceQuestion,
  group: "line" | "file",
  signal?: AbortSignal,
): Promise<readonly PlaceRed[]> {
  const parameters = { ...placeParameters(question), group, limit: "20000" };
  const list = await ask<wire.OriginList>("/api/v1/origins", parameters, signal);
  return list.origins.map(toPlaceRed);
}

export async function getCallers(question: PlaceQuestion, signal?: AbortSignal): Promise<readonly Caller[]> {
  const { callers } = await ask<wire.Callers>("/api/v1/origins/callers", placeParameters(question), signal);
  return callers.map((caller) => ({
    ...toPlace(caller),
    relation: caller.relation,
    service: caller.service,
    share: caller.share,
  }));
}

export async function getExits(question: PlaceQuestion, signal?: AbortSignal): Promise<readonly Exit[]> {
  const { exits } = await ask<wire.Exits>("/api/v1/origins/exits", placeParameters(question), signal);
  return exits.map((exit) => ({
    ...toRed(exit),
    ...toPlace(exit),
    service: exit.service,
    perRequest: exit.per_request,
  }));
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

/** The findings of a kind, worst first. */
export async function getFindings(
  kind: FindingKind,
  from: EpochNs,
  to: EpochNs,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const list = <One>() =>
    ask<{ findings: readonly One[] }>(`/api/v1/findings/${kind}`, { from: String(from), to: String(to) }, signal);
  const finding = (
    place: Parameters<typeof toPlace>[0],
    about: string,
    traceId: string | null,
    ...facts: Fact[]
  ): Finding => ({ ...toPlace(place), about, traceId, facts });
  const text = (value: number) => ({ text: grouped(value) });
  switch (kind) {
    case "repeats":
      return (await list<wire.Repeat>()).findings.map((one) => {
        const each = { text: one.calls_per_parent.toFixed(1) };
        return finding(one, one.resource, one.worst_trace, each, text(one.calls), { ns: one.wasted_ns });
      });
    case "slow":
      return (await list<wire.SlowLine>()).findings.map((one) =>
        finding(one, "", null, text(one.count), { ns: one.p50_ns }, { ns: one.p95_ns }),
      );
    case "errors":
      return (await list<wire.ErrorLine>()).findings.map((one) =>
        finding(one, one.messages.join(" · "), one.newest_trace, text(one.traces), text(one.errors), { text: "" }),
      );
    case "regressions":
      return (await list<wire.OriginChange>()).findings.map((one) => {
        const change = { text: changeText(one.change, one.duration_factor, one.error_rate_difference) };
        return finding(one, "", null, { ns: one.before.p95_ns }, { ns: one.now.p95_ns }, change);
      });
  }
}

function placeParameters(question: PlaceQuestion): Record<string, string> {
  return {
    q: question.query,
    from: String(question.from),
    to: String(question.to),
    ...(question.path === "" ? {} : { path: question.path }),
    ...(question.line === undefined ? {} : { line: String(question.line) }),
    ...(question.type === undefined ? {} : { type: question.type }),
  };
}

function toPlaceRed(stats: wire.OriginStats): PlaceRed {
  return { ...toRed(stats), path: stats.path ?? "", line: stats.line, function: stats.function ?? "" };
}

function toRed(side: wire.Side): Red {
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

function toPlace(place: { path: string | null; line: number | null; function: string | null }) {
  return { path: place.path ?? "", line: place.line ?? 0, function: place.function ?? "" };
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
