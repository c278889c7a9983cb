/** Small traces for tests, written as one line a span. */

import type { SpanKind, SpanStatus } from "../src/model/span";
import { KINDS, STATUSES, type Trace } from "../src/model/trace";

export interface Line {
  readonly parent: number;
  readonly start?: number;
  readonly duration?: number;
  readonly service?: string;
  readonly kind?: SpanKind;
  readonly status?: SpanStatus;
  readonly path?: string;
  readonly line?: number;
  /** What the span worked on; a name of its own where none is given. */
  readonly what?: string;
  readonly function?: string;
}

export function traceOf(lines: readonly Line[]): Trace {
  const known = new Map([["", 0]]);
  const index = (text: string) => {
    if (!known.has(text)) known.set(text, known.size);
    return known.get(text)!;
  };
  const column = (read: (line: Line, row: number) => number) => lines.map(read);
  return {
    traceId: "a".repeat(32),
    startNs: 0n,
    durationNs: 0,
    count: lines.length,
    spanId: lines.map((_, row) => row.toString(16).padStart(16, "0")),
    parent: Int32Array.from(column((line) => line.parent)),
    name: Int32Array.from(column((_, row) => index(`span ${row}`))),
    service: Int32Array.from(column((line) => index(line.service ?? "web"))),
    resource: Int32Array.from(column((line, row) => index(line.what ?? `span ${row}`))),
    kind: Uint8Array.from(column((line) => KINDS.indexOf(line.kind ?? "internal"))),
    status: Uint8Array.from(column((line) => STATUSES.indexOf(line.status ?? "unset"))),
    httpStatus: new Uint16Array(lines.length),
    start: Float64Array.from(column((line, row) => line.start ?? row)),
    duration: Float64Array.from(column((line) => line.duration ?? 1)),
    originType: Uint8Array.from(column((line) => (line.path ? 1 : 0))),
    originPath: Int32Array.from(column((line) => index(line.path ?? ""))),
    originLine: Int32Array.from(column((line) => line.line ?? 0)),
    originFunction: Int32Array.from(column((line) => index(line.function ?? ""))),
    markRow: new Int32Array(0),
    markAt: new Float64Array(0),
    markName: new Int32Array(0),
    strings: [...known.keys()],
  };
}
