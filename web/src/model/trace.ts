/**
 * A whole trace as columns: one typed array a column, one index a span, strings in a table.
 *
 * Rows come sorted by start time. 100,000 spans as objects took 25 times the memory and 40 times the time to build
 * (decision 0052), so nothing here makes an object per span.
 */

import { splitPath } from "./paths";
import type { OriginType, SpanKind, SpanStatus } from "./span";
import type { EpochNs } from "./time";

export const KINDS: readonly SpanKind[] = ["unspecified", "internal", "server", "client", "producer", "consumer"];
export const STATUSES: readonly SpanStatus[] = ["unset", "ok", "error"];
export const ERROR = 2;

/** `parent` of a root, and of a span whose parent is not in the store. */
export const NO_PARENT = -1;
export const LOST_PARENT = -2;

export interface Trace {
  readonly traceId: string;
  readonly startNs: EpochNs;
  readonly durationNs: number;
  readonly count: number;
  readonly strings: readonly string[];
  readonly spanId: readonly string[];
  readonly parent: Int32Array;
  readonly name: Int32Array;
  readonly service: Int32Array;
  readonly resource: Int32Array;
  readonly kind: Uint8Array;
  readonly status: Uint8Array;
  readonly httpStatus: Uint16Array;
  /** From the trace's start. Doubles are exact to 2^53 ns, which is 104 days. */
  readonly start: Float64Array;
  readonly duration: Float64Array;
  /** 0 none, 1 entry, 2 exit. */
  readonly originType: Uint8Array;
  readonly originPath: Int32Array;
  readonly originLine: Int32Array;
  readonly originFunction: Int32Array;
  /** Events of spans, by row: whose, when from the trace's start, and its name. */
  readonly markRow: Int32Array;
  readonly markAt: Float64Array;
  readonly markName: Int32Array;
}

/** What a row of the waterfall draws; made for the rows in view only. */
export interface TraceRow {
  readonly row: number;
  readonly spanId: string;
  readonly service: string;
  readonly resource: string;
  readonly kind: SpanKind;
  readonly status: SpanStatus;
  readonly httpStatus: number | null;
  readonly origin: {
    readonly type: OriginType;
    readonly path: string;
    readonly line: number;
    readonly function: string;
  } | null;
  readonly hasLostParent: boolean;
}

export function readRow(trace: Trace, row: number): TraceRow {
  const text = (column: Int32Array) => trace.strings[column[row]!] ?? "";
  const http = trace.httpStatus[row]!;
  const type = trace.originType[row]!;
  return {
    row,
    spanId: trace.spanId[row]!,
    service: text(trace.service),
    resource: text(trace.resource) || text(trace.name),
    kind: KINDS[trace.kind[row]!] ?? "unspecified",
    status: STATUSES[trace.status[row]!] ?? "unset",
    httpStatus: http === 0 ? null : http,
    origin:
      type === 0
        ? null
        : {
            type: type === 1 ? "entry" : "exit",
            path: text(trace.originPath),
            line: trace.originLine[row]!,
            function: text(trace.originFunction),
          },
    hasLostParent: trace.parent[row] === LOST_PARENT,
  };
}

/** The events of a row as places in the columns of marks: the first, and the one after the last. */
export function marksOf({ markRow }: Trace, row: number): readonly [first: number, end: number] {
  let low = 0;
  let high = markRow.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (markRow[middle]! < row) low = middle + 1;
    else high = middle;
  }
  while (high < markRow.length && markRow[high] === row) high++;
  return [low, high];
}

/** The row of a span; -1 when it is not in the trace. */
export function findSpan(trace: Trace, spanId: string): number {
  return trace.spanId.indexOf(spanId);
}

export function errorCount(trace: Trace): number {
  let errors = 0;
  for (const status of trace.status) if (status === ERROR) errors++;
  return errors;
}

/** Paths of all origins in the trace, each once. */
export function originPaths(trace: Trace): Set<string> {
  const indices = new Set<number>();
  for (let row = 0; row < trace.count; row++) if (trace.originType[row] !== 0) indices.add(trace.originPath[row]!);
  return new Set([...indices].map((index) => trace.strings[index] ?? ""));
}

/** Characters in the longest `file:line`, so that the origin column can be wide enough to cut none of the usual ones. */
export function longestOriginName(trace: Trace, directories: ReadonlyMap<string, string>): number {
  let longest = 0;
  const widths = new Map<number, number>();
  for (let row = 0; row < trace.count; row++) {
    if (trace.originType[row] === 0) continue;
    const index = trace.originPath[row]!;
    const width = widths.get(index) ?? shownLength(trace.strings[index] ?? "", directories);
    widths.set(index, width);
    longest = Math.max(longest, width + 1 + String(trace.originLine[row]).length);
  }
  return longest;
}

function shownLength(path: string, directories: ReadonlyMap<string, string>): number {
  return (directories.get(path) ?? "").length + splitPath(path).name.length;
}
