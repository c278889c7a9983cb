/** The search within the open trace: what is asked is in the address; columns answer at once, the server what they cannot. */

import { computed, effect, signal } from "@preact/signals";
import { searchSpans } from "../client/spans";
import { testFor, wordTest } from "../model/find";
import { asProblem, isAbort, type Problem } from "../model/problem";
import { marked } from "../model/standouts";
import type { OpenTrace } from "../model/work-out";
import { page } from "./route";
import { found, open } from "./trace";

export const query = computed(() => (page.value.name === "trace" ? (page.value.look?.find ?? "").trim() : ""));
export const isFinding = signal(false);
export const findProblem = signal<Problem | null>(null);
/** Whether there may be more than was fetched. */
export const isCut = signal(false);

const PAGE_SPANS = 1000;
const PAGES = 10;
let abort: AbortController | null = null;

effect(() => {
  const opened = open.value;
  const asked = query.value;
  abort?.abort();
  findProblem.value = null;
  isCut.value = false;
  isFinding.value = false;
  if (!opened || asked === "") {
    found.value = null;
    return;
  }
  const { trace } = opened;
  const test = testFor(asked, trace);
  const first = test ?? wordTest(asked, trace);
  found.value = first ? marked(trace.count, first) : null;
  if (!test) void ask(opened, asked);
});

async function ask(opened: OpenTrace, asked: string): Promise<void> {
  abort = new AbortController();
  const { signal } = abort;
  const { trace } = opened;
  isFinding.value = true;
  try {
    const rows = new Set<number>();
    let cursor: string | null = null;
    for (let pages = 0; pages < PAGES; pages++) {
      const answer = await searchSpans(
        {
          query: `(${asked}) trace_id:${trace.traceId}`,
          from: trace.startNs,
          to: trace.startNs + BigInt(trace.durationNs) + 1n,
          limit: PAGE_SPANS,
          cursor,
        },
        signal,
      );
      if (signal.aborted) return;
      for (const { spanId } of answer.spans) rows.add(opened.rowOf().get(spanId) ?? -1);
      found.value = marked(trace.count, (row) => rows.has(row));
      cursor = answer.cursor;
      if (cursor === null) break;
    }
    isCut.value = cursor !== null;
    isFinding.value = false;
  } catch (error) {
    if (signal.aborted || isAbort(error)) return;
    isFinding.value = false;
    findProblem.value = asProblem(error);
  }
}

/** The found row after one, or before it, in drawing order, round the end; -1 when nothing is found. */
export function nextFound(opened: OpenTrace, row: number, by: 1 | -1): number {
  const rows = found.value?.rows;
  const { order, place } = opened.tree;
  const from = row < 0 ? (by === 1 ? -1 : 0) : place[row]!;
  for (let step = 1; rows && step <= order.length; step++) {
    const at = order[(from + by * step + order.length * 2) % order.length]!;
    if (rows[at] === 1) return at;
  }
  return -1;
}

/** Which of the found rows this is, counted from 1 in drawing order; 0 when it is none. */
export function rankOf(opened: OpenTrace, row: number): number {
  const rows = found.value?.rows;
  if (!rows || row < 0 || rows[row] !== 1) return 0;
  const { order, place } = opened.tree;
  let rank = 0;
  for (let at = 0; at <= place[row]!; at++) rank += rows[order[at]!]!;
  return rank;
}
