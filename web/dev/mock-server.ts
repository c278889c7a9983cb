/**
 * A Vite plugin that answers /api/v1 from dev/shop.ts, in the shapes of contract/query-api.yaml; for `npm run dev:mock`.
 *
 * Words in the search steer it: `nothing` finds nothing, a ( that is left open is refused, `broken` gets a 503. The
 * variable MOCK_EMPTY makes a store into which nothing came yet.
 */

import type { ServerResponse } from "node:http";
import type { Plugin } from "vite";
import type * as wire from "../src/wire";
import { highlighted } from "./highlight.ts";
import { changedCode, toldOfCode } from "./mock-code.ts";
import { counted } from "./mock-counts.ts";
import { checkoutTrace, HUGE_TRACE, hugeTrace, type MockSpan, recentSpans, SKEWED_TRACE, uglyTrace } from "./shop.ts";

type Answer = readonly [status: number, body: unknown];

export function mockServer(): Plugin {
  const startedMs = Date.now();
  const recent = recentSpans(12_000, startedMs);
  const ugly = uglyTrace(startedMs - 60_000);
  const everything = new Map(
    [...checkoutTrace(startedMs - 2000), ...ugly, ...recent].map((one) => [one.span.span_id, one]),
  );

  const answer = (url: URL, sent: unknown): Answer => {
    const route = url.pathname.replace("/api/v1/", "");
    const ids = /^\/traces\/(\w+)(?:\/spans\/(\w+))?$/.exec(url.pathname.replace("/api/v1", ""));
    if (url.pathname === "/api/v1/health") return [200, health(startedMs, recent.length)];
    if (url.pathname === "/api/v1/spans") return search(url.searchParams, recent);
    if (url.pathname === "/api/v1/source") return source(url.searchParams, everything);
    const changed = /^traces\/(\w+)\/changed$/.exec(route)?.[1];
    if (changed) return [200, changedCode([...everything.values()].filter(({ span }) => span.trace_id === changed))];
    if (ids?.[2]) return detail(everything.get(ids[2]));
    if (ids?.[1] === HUGE_TRACE) return [200, hugeTrace(100_000, startedMs - 300_000)];
    if (ids?.[1]) return wholeTrace(ids[1], ids[1] === SKEWED_TRACE ? ugly : [...everything.values()]);
    const ofCode = toldOfCode(route, url.searchParams, recent);
    if (ofCode) return [200, ofCode];
    const known = counted(route, url.searchParams, recent, sent);
    return known ?? refusal(404, "unknown-route", `There is nothing at ${url.pathname}.`);
  };

  return {
    name: "mock-server",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const url = new URL(request.url ?? "/", "http://mock");
        if (!url.pathname.startsWith("/api/")) return next();
        if (url.pathname === "/api/v1/live") return live(response, recent);
        let sent = "";
        request.on("data", (piece: Buffer) => {
          sent += piece.toString();
        });
        request.on("end", () => {
          const [status, body] = answer(url, sent === "" ? null : JSON.parse(sent));
          response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
        });
      });
    },
  };
}

const LIVE_MS = 250;

/** Some of the spans there are, again and again, as if they came just now. */
function live(response: ServerResponse, spans: readonly MockSpan[]): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  let at = 0;
  const timer = setInterval(() => {
    const { span } = spans[at++ % spans.length]!;
    const now = { ...span, span_id: at.toString(16).padStart(16, "0"), start_ns: `${Date.now()}000000` };
    response.write(`event: spans\ndata: ${JSON.stringify({ spans: [now], matching: 53 })}\n\n`);
    response.write(`event: rate\ndata: ${JSON.stringify({ matching_per_second: 212 })}\n\n`);
  }, LIVE_MS);
  response.on("close", () => clearInterval(timer));
}

function health(startedMs: number, spans: number): wire.Health {
  const isEmpty = process.env.MOCK_EMPTY !== undefined;
  return {
    status: "ok",
    version: "0.1.0",
    uptime_ns: (Date.now() - startedMs + 134_000) * 1e6,
    spans: isEmpty ? 0 : spans,
    last_span_received_ns: isEmpty ? null : `${Date.now()}000000`,
    spans_per_second: isEmpty ? 0 : 212,
    listeners: [{ port: 4318, protocol: "OTLP/HTTP", requests: isEmpty ? 0 : 41 }],
    repositories: [{ name: "shop", root: "/home/ada/src/shop" }],
  };
}

function search(parameters: URLSearchParams, spans: readonly MockSpan[]): Answer {
  const q = parameters.get("q") ?? "";
  const opened = q.lastIndexOf("(");
  if (opened > q.lastIndexOf(")")) {
    return refusal(400, "search-unclosed", "This ( is never closed. Put a ) at its end.", {
      offset: [...q].length,
      hint: ")",
    });
  }
  if (q.includes("broken"))
    return refusal(503, "search-too-slow", "The store did not answer within 10 s. Narrow the time range.");
  const words = q
    .replace(/\S+:(?:\([^)]*\)|\S+)/g, "")
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean);
  const found = spans.filter(({ span }) => words.every((word) => span.resource.toLowerCase().includes(word)));
  const from = Number(parameters.get("cursor") ?? 0);
  const limit = Number(parameters.get("limit") ?? 100);
  const page = found.slice(from, from + limit).map(({ span }) => span);
  const cursor = from + limit < found.length ? String(from + limit) : null;
  return [200, { spans: page, cursor, read_ns: 38e6 } satisfies wire.SpanPage];
}

function wholeTrace(traceId: string, all: readonly MockSpan[]): Answer {
  const spans = all
    .map(({ span }) => span)
    .filter((span) => span.trace_id === traceId)
    .sort((a, b) => Number(BigInt(a.start_ns) - BigInt(b.start_ns)));
  const first = spans[0];
  if (!first)
    return refusal(404, "trace-not-found", "No span of this trace is in the store. It may be older than what is kept.");
  const strings: string[] = [];
  const index = (text: string) => {
    if (!strings.includes(text)) strings.push(text);
    return strings.indexOf(text);
  };
  const start = BigInt(first.start_ns);
  const rows = new Map(spans.map((span, row) => [span.span_id, row]));
  const events = (span: wire.Span) => all.find((one) => one.span === span)?.events ?? [];
  const offset = (span: wire.Span) => Number(BigInt(span.start_ns) - start);
  return [
    200,
    {
      trace_id: traceId,
      start_ns: first.start_ns,
      duration_ns: Math.max(...spans.map((span) => offset(span) + span.duration_ns)),
      strings,
      columns: {
        span_id: spans.map((span) => span.span_id),
        parent: spans.map(({ parent_span_id: id }) => (id === null ? -1 : (rows.get(id) ?? -2))),
        name: spans.map((span) => index(span.name)),
        service: spans.map((span) => index(span.service)),
        resource: spans.map((span) => index(span.resource)),
        kind: spans.map(({ kind }) =>
          ["unspecified", "internal", "server", "client", "producer", "consumer"].indexOf(kind),
        ),
        status: spans.map(({ status }) => ["unset", "ok", "error"].indexOf(status)),
        http_status: spans.map((span) => span.http_status ?? 0),
        start_offset_ns: spans.map(offset),
        duration_ns: spans.map((span) => span.duration_ns),
        origin_type: spans.map(({ origin }) => (origin === null ? 0 : origin.type === "entry" ? 1 : 2)),
        origin_file: spans.map(({ origin }) => index(origin?.file ?? "")),
        origin_path: spans.map(({ origin }) => index(origin?.path ?? "")),
        origin_line: spans.map(({ origin }) => origin?.line ?? 0),
        origin_function: spans.map(({ origin }) => index(origin?.function ?? "")),
        events: spans.map((span) => events(span).length),
      },
      marks: {
        row: spans.flatMap((span, row) => events(span).map(() => row)),
        offset_ns: spans.flatMap((span) => events(span).map(({ time_ns }) => Number(BigInt(time_ns) - start))),
        name: spans.flatMap((span) => events(span).map(({ name }) => index(name))),
      },
    } satisfies wire.Trace,
  ];
}

function detail(found: MockSpan | undefined): Answer {
  if (!found) return refusal(404, "span-not-found", "The span is not in the store.");
  const { span, events, links } = found;
  const body: wire.SpanDetail = {
    span,
    status_message: span.status === "error" ? "ReadTimeout: no bytes for 0.8 s" : "",
    trace_state: "",
    scope: { name: "opentelemetry.instrumentation.httpx", version: "0.60b0" },
    attributes: {
      "http.request.method": span.name.split(" ")[0],
      "server.address": "payments.internal",
      "server.port": 443,
      "error.type": span.status === "error" ? "ReadTimeout" : undefined,
      "shop.flags": ["new-cart", "beta"],
      "shop.is_guest": false,
      ...(span.origin && {
        "code.file.path": span.origin.file,
        "code.line.number": span.origin.line,
        "code.function.name": span.origin.function,
        "spanorigin.type": span.origin.type,
      }),
    },
    resource_attributes: {
      "service.name": span.service,
      "service.version": "2.3",
      "telemetry.sdk.language": "python",
      "vcs.ref.head.revision": "4f2c91a0c7d1e5b9a3f6d8c2b4e7a1f0d3c6b9e2",
    },
    events,
    links,
    missing_origin: span.origin
      ? null
      : {
          slug: "no-agent",
          message: `\`${span.service}\` sends spans without the agent, so nobody looked for the line of code.`,
          remedy: "Start it with `spanorigin run --` in front, or call `spanorigin.install()`.",
        },
  };
  return [200, body];
}

function source(parameters: URLSearchParams, everything: ReadonlyMap<string, MockSpan>): Answer {
  const found = everything.get(parameters.get("span_id") ?? "");
  const frame = found?.span.origin?.frames[Number(parameters.get("frame") ?? 0)];
  if (!frame) return refusal(404, "span-not-found", "The span is not in the store.");
  if (!frame.path.startsWith("web/") && !frame.path.startsWith("orders/")) {
    return [
      200,
      {
        frame,
        preview: null,
        missing: {
          slug: "commit-not-here",
          message: "`4f2c91a` is not in the clone at `~/src/shop`.",
          remedy: "Run `git fetch` there, and this fills in.",
        },
      } satisfies wire.Source,
    ];
  }
  return [
    200,
    { frame, preview: highlighted(frame, Number(parameters.get("context") ?? 5)), missing: null } satisfies wire.Source,
  ];
}

function refusal(status: number, slug: string, message: string, more: { offset?: number; hint?: string } = {}): Answer {
  return [status, { error: { slug, message, ...more } } satisfies wire.Error];
}
