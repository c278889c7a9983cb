/** The spans of a trace that a reader asks for with one click: failed, slow, with an origin. One byte a row. */

import type { Timeline } from "./timeline";
import { ERROR, type Trace } from "./trace";

export interface Marked {
  readonly rows: Uint8Array;
  readonly count: number;
}

/** A span that worked for so much of the trace itself is slow, */
const SHARE = 0.1;
/** and one that took so many times the median of as many that are alike, */
const TIMES = 3;
const ENOUGH = 8;
/** if it took at least so much of the trace, since nobody would gain from making it faster. */
const WORTH_A_LOOK = 0.01;

export function failed(trace: Trace): Marked {
  return marked(trace.count, (row) => trace.status[row] === ERROR);
}

export function withOrigin(trace: Trace): Marked {
  return marked(trace.count, (row) => trace.originType[row] !== 0);
}

export function slow(trace: Trace, timeline: Timeline, selfNs: Float64Array): Marked {
  const length = timeline.to - timeline.from;
  if (length <= 0) return marked(trace.count, () => false);
  const medians = mediansOfAlike(trace);
  return marked(trace.count, (row) => {
    if (selfNs[row]! >= SHARE * length) return true;
    const ns = trace.duration[row]!;
    const median = medians.get(kinship(trace, row));
    return median !== undefined && ns >= WORTH_A_LOOK * length && ns >= TIMES * median;
  });
}

/** The rows that all of them mark. */
export function inAll(all: readonly Marked[]): Marked {
  const first = all[0]!;
  return all.length === 1 ? first : marked(first.rows.length, (row) => all.every(({ rows }) => rows[row] === 1));
}

export function marked(count: number, is: (row: number) => boolean): Marked {
  const rows = new Uint8Array(count);
  let found = 0;
  for (let row = 0; row < count; row++) {
    if (!is(row)) continue;
    rows[row] = 1;
    found++;
  }
  return { rows, count: found };
}

function mediansOfAlike(trace: Trace): ReadonlyMap<number, number> {
  const alike = new Map<number, number[]>();
  for (let row = 0; row < trace.count; row++) {
    const kin = kinship(trace, row);
    const durations = alike.get(kin);
    if (durations) durations.push(trace.duration[row]!);
    else alike.set(kin, [trace.duration[row]!]);
  }
  const medians = new Map<number, number>();
  for (const [kin, durations] of alike) {
    if (durations.length < ENOUGH) continue;
    const sorted = Float64Array.from(durations).sort();
    medians.set(kin, sorted[sorted.length >> 1]!);
  }
  return medians;
}

/** Service and resource as one number; both point into the table of strings. */
function kinship(trace: Trace, row: number): number {
  return trace.service[row]! * trace.strings.length + trace.resource[row]!;
}
