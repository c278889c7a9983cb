/** Which of the spans in a list took much longer than those like it. */

import type { Span } from "./span";

/** As many alike must be in the list before any of them is called slow. */
const ENOUGH = 8;
/** And so many times their median it must have taken, */
const TIMES = 3;
/** and at least so long, since nobody waits for less. */
const WORTH_A_LOOK_NS = 20e6;

export interface Typical {
  readonly medianNs: number;
  readonly count: number;
}

/** The median duration per service and resource, for those that are there often enough. */
export function typicalDurations(spans: readonly Span[]): ReadonlyMap<string, Typical> {
  const alike = new Map<string, number[]>();
  for (const span of spans) {
    const durations = alike.get(kinship(span));
    if (durations) durations.push(span.durationNs);
    else alike.set(kinship(span), [span.durationNs]);
  }
  const typical = new Map<string, Typical>();
  for (const [kin, durations] of alike) {
    if (durations.length < ENOUGH) continue;
    durations.sort((a, b) => a - b);
    typical.set(kin, { medianNs: durations[durations.length >> 1]!, count: durations.length });
  }
  return typical;
}

/** How many times the median, when that is slow; null when it is not, or when too few are alike to tell. */
export function slowness(span: Span, typical: ReadonlyMap<string, Typical>): { times: number; of: Typical } | null {
  const of = typical.get(kinship(span));
  if (!of || span.durationNs < WORTH_A_LOOK_NS || span.durationNs < TIMES * of.medianNs) return null;
  return { times: span.durationNs / Math.max(1, of.medianNs), of };
}

/** What a full bar stands for: the longest but for the longest hundredth, so that one outlier does not flatten the rest. */
export function barScale(spans: readonly Span[]): number {
  if (spans.length === 0) return 1;
  const durations = Float64Array.from(spans, (span) => span.durationNs).sort();
  return Math.max(1, durations[Math.ceil(durations.length * 0.99) - 1]!);
}

function kinship(span: Span): string {
  return `${span.service}\n${span.resource}`;
}
