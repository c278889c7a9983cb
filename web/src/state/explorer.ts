/**
 * The explorer's list: the rows that have come, the search that brought them, and the way to more.
 *
 * It outlives the page, so that coming back from a trace finds the same rows at the same place. New results replace old
 * ones in place; a search that fails keeps what is there.
 */

import { batch, computed, signal } from "@preact/signals";
import type { Question } from "../client/ask";
import { searchSpans } from "../client/spans";
import { type Scope, scoped, shiftOf } from "../model/explore-look";
import { tellingDirectories } from "../model/paths";
import { asProblem, isAbort, Problem } from "../model/problem";
import { ServiceHues } from "../model/services";
import { barScale, typicalDurations } from "../model/slowness";
import type { Span } from "../model/span";
import { type EpochNs, fromMs, isOnSameDay } from "../model/time";
import { isSameRange, resolveRange, type TimeRange } from "../model/time-range";

export type Phase = "loading" | "ready" | "failed";

export const phase = signal<Phase>("loading");
export const rows = signal<readonly Span[]>([]);
export const cursor = signal<string | null>(null);
export const isLoadingMore = signal(false);
export const problem = signal<Problem | null>(null);
export const readNs = signal(0);
/** Place of the selected row; -1 when none is. */
export const selected = signal(-1);
/** What was asked last, for whatever else is counted of the same spans; null before the first search. */
export const question = signal<Question | null>(null);
/** The fields that each span was asked for with, besides the usual. */
export const columns = signal<readonly string[]>([]);
/** Where the list was scrolled to, for coming back. */
export const place = { scrollTop: 0 };

export const hues = new ServiceHues();
export const scale = computed(() => barScale(rows.value));
export const typical = computed(() => typicalDurations(rows.value));
/** By path: what must stand before the file name so that rows can be told apart. */
export const directories = computed(() =>
  tellingDirectories(rows.value.flatMap((span) => (span.origin ? [span.origin.path] : []))),
);
/** Whether clock times alone would be read wrongly, since not all rows are of today. */
export const needsDay = computed(() => {
  const last = rows.value.at(-1);
  return last !== undefined && !isOnSameDay(last.startNs, fromMs(Date.now()));
});

const PAGE = 100;
const RETRY_MS = 3000;

interface Asked {
  /** Fields that the list has as columns. */
  readonly columns: readonly string[];
  /** The search under its scope, as the server gets it. */
  readonly query: string;
  readonly written: string;
  readonly scope: Scope;
  readonly range: TimeRange;
  readonly from: EpochNs;
  readonly to: EpochNs;
}

let asked: Asked | null = null;
let abort: AbortController | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;

/** Searches unless exactly this was searched already; coming back to a page does not change it under the reader. */
export function showSearch(query: string, range: TimeRange, scope: Scope, fields: readonly string[] = []): void {
  const isSame = asked?.written === query && asked.scope === scope && isSameRange(asked.range, range);
  if (isSame && String(asked?.columns) === String(fields) && phase.value !== "failed") return;
  search(query, range, scope, fields);
}

/** The same search again, against the present moment. */
export function refresh(): void {
  if (asked) search(asked.written, asked.range, asked.scope, asked.columns);
}

/** Gets the next rows, when there are any and none are under way. */
export async function loadMore(): Promise<void> {
  if (!asked || cursor.value === null || isLoadingMore.value || phase.value === "loading") return;
  const of = asked;
  isLoadingMore.value = true;
  try {
    const page = await searchSpans({ ...of, limit: PAGE, cursor: cursor.value }, abort?.signal);
    if (of !== asked) return;
    batch(() => {
      rows.value = [...rows.value, ...page.spans];
      cursor.value = page.cursor;
      readNs.value += page.readNs;
      problem.value = null;
    });
  } catch (error) {
    if (of !== asked || isAbort(error)) return;
    problem.value = asProblem(error);
    if (problem.value.isPassing) retry = setTimeout(loadMore, RETRY_MS);
  } finally {
    if (of === asked) isLoadingMore.value = false;
  }
}

/** Ends what is under way; called when the page is left, so that no retry runs behind another page. */
export function pause(): void {
  clearTimeout(retry);
}

function search(written: string, range: TimeRange, scope: Scope, fields: readonly string[]): void {
  clearTimeout(retry);
  abort?.abort();
  abort = new AbortController();
  const query = scoped(written, scope);
  const of: Asked = { query, written, scope, range, columns: fields, ...resolveRange(range, fromMs(Date.now())) };
  asked = of;
  batch(() => {
    columns.value = fields;
    question.value = { query, from: of.from, to: of.to };
  });
  isLoadingMore.value = false;
  phase.value = "loading";
  searchSpans({ ...of, limit: PAGE, cursor: null }, abort.signal).then(
    (page) => {
      if (of !== asked) return;
      place.scrollTop = 0;
      batch(() => {
        phase.value = "ready";
        rows.value = page.spans;
        cursor.value = page.cursor;
        readNs.value = page.readNs;
        problem.value = null;
        selected.value = -1;
      });
    },
    (error) => {
      if (of === asked && !isAbort(error)) fail(error);
    },
  );
}

function fail(error: unknown): void {
  const found = asWritten(asProblem(error));
  batch(() => {
    phase.value = "failed";
    problem.value = found;
  });
  if (found.isPassing) retry = setTimeout(refresh, RETRY_MS);
}

/** The place of a mistake counted in the search as the reader wrote it, without what the scope put around it. */
function asWritten(found: Problem): Problem {
  if (found.offset === null || !asked) return found;
  const offset = Math.min([...asked.written].length, found.offset - shiftOf(asked.written, asked.scope));
  return new Problem(found.kind, found.message, found.slug, Math.max(0, offset), found.hint);
}
