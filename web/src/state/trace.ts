/** The trace that is open: its columns, tree and timeline, what is folded, and the span in the panel. */

import { batch, computed, signal } from "@preact/signals";
import { getSpan } from "../client/span";
import { getTrace } from "../client/trace";
import { LENSES } from "../model/address";
import { asProblem, isAbort, type Problem } from "../model/problem";
import type { SpanDetail } from "../model/span";
import { inAll, type Marked } from "../model/standouts";
import type { Axis } from "../model/timeline";
import { findSpan } from "../model/trace";
import { ancestors, rowsLeadingTo, visibleRows } from "../model/tree";
import { type OpenTrace, workOut } from "../model/work-out";
import { recall, remember } from "./memory";
import { page } from "./route";

export type { OpenTrace };

export const open = signal<OpenTrace | null>(null);
export const problem = signal<Problem | null>(null);
const NONE: ReadonlySet<number> = new Set();
/** What is folded where all is shown, and where only some spans are: to look for one must not lose the reader's folds. */
const foldedInAll = signal(NONE);
const foldedInSome = signal(NONE);
const only = computed(() => (page.value.name === "trace" ? (page.value.look?.only.join(".") ?? "") : ""));
/** What a search within the trace found (state/find.ts); null while nothing is looked for, or nothing is known yet. */
export const found = signal<Marked | null>(null);
/** What lies in changed code (state/changed.ts); null while that is not known. */
export const inChangedCode = signal<Marked | null>(null);
/** The spans that are asked for; null for all. */
export const wanted = computed<Marked | null>(() => {
  const opened = open.value;
  if (!opened) return null;
  const named = only.value.split(".");
  const all = LENSES.filter((lens) => named.includes(lens)).flatMap((lens) =>
    lens === "changed" ? (inChangedCode.value ?? []) : opened.marked[lens](),
  );
  if (named.includes("found") && found.value) all.push(found.value);
  return all.length > 0 ? inAll(all) : null;
});
export const folded = computed(() => (wanted.value ? foldedInSome : foldedInAll).value);
/** Row of the selected span; -1 when none is. */
export const selected = signal(-1);
/** Rows of the waterfall. */
export const shown = computed(() => {
  const opened = open.value;
  if (!opened) return new Int32Array(0);
  if (wanted.value) return rowsLeadingTo(opened.repeats.tree, folded.value, wanted.value.rows);
  return visibleRows(opened.repeats.tree, folded.value);
});

/** How many spans have a row, rows of groups left aside. */
export const shownSpans = computed(() => {
  const spans = open.value?.trace.count ?? 0;
  let count = 0;
  for (const row of shown.value) if (row < spans) count++;
  return count;
});

export const isCriticalShown = signal(recall("critical-path") !== "off");

export function showCritical(isShown: boolean): void {
  isCriticalShown.value = isShown;
  remember("critical-path", isShown ? "on" : "off");
}

/** The part of the axis that is looked at; null for all of it. */
export const zoom = signal<Axis | null>(null);
/** What the time axis of a view shows. */
export const axis = computed<Axis>(() => zoom.value ?? open.value?.timeline ?? { from: 0, to: 0 });
/** As close as one may look. */
export const CLOSEST_NS = 10;

export function zoomTo(row: number): void {
  const opened = open.value;
  if (!opened || row < 0) return;
  const from = opened.timeline.start[row]!;
  zoom.value = { from, to: from + Math.max(CLOSEST_NS, opened.timeline.duration[row]!) };
}

export const detail = signal<SpanDetail | null>(null);
export const detailProblem = signal<Problem | null>(null);

const RETRY_MS = 3000;
const NOTHING = { traceId: "", spanId: null as string | null };
let asked = NOTHING;
let abort: AbortController | null = null;
let detailAbort: AbortController | null = null;
let detailFor = "";
let retry: ReturnType<typeof setTimeout> | undefined;

/** Opens a trace, unless it is the one that is open. */
export function openTrace(traceId: string, spanId: string | null): void {
  const isSame = asked.traceId === traceId && (open.value !== null || problem.value === null);
  asked = { traceId, spanId };
  if (isSame) {
    selectSpan(spanId);
    return;
  }
  batch(() => {
    open.value = null;
    problem.value = null;
    foldedInAll.value = NONE;
    foldedInSome.value = NONE;
    selected.value = -1;
    zoom.value = null;
    detail.value = null;
    detailProblem.value = null;
  });
  detailFor = "";
  void load(traceId);
}

export function retryTrace(): void {
  problem.value = null;
  void load(asked.traceId);
}

/** Leaves the trace; a request for it that is still under way is given up. */
export function closeTrace(): void {
  clearTimeout(retry);
  abort?.abort();
  if (!open.value) asked = NOTHING;
}

/** Puts a span into the panel and unfolds what hides it; null empties the panel. */
export function selectSpan(spanId: string | null): void {
  const now = open.value;
  if (!now) return;
  const row = spanId === null ? -1 : findSpan(now.trace, spanId);
  if (row >= 0) {
    const hiding = hidersOf(now, row);
    if (hiding.length > 0) fold(new Set([...folded.value].filter((kept) => !hiding.includes(kept))));
  }
  selected.value = row;
  if (row >= 0) void loadDetail(now.trace.traceId, now.trace.spanId[row]!);
}

/** What must be unfolded for a row to be seen. The row of a group stands for its first, so that one may stay folded. */
function hidersOf({ repeats, trace }: OpenTrace, row: number): number[] {
  const first = (group: number) => repeats.groups[group - trace.count]?.rows[0];
  return ancestors(repeats.tree, row).filter((above) => folded.value.has(above) && first(above) !== row);
}

export function setFolded(row: number, isFolded: boolean): void {
  const next = new Set(folded.value);
  if (isFolded) next.add(row);
  else next.delete(row);
  fold(next);
}

function fold(rows: ReadonlySet<number>): void {
  (wanted.value ? foldedInSome : foldedInAll).value = rows;
}

export function retryDetail(): void {
  detailFor = "";
  const now = open.value;
  if (now && selected.value >= 0) void loadDetail(now.trace.traceId, now.trace.spanId[selected.value]!);
}

async function load(traceId: string): Promise<void> {
  clearTimeout(retry);
  abort?.abort();
  abort = new AbortController();
  const { signal } = abort;
  try {
    const opened = workOut(await getTrace(traceId, signal));
    if (signal.aborted) return;
    batch(() => {
      open.value = opened;
      foldedInAll.value = new Set(opened.repeats.groups.map((_, index) => opened.trace.count + index));
      problem.value = null;
      selectSpan(asked.spanId ?? firstSpan(opened));
    });
  } catch (error) {
    if (signal.aborted || isAbort(error)) return;
    problem.value = asProblem(error);
    if (problem.value.isPassing) retry = setTimeout(() => void load(traceId), RETRY_MS);
  }
}

async function loadDetail(traceId: string, spanId: string): Promise<void> {
  if (detailFor === spanId) return;
  detailFor = spanId;
  detailAbort?.abort();
  detailAbort = new AbortController();
  try {
    const found = await getSpan(traceId, spanId, detailAbort.signal);
    if (detailFor !== spanId) return;
    batch(() => {
      detail.value = found;
      detailProblem.value = null;
    });
  } catch (error) {
    if (detailFor === spanId && !isAbort(error)) detailProblem.value = asProblem(error);
  }
}

/** The panel opens with the first row: an empty panel would only ask for a click. */
function firstSpan(opened: OpenTrace): string | null {
  return opened.trace.count > 0 ? opened.trace.spanId[opened.tree.order[0]!]! : null;
}
