/** The findings that are shown, by their kind, over the time range of the page. */

import { signal } from "@preact/signals";
import { getFindings } from "../client/findings";
import { spansByDuration } from "../client/spans";
import type { Finding, FindingKind } from "../model/findings";
import { asProblem, isAbort, type Problem } from "../model/problem";
import type { Span } from "../model/span";
import { fromMs } from "../model/time";
import { resolveRange, type TimeRange } from "../model/time-range";

export const findings = signal<readonly Finding[] | null>(null);
export const problem = signal<Problem | null>(null);
let abort = new AbortController();

export async function openFindings(kind: FindingKind, range: TimeRange): Promise<void> {
  abort.abort();
  abort = new AbortController();
  const { signal } = abort;
  findings.value = null;
  problem.value = null;
  try {
    const { from, to } = resolveRange(range, fromMs(Date.now()));
    const found = await getFindings(kind, from, to, signal);
    if (!signal.aborted) findings.value = found;
  } catch (error) {
    if (!isAbort(error) && !signal.aborted) problem.value = asProblem(error);
  }
}

/** The slowest span of a search, which stands for the others; null when there is none any more. */
export async function slowestOf(query: string, range: TimeRange, signal: AbortSignal): Promise<Span | null> {
  const { from, to } = resolveRange(range, fromMs(Date.now()));
  return (await spansByDuration(query, from, to, 1, "slowest", signal))[0] ?? null;
}
