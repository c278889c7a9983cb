/**
 * Pages and their addresses. What a reader would want to send to a colleague is in the address, and nothing else.
 *
 * An address that makes no sense leads to the nearest page that does: unknown paths to `lost`, wrong values to defaults.
 */

import { type DiffPlace, readDiffAddress, writeDiffAddress } from "./changes";
import { type CodePlace, readCodeAddress, writeCodeAddress } from "./code-address";
import { type ExploreLook, isPlainLook, readExploreLook, writeExploreLook } from "./explore-look";
import { FINDING_KINDS, type FindingKind } from "./findings";
import { type OriginKey, readOriginKey, writeOriginKey } from "./origin-address";
import { DEFAULT_RANGE, isSameRange, type TimeRange, WINDOWS } from "./time-range";

/** How a trace is looked at. */
export interface TraceLook {
  readonly view: TraceView;
  /** Only spans that all of these mark are shown, and what leads to them. */
  readonly only: ReadonlyArray<Lens | "found">;
  /** What is looked for in the trace. */
  readonly find: string;
  /** The trace that it is compared with; empty for none. */
  readonly against: string;
}

export const TRACE_VIEWS = ["waterfall", "flame", "list", "code", "compare"] as const;
export type TraceView = (typeof TRACE_VIEWS)[number];
export const LENSES = ["errors", "slow", "origin", "changed"] as const;
export type Lens = (typeof LENSES)[number];
export const PLAIN_LOOK: TraceLook = { view: "waterfall", only: [], find: "", against: "" };

export type Page =
  | { readonly name: "start" }
  | { readonly name: "explore"; readonly query: string; readonly range: TimeRange; readonly look?: ExploreLook }
  | { readonly name: "trace"; readonly traceId: string; readonly spanId: string | null; readonly look?: TraceLook }
  | { readonly name: "code"; readonly place: CodePlace; readonly range: TimeRange }
  | { readonly name: "origin"; readonly place: OriginKey; readonly range: TimeRange }
  | { readonly name: "diff"; readonly place: DiffPlace; readonly range: TimeRange }
  | { readonly name: "findings"; readonly kind: FindingKind; readonly range: TimeRange }
  | { readonly name: "settings" }
  | { readonly name: "saved"; readonly slug: string }
  | { readonly name: "lost"; readonly path: string };

export function readAddress(url: URL): Page {
  const path = url.pathname.replace(/\/+$/, "");
  if (path === "") return { name: "start" };
  if (path === "/explore") {
    const look = readExploreLook(url.searchParams);
    return {
      name: "explore",
      query: url.searchParams.get("q") ?? "",
      range: readRange(url.searchParams),
      ...(isPlainLook(look) ? {} : { look }),
    };
  }
  const trace = /^\/trace\/([0-9a-fA-F]{32})$/.exec(path);
  if (trace?.[1]) {
    const span = url.searchParams.get("span")?.toLowerCase() ?? null;
    return {
      name: "trace",
      traceId: trace[1].toLowerCase(),
      spanId: span !== null && /^[0-9a-f]{16}$/.test(span) ? span : null,
      ...readLook(url.searchParams),
    };
  }
  if (path === "/findings") {
    const kind = FINDING_KINDS.find((known) => known === url.searchParams.get("kind")) ?? "repeats";
    return { name: "findings", kind, range: readRange(url.searchParams) };
  }
  if (path === "/settings") return { name: "settings" };
  const saved = /^\/s\/([0-9a-z-]{1,64})$/.exec(path);
  if (saved?.[1]) return { name: "saved", slug: saved[1] };
  const key = readOriginKey(path);
  if (key) return { name: "origin", place: key, range: readRange(url.searchParams) };
  const diff = readDiffAddress(path);
  if (diff) return { name: "diff", place: diff, range: readRange(url.searchParams) };
  const place = readCodeAddress(path, url.searchParams);
  if (place) return { name: "code", place, range: readRange(url.searchParams) };
  return { name: "lost", path: url.pathname };
}

/** Path and search of a page; what has its default value is left out. */
export function writeAddress(page: Page): string {
  switch (page.name) {
    case "start":
      return "/";
    case "explore": {
      const parameters = new URLSearchParams();
      if (page.query !== "") parameters.set("q", page.query);
      writeRange(parameters, page.range);
      if (page.look) writeExploreLook(parameters, page.look);
      return withSearch("/explore", parameters);
    }
    case "trace": {
      const parameters = new URLSearchParams();
      if (page.spanId !== null) parameters.set("span", page.spanId);
      if (page.look) writeLook(parameters, page.look);
      return withSearch(`/trace/${page.traceId}`, parameters);
    }
    case "code": {
      const parameters = new URLSearchParams();
      const path = writeCodeAddress(page.place, parameters);
      writeRange(parameters, page.range);
      return withSearch(path, parameters);
    }
    case "origin":
    case "diff": {
      const parameters = new URLSearchParams();
      writeRange(parameters, page.range);
      return withSearch(page.name === "origin" ? writeOriginKey(page.place) : writeDiffAddress(page.place), parameters);
    }
    case "findings": {
      const parameters = new URLSearchParams(page.kind === "repeats" ? {} : { kind: page.kind });
      writeRange(parameters, page.range);
      return withSearch("/findings", parameters);
    }
    case "settings":
      return "/settings";
    case "saved":
      return `/s/${page.slug}`;
    case "lost":
      return page.path;
  }
}

/** Left out where all is as it is by default. */
function readLook(parameters: URLSearchParams): { look?: TraceLook } {
  const against = /^[0-9a-f]{32}$/.exec(parameters.get("with")?.toLowerCase() ?? "")?.[0] ?? "";
  const asked = TRACE_VIEWS.find((known) => known === parameters.get("view")) ?? PLAIN_LOOK.view;
  const view = asked === "compare" && against === "" ? PLAIN_LOOK.view : asked;
  const named = parameters.get("only")?.split(".") ?? [];
  const only = [...LENSES, "found" as const].filter((lens) => named.includes(lens));
  const look = { view, only, find: parameters.get("find") ?? "", against };
  return view === PLAIN_LOOK.view && only.length === 0 && look.find === "" && against === "" ? {} : { look };
}

function writeLook(parameters: URLSearchParams, look: TraceLook): void {
  if (look.view !== PLAIN_LOOK.view) parameters.set("view", look.view);
  if (look.only.length > 0) parameters.set("only", look.only.join("."));
  if (look.find !== "") parameters.set("find", look.find);
  if (look.against !== "") parameters.set("with", look.against);
}

function readRange(parameters: URLSearchParams): TimeRange {
  const from = readMoment(parameters.get("from"));
  const to = readMoment(parameters.get("to"));
  if (from !== null || to !== null) return { from, to };
  const window = parameters.get("window");
  return WINDOWS.some((known) => known.id === window) ? { window: window as string } : DEFAULT_RANGE;
}

function readMoment(text: string | null): bigint | null {
  return text !== null && /^\d{1,19}$/.test(text) ? BigInt(text) : null;
}

function writeRange(parameters: URLSearchParams, range: TimeRange): void {
  if (isSameRange(range, DEFAULT_RANGE)) return;
  if ("window" in range) {
    parameters.set("window", range.window);
    return;
  }
  if (range.from !== null) parameters.set("from", String(range.from));
  if (range.to !== null) parameters.set("to", String(range.to));
}

function withSearch(path: string, parameters: URLSearchParams): string {
  const search = parameters.toString();
  return search === "" ? path : `${path}?${search}`;
}
