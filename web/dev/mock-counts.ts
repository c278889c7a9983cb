/** What the made-up server counts of its made-up spans, and what it keeps: facets, groups, heat map, views, settings. */

import type * as wire from "../src/wire";
import type { MockSpan } from "./shop.ts";

type Answer = readonly [status: number, body: unknown];
type Count = (parameters: URLSearchParams, spans: readonly MockSpan[]) => unknown;

const FIELDS: Readonly<Record<string, (span: wire.Span) => string>> = {
  service: (span) => span.service,
  status: (span) => span.status,
  origin: (span) => span.origin?.type ?? "",
  file: (span) => span.origin?.path ?? "",
  fn: (span) => span.origin?.function ?? "",
  line: (span) => (span.origin ? `${span.origin.path}:${span.origin.line}` : ""),
  http_status: (span) => String(span.http_status ?? ""),
  kind: (span) => span.kind,
  name: (span) => span.name,
  resource: (span) => span.resource,
};

const values = (field: string, spans: readonly MockSpan[]) => {
  const groups = new Map<string, wire.Span[]>();
  for (const { span } of spans) {
    const value = FIELDS[field]?.(span) ?? "";
    const group = groups.get(value);
    if (group) group.push(span);
    else groups.set(value, [span]);
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
};

export function red(spans: readonly wire.Span[]) {
  const durations = spans.map((span) => span.duration_ns).sort((a, b) => a - b);
  const at = (share: number) => durations[Math.floor((durations.length - 1) * share)] ?? 0;
  const errors = spans.filter(({ status }) => status === "error").length;
  return {
    count: spans.length,
    rate: spans.length / 900,
    errors,
    error_rate: spans.length === 0 ? 0 : errors / spans.length,
    p50_ns: at(0.5),
    p95_ns: at(0.95),
    p99_ns: at(0.99),
    total_ns: durations.reduce((sum, ns) => sum + ns, 0),
    last_seen_ns: spans[0]?.start_ns ?? "0",
  };
}

/** A window of the past quarter of an hour, in so many pieces. */
function pieces(parameters: URLSearchParams, spans: readonly wire.Span[], most: number) {
  const start = BigInt(parameters.get("from") ?? 0);
  const end = BigInt(parameters.get("to") ?? 0);
  const step = (end - start) / BigInt(Math.max(1, most)) + 1n;
  const place = (span: wire.Span) => Number((BigInt(span.start_ns) - start) / step);
  const inside = spans.filter((span) => place(span) >= 0 && place(span) < most);
  return { start_ns: String(start), end_ns: String(end), step_ns: Number(step), place, inside };
}

const COUNTS: Readonly<Record<string, Count>> = {
  facets: (parameters, spans) => ({
    facets: (parameters.get("fields") ?? "").split(",").map((field) => ({
      field,
      values: values(field, spans)
        .slice(0, 6)
        .map(([value, group]) => ({ value, count: group.length, errors: red(group).errors })),
      has_more: values(field, spans).length > 6,
    })),
    read_ns: 9e6,
  }),
  fields: (parameters) => ({
    fields: [...Object.keys(FIELDS), "@http.route", "@cart.total", "host.name"]
      .filter((name) => name.startsWith(parameters.get("prefix") ?? ""))
      .map((name) => ({ name, kind: "field", share: null })),
  }),
  "fields/values": (parameters, spans) => ({
    field: parameters.get("field"),
    values: values(parameters.get("field") ?? "", spans)
      .filter(([value]) => value !== "" && value.startsWith(parameters.get("prefix") ?? ""))
      .slice(0, 12)
      .map(([value, group]) => ({ value, count: group.length })),
  }),
  aggregate: (parameters, spans) => {
    const by = parameters.get("by");
    const most = Number(parameters.get("buckets") ?? 1);
    const groups = by ? values(by, spans) : [["", spans.map(({ span }) => span)] as const];
    return {
      ...pieces(parameters, [], most),
      by: by ? [by] : [],
      groups: groups.slice(0, 50).map(([value, group]) => {
        const { place, inside } = pieces(parameters, group, most);
        const counts = Array<number>(most).fill(0);
        for (const span of inside) counts[place(span)]!++;
        const quiet = counts.map(() => 0);
        const figures = red(group);
        const series = {
          counts,
          errors: quiet,
          p50_ns: quiet,
          p95_ns: counts.map(() => figures.p95_ns),
          p99_ns: quiet,
        };
        return { values: by ? [value] : [], ...figures, series };
      }),
      read_ns: 12e6,
    };
  },
  origins: (parameters, spans) => ({
    ...pieces(parameters, [], 1),
    origins: values("line", spans)
      .filter(([place]) => place !== "")
      .slice(0, 200)
      .map(([, group]) => ({
        ...group[0]!.origin,
        ...red(group),
        entries: group.filter(({ origin }) => origin?.type === "entry").length,
        self_ns: null,
        trend: null,
      })),
    read_ns: 12e6,
  }),
  heatmap: (parameters, spans) => {
    const columns = Number(parameters.get("columns") ?? 60);
    const all = spans.map(({ span }) => span);
    const { place, inside, ...window } = pieces(parameters, all, columns);
    const starts = Array.from({ length: 33 }, (_, row) => Math.round(1000 * 2 ** (row / 1.5)));
    const cells = new Map<string, { column: number; row: number; count: number; errors: number }>();
    for (const span of inside) {
      const row = Math.max(
        0,
        starts.findLastIndex((start) => start <= span.duration_ns),
      );
      const cell = { column: place(span), row: Math.min(31, row), count: 0, errors: 0 };
      const key = `${cell.column}/${cell.row}`;
      const known = cells.get(key) ?? cell;
      known.count++;
      if (span.status === "error") known.errors++;
      cells.set(key, known);
    }
    const of = (name: "column" | "row" | "count" | "errors") => [...cells.values()].map((cell) => cell[name]);
    const columnsOf = { column: of("column"), row: of("row"), count: of("count"), errors: of("errors") };
    return { ...window, columns, row_starts_ns: starts, cells: columnsOf, read_ns: 8e6 };
  },
  deploys: (parameters, spans) => {
    const { place, inside, ...window } = pieces(
      parameters,
      spans.map(({ span }) => span),
      3,
    );
    const at_ns = String(BigInt(window.start_ns) + (BigInt(window.end_ns) - BigInt(window.start_ns)) / 3n);
    const deploy = { service: "web", version: "2.4", commit: "", at_ns, version_before: "2.3", commit_before: "" };
    return { ...window, step_ns: null, deploys: inside.length > 0 ? [deploy] : [], has_more: false, read_ns: 5e6 };
  },
  explain: () => ({
    selected: 41,
    others: 900,
    fields: [
      { field: "version", score: 0.9, values: [{ value: "2.4", share: 0.98, share_of_others: 0.08, score: 0.9 }] },
      { field: "@tenant", score: 0.4, values: [{ value: "acme", share: 0.52, share_of_others: 0.11, score: 0.41 }] },
    ],
    read_ns: 30e6,
  }),
  query: (parameters) => ({
    printed: parameters.get("q") ?? "",
    tree: { kind: "text", value: parameters.get("q") ?? "" },
    sql: "positionCaseInsensitive(spans.name, {p0:String}) > 0",
    parameters: [{ name: "p0", value: parameters.get("q") ?? "" }],
  }),
  session: () => ({ name: "ada", kind: "person", rights: ["read", "write", "admin"], is_demanded: true }),
  views: () => ({ views: VIEWS }),
  tokens: () => ({ tokens: [] }),
  retention: () => ({ keep_days: 30, keep_gb: null, fixed: ["keep_days"], days: [] }),
  repositories: () => ({ repositories: [] }),
  "path-rules": () => ({ rules: [] }),
  audit: () => ({ entries: [] }),
};

const VIEWS: wire.View[] = [];

/** Null for a route that is not one of these. A view that is sent is kept as long as the server runs. */
export function counted(
  route: string,
  parameters: URLSearchParams,
  spans: readonly MockSpan[],
  sent: unknown,
): Answer | null {
  if (route === "views" && sent) {
    const draft = sent as wire.ViewDraft;
    const id = String(VIEWS.length + 1).padStart(16, "0");
    const slug = `${draft.name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-${VIEWS.length + 1}`;
    VIEWS.push({ description: "", ...draft, id, slug, created_ns: "0", changed_ns: "0" });
    return [201, VIEWS.at(-1)];
  }
  const view = VIEWS.find(({ id, slug }) => route === `views/${id}` || route === `views/${slug}`);
  if (view) return [200, view];
  const count = COUNTS[route];
  return count ? [200, count(parameters, spans)] : null;
}
