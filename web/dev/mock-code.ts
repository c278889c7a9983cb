/** What the made-up server tells of code: its one repository, files made of the lines that spans name, changes, findings. */

import type * as wire from "../src/wire";
import { highlighted } from "./highlight.ts";
import { red } from "./mock-counts.ts";
import type { MockSpan } from "./shop.ts";

const HEAD = "4f2c91a0c7d1e5b9a3f6d8c2b4e7a1f0d3c6b9e2";
const BASE = "1e7f0c3b5a9d2e8f6c4b1a0d3e5f7c9b2a4d6e80";
const FILE_LINES = 120;

type Told = (parameters: URLSearchParams, spans: readonly MockSpan[]) => unknown;

function places(spans: readonly MockSpan[]): ReadonlyMap<string, readonly wire.Span[]> {
  const found = new Map<string, wire.Span[]>();
  for (const { span } of spans) {
    if (!span.origin) continue;
    const key = `${span.origin.path}:${span.origin.line}`;
    found.set(key, [...(found.get(key) ?? []), span]);
  }
  return found;
}

function paths(spans: readonly MockSpan[]): string[] {
  return [...new Set(spans.flatMap(({ span }) => (span.origin ? [span.origin.path] : [])))].sort();
}

function lines(path: string): readonly (readonly wire.Token[])[] {
  return highlighted({ file: path, path, line: FILE_LINES / 2, function: "" }, FILE_LINES / 2 - 1).lines;
}

function window(parameters: URLSearchParams) {
  return { start_ns: parameters.get("from") ?? "0", end_ns: parameters.get("to") ?? "0", step_ns: null };
}

/** Lines with all of their numbers, the most expensive first. */
function costly(spans: readonly MockSpan[]) {
  return [...places(spans).values()]
    .map((group) => ({ ...group[0]!.origin!, service: group[0]!.service, ...red(group) }))
    .sort((a, b) => b.total_ns - a.total_ns)
    .slice(0, 12);
}

const ROUTES: Readonly<Record<string, Told>> = {
  code: (): wire.CodeRepositories => ({ repositories: [{ name: "shop", commit: HEAD }] }),
  "code/tree": (_, spans): wire.CodeTree => ({
    repository: "shop",
    commit: HEAD,
    taken_from: "commit",
    paths: [...paths(spans), "README.md", "web/app/unused.py"],
    is_whole: true,
  }),
  "code/file": (parameters): wire.CodeFile => {
    const path = parameters.get("path") ?? "";
    const all = lines(path);
    return {
      repository: "shop",
      commit: HEAD,
      taken_from: "commit",
      path,
      total_lines: all.length,
      lines: all,
      functions: [{ name: "checkout", line: 2, first_line: 1, last_line: 14 }],
    };
  },
  "code/commits": (): wire.CommitList => ({
    commits: [HEAD, BASE].map((commit, at) => ({
      commit,
      subject: at === 0 ? "Nobody waits longer for the payment provider" : "Carts are priced",
      committed_ns: `${Date.now() - at * 86_400_000}000000`,
    })),
  }),
  "code/names": (parameters): wire.CodeNames => ({
    names: [{ path: parameters.get("path") ?? "", function: "", until: null, until_ns: null }],
    is_whole: true,
  }),
  "code/diff": (parameters, spans): wire.CodeChanges => ({
    repository: "shop",
    base: parameters.get("base") ?? BASE,
    head: parameters.get("head") ?? HEAD,
    files: paths(spans)
      .slice(0, 4)
      .map((path) => ({
        path,
        old_path: path,
        kind: "changed",
        added: 2,
        removed: 1,
        is_pending: false,
        reason: null,
        hunks: [
          lines(path)
            .slice(10, 18)
            .map((tokens, at) => ({
              old: at === 3 || at === 4 ? null : 11 + at - (at > 4 ? 2 : 0),
              new: at === 5 ? null : 11 + at - (at > 5 ? 1 : 0),
              tokens,
            })),
        ],
      })),
    is_whole: true,
  }),
  "origins/callers": (_, spans): wire.Callers => {
    const callers = costly(spans).slice(0, 3);
    return {
      looked_at: 200,
      callers: callers.map((caller, at) => ({
        ...caller,
        relation: at === 0 ? "frame" : "request",
        share: 1 / (at + 1),
      })),
    };
  },
  "origins/exits": (_, spans): wire.Exits => ({
    looked_at: 200,
    exits: costly(spans)
      .slice(0, 4)
      .map((exit) => ({ ...exit, per_request: 2, share: 0.9 })),
  }),
  "findings/repeats": (parameters, spans): wire.RepeatFindings => ({
    ...window(parameters),
    read_one_in: 1,
    findings: costly(spans).map(({ path, line, function: name, service, count, total_ns }) => ({
      path,
      line,
      function: name,
      service,
      resource: "SELECT items",
      traces: 40,
      parents: 40,
      calls: count,
      calls_per_parent: 12,
      calls_per_parent_most: 41,
      total_ns,
      wasted_ns: Math.round(total_ns * 0.9),
      share_of_parent: 0.4,
      parent: null,
      worst_trace: spans[0]!.span.trace_id,
      example_traces: [spans[0]!.span.trace_id],
    })),
  }),
  "findings/slow": (parameters, spans): wire.SlowFindings => ({ ...window(parameters), findings: costly(spans) }),
  "findings/errors": (parameters, spans): wire.ErrorFindings => ({
    ...window(parameters),
    findings: [...places(spans).values()].flatMap((group) => {
      const failed = group.filter(({ status }) => status === "error");
      const newest = failed[0];
      if (!newest?.origin) return [];
      const { path, line, function: name } = newest.origin;
      return {
        path,
        line,
        function: name,
        service: newest.service,
        errors: failed.length,
        traces: failed.length,
        messages: ["ReadTimeout: no bytes for 0.8 s"],
        newest_trace: newest.trace_id,
        newest_span: newest.span_id,
        newest_ns: newest.start_ns,
      };
    }),
  }),
  "findings/regressions": (parameters) => ({ now: window(parameters), before: window(parameters), origins: [] }),
};

/** Null for a route that is not one of these. */
export function toldOfCode(route: string, parameters: URLSearchParams, spans: readonly MockSpan[]): unknown {
  return ROUTES[route]?.(parameters, spans) ?? null;
}

/** Every second place of a trace has changed; one service cannot tell. */
export function changedCode(spans: readonly MockSpan[]): wire.ChangedCode {
  const services = [...new Set(spans.flatMap(({ span }) => (span.origin ? [span.service] : [])))];
  return {
    services: services.map((service, at) => {
      const own = spans.flatMap(({ span }) => (span.origin && span.service === service ? [span.origin] : []));
      const isKnown = at !== 1;
      return {
        service,
        version: "2.3",
        commit: HEAD,
        base_version: isKnown ? "2.2" : null,
        base_commit: isKnown ? BASE : null,
        is_before: true,
        repository: isKnown ? "shop" : null,
        places: isKnown ? own.filter((_, index) => index % 2 === 0).map(({ path, line }) => ({ path, line })) : [],
        missing: isKnown
          ? null
          : {
              slug: "changes-without-another-version",
              message: `Of ${service} only 2.3 was seen in thirty days, so there is nothing to compare it with.`,
              remedy: "It is known as soon as another commit of it has sent spans.",
            },
      };
    }),
  };
}
