/** What a page asks, as other programs take it: a command line for curl, and addresses of files with the spans. */

import type { EpochNs } from "./time";
import type { Trace } from "./trace";

export interface Asked {
  readonly query: string;
  readonly from: EpochNs;
  readonly to: EpochNs;
}

export type FileKind = "json" | "csv" | "otlp" | "parquet";

/** So many spans a file holds at most, newest first; the server takes up to a million. */
export const FILE_MOST = 100_000;

export function exportAddress({ query, from, to }: Asked, as: FileKind, most = FILE_MOST): string {
  const whole = { otlp: "otlp-json", parquet: "parquet", json: null, csv: null }[as];
  if (whole)
    return `/api/v1/archive?${new URLSearchParams({ q: query, from: String(from), to: String(to), as: whole })}`;
  const parameters = { q: query, from: String(from), to: String(to), as, limit: String(most) };
  return `/api/v1/spans/export?${new URLSearchParams(parameters)}`;
}

/** The search for a shell, with each parameter readable on a line of its own. */
export function curlCommand(origin: string, { query, from, to }: Asked): string {
  const parameters = [
    ["q", query],
    ["from", String(from)],
    ["to", String(to)],
  ] as const;
  const lines = parameters.map(([name, value]) => `  --data-urlencode ${quoted(`${name}=${value}`)}`);
  return [`curl --get ${quoted(`${origin}/api/v1/spans`)}`, ...lines].join(" \\\n");
}

/** The spans of a trace as a search. Its last span may begin with its last nanosecond. */
export function traceAsked({ traceId, startNs, durationNs }: Pick<Trace, "traceId" | "startNs" | "durationNs">): Asked {
  return { query: `trace_id:${traceId}`, from: startNs, to: startNs + BigInt(durationNs) + 1n };
}

/** A whole trace for a shell. */
export function traceCommand(origin: string, traceId: string): string {
  return `curl ${quoted(`${origin}/api/v1/traces/${traceId}`)}`;
}

/** In single quotes, in which a shell changes nothing. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
