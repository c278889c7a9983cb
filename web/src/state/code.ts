/** The file that is open as a page: its text, what its lines cost, and what is known of the selected one. */

import { batch, computed, signal } from "@preact/signals";
import { getCallers, getExits, getFile, listPlaces, type PlaceQuestion } from "../client/code";
import { slowestSpans } from "../client/spans";
import type { CodePlace } from "../model/code-address";
import { type Caller, type CodeFile, type Exit, hotLines, type LineRed, lineSearch, linesRed } from "../model/places";
import { asProblem, isAbort, type Problem } from "../model/problem";
import type { Span } from "../model/span";
import { fromMs } from "../model/time";
import { resolveRange, type TimeRange } from "../model/time-range";

export const file = signal<CodeFile | null>(null);
export const problem = signal<Problem | null>(null);
/** By number; null until they were counted once. */
export const lines = signal<ReadonlyMap<number, LineRed> | null>(null);
export const countProblem = signal<Problem | null>(null);
export const hot = computed(() => hotLines(lines.value ?? new Map()));
export const mostNs = computed(() => Math.max(0, ...[...(lines.value?.values() ?? [])].map(({ totalNs }) => totalNs)));

/** What calls the selected line, what it calls, and its slowest spans. */
export interface LineDetail {
  readonly line: number;
  readonly callers: readonly Caller[];
  readonly exits: readonly Exit[];
  readonly slowest: readonly Span[];
}
export const detail = signal<LineDetail | null>(null);
export const detailProblem = signal<Problem | null>(null);

const EXITS_SHOWN = 8;
const SLOWEST_SHOWN = 5;
let fileKey = "";
let countKey = "";
let reading: AbortController | null = null;
let counting: AbortController | null = null;
let looking: AbortController | null = null;

/** Reads the file and counts its spans, each unless it was done already. */
export function openFile(place: CodePlace, range: TimeRange): void {
  const nextFile = JSON.stringify([place.repository, place.commit, place.path]);
  if (nextFile !== fileKey) {
    fileKey = nextFile;
    batch(() => {
      file.value = null;
      lines.value = null;
      problem.value = null;
      detail.value = null;
    });
    void read(place);
  }
  const nextCount = JSON.stringify([nextFile, place.as, place.ofAll, range], (_, value) =>
    typeof value === "bigint" ? String(value) : value,
  );
  if (nextCount !== countKey) {
    countKey = nextCount;
    void count(place, range);
  }
}

export function retryFile(place: CodePlace, range: TimeRange): void {
  fileKey = "";
  countKey = "";
  openFile(place, range);
}

/** The same lines again, up to now. */
export function recount(place: CodePlace, range: TimeRange): void {
  void count(place, range);
}

/** Asks for what the inspector shows of a line. */
export async function lookAt(place: CodePlace, range: TimeRange, line: number): Promise<void> {
  looking?.abort();
  looking = new AbortController();
  const abort = looking;
  const question = { ...questionOf(place, range), line };
  try {
    const isEntry = lines.value?.get(line)?.types.includes("entry") ?? false;
    const [callers, exits, slowest] = await Promise.all([
      getCallers(question, abort.signal),
      isEntry ? getExits({ ...question, type: "entry" }, abort.signal) : [],
      slowestSpans(
        lineSearch(question.path, line, commitOf(place)),
        question.from,
        question.to,
        SLOWEST_SHOWN,
        abort.signal,
      ),
    ]);
    if (abort.signal.aborted) return;
    batch(() => {
      detail.value = { line, callers, exits: exits.slice(0, EXITS_SHOWN), slowest };
      detailProblem.value = null;
    });
  } catch (error) {
    if (!isAbort(error) && !abort.signal.aborted) detailProblem.value = asProblem(error);
  }
}

function commitOf(place: CodePlace): string | null {
  return place.ofAll ? null : place.commit;
}

function questionOf(place: CodePlace, range: TimeRange): PlaceQuestion {
  const commit = commitOf(place);
  return {
    path: place.as ?? place.path ?? "",
    query: commit === null ? "" : `commit:${commit}`,
    ...resolveRange(range, fromMs(Date.now())),
  };
}

async function read(place: CodePlace): Promise<void> {
  reading?.abort();
  reading = new AbortController();
  const abort = reading;
  try {
    const found = await getFile(place.repository ?? "", place.commit, place.path ?? "", abort.signal);
    if (!abort.signal.aborted) file.value = found;
  } catch (error) {
    if (!isAbort(error) && !abort.signal.aborted) problem.value = asProblem(error);
  }
}

async function count(place: CodePlace, range: TimeRange): Promise<void> {
  counting?.abort();
  counting = new AbortController();
  const abort = counting;
  const question = questionOf(place, range);
  try {
    const [all, entries] = await Promise.all([
      listPlaces(question, "line", abort.signal),
      listPlaces({ ...question, type: "entry" }, "line", abort.signal),
    ]);
    if (abort.signal.aborted) return;
    batch(() => {
      lines.value = linesRed(all, entries);
      countProblem.value = null;
    });
  } catch (error) {
    if (!isAbort(error) && !abort.signal.aborted) countProblem.value = asProblem(error);
  }
}
