/** The file that is open as a page: its text, what its lines cost, and what is known of the selected one. */

import { batch, computed, signal } from "@preact/signals";
import { getNames, listVersions } from "../client/changes";
import { getCallers, getExits, getFile, getTree, listPlaces, listRepeats, type PlaceQuestion } from "../client/code";
import { getOverview } from "../client/counts";
import { spansByDuration } from "../client/spans";
import { lineText } from "../model/code";
import type { CodePlace } from "../model/code-address";
import type { Overview } from "../model/groups";
import { lineMap } from "../model/line-map";
import { otherNames } from "../model/names";
import {
  type Caller,
  type CodeFile,
  type Exit,
  hotLines,
  type LineRed,
  lineSearch,
  linesRed,
  neverHit,
  timeOf,
} from "../model/places";
import { asProblem, isAbort, type Problem } from "../model/problem";
import type { Span } from "../model/span";
import { writeValue } from "../model/terms";
import type { TimeRange } from "../model/time-range";
import type { VersionRed } from "../model/versions";
import {
  type Counting,
  commitOf,
  countKeyOf,
  fileKeyOf,
  questionOf,
  startCounting,
  startReading,
  takeCounting,
  takeFile,
  throughLens,
  within,
} from "./code-ahead";

export const file = signal<CodeFile | null>(null);
export const problem = signal<Problem | null>(null);
/** By number; null until they were counted once. */
export const lines = signal<ReadonlyMap<number, LineRed> | null>(null);
export const countProblem = signal<Problem | null>(null);
/** Lines of the commit that this one is compared with, by their numbers here; null while none is. */
export const beside = signal<ReadonlyMap<number, LineRed> | null>(null);
/** What ran of the file, the version that came last first. */
export const versions = signal<readonly VersionRed[]>([]);
/** Lines that called again and again under one parent, with how often. */
export const repeats = signal<ReadonlyMap<number, number>>(new Map());
/** Functions of the file that no span starts in; null until that is known. */
export const cold = computed(() => (file.value && lines.value ? neverHit(file.value.functions, lines.value) : null));
export const hot = computed(() => hotLines(lines.value ?? new Map()));
export const mostNs = computed(() => Math.max(0, ...[...(lines.value?.values() ?? [])].map(timeOf)));

/** What calls the selected line, what it calls, and its slowest spans. */
export interface LineDetail {
  readonly line: number;
  readonly callers: readonly Caller[];
  readonly exits: readonly Exit[];
  readonly slowest: readonly Span[];
  readonly course: Overview | null;
  readonly versions: readonly VersionRed[];
}
export const detail = signal<LineDetail | null>(null);
export const detailProblem = signal<Problem | null>(null);

const EXITS_SHOWN = 8;
const SLOWEST_SHOWN = 5;
const COURSE_PIECES = 60;
let fileKey = "";
let countKey = "";
let counted = Promise.resolve();
let reading: AbortController | null = null;
let counting: AbortController | null = null;
let looking: AbortController | null = null;

/** Reads the file and counts its spans, each unless it was done already. Settled when the lines are counted. */
export function openFile(place: CodePlace, range: TimeRange): Promise<void> {
  const nextFile = fileKeyOf(place);
  if (nextFile !== fileKey) {
    fileKey = nextFile;
    batch(() => {
      file.value = null;
      lines.value = null;
      problem.value = null;
      detail.value = null;
    });
    void read(place, takeFile(nextFile));
  }
  const nextCount = countKeyOf(place, range);
  if (nextCount !== countKey) {
    countKey = nextCount;
    counted = count(place, range, takeCounting(nextCount));
  }
  return counted;
}

export function retryFile(place: CodePlace, range: TimeRange): void {
  fileKey = "";
  countKey = "";
  void openFile(place, range);
}

/** The same lines again, up to now. */
export function recount(place: CodePlace, range: TimeRange): void {
  void count(place, range);
}

/** The search for the spans that are counted at a line. */
export function searchOfLine(place: CodePlace, line: number): string {
  return within(place, lineSearch(place.as ?? place.path ?? "", line), commitOf(place));
}

/** Asks for what the inspector shows of a line. */
export async function lookAt(place: CodePlace, range: TimeRange, line: number): Promise<void> {
  looking?.abort();
  looking = new AbortController();
  const abort = looking;
  const question = { ...questionOf(place, range), line };
  try {
    const isEntry = lines.value?.get(line)?.types.includes("entry") ?? false;
    const ofLine = { ...question, query: within(place, lineSearch(question.path, line), null) };
    const [callers, exits, slowest, course, ran] = await Promise.all([
      getCallers(question, abort.signal),
      isEntry ? getExits({ ...question, type: "entry" }, abort.signal) : [],
      spansByDuration(searchOfLine(place, line), question.from, question.to, SLOWEST_SHOWN, "slowest", abort.signal),
      getOverview(ofLine, COURSE_PIECES, abort.signal),
      listVersions(ofLine, 1, abort.signal),
    ]);
    if (abort.signal.aborted) return;
    batch(() => {
      detail.value = { line, callers, exits: exits.slice(0, EXITS_SHOWN), slowest, course, versions: ran };
      detailProblem.value = null;
    });
  } catch (error) {
    if (!isAbort(error) && !abort.signal.aborted) detailProblem.value = asProblem(error);
  }
}

/** `ahead` is the answer, where it was asked for already. */
async function read(place: CodePlace, ahead: Promise<CodeFile> | null): Promise<void> {
  reading?.abort();
  reading = new AbortController();
  const abort = reading;
  try {
    const found = await (ahead ?? startReading(place, abort.signal));
    if (!abort.signal.aborted) file.value = found;
  } catch (error) {
    if (!isAbort(error) && !abort.signal.aborted) problem.value = asProblem(error);
  }
}

/** The file at another commit, under the name it has there, and what the spans of then call it. */
async function fileAt(commit: string, place: CodePlace, as: string, signal: AbortSignal) {
  const [repository, path] = [place.repository ?? "", place.path ?? ""];
  const held = new Set(await getTree(repository, commit, signal));
  if (held.has(path)) return { file: await getFile(repository, commit, path, signal), as };
  const names = (await getNames(repository, path, "", null, signal)).filter((name) => name.path !== path);
  const name = names.find((one) => held.has(one.path));
  const [other] = name ? otherNames({ path: as, function: "", line: null }, path, [name]) : [];
  return { file: await getFile(repository, commit, name?.path ?? path, signal), as: other?.key.path ?? as };
}

/** What the lines cost at the commit that is compared with, brought to where the lines are here. */
async function besideOf(place: CodePlace, question: PlaceQuestion, signal: AbortSignal) {
  if (place.against === null) return null;
  const there = await fileAt(place.against, place, question.path, signal);
  const [here, places] = await Promise.all([
    getFile(place.repository ?? "", place.commit, place.path ?? "", signal),
    listPlaces({ ...question, path: there.as, query: within(place, "", place.against) }, "line", signal),
  ]);
  const map = lineMap(there.file.lines.map(lineText), here.lines.map(lineText));
  const found = new Map<number, LineRed>();
  for (const [line, red] of linesRed(places)) {
    const now = map[line - 1] ?? -1;
    if (now >= 0) found.set(now + 1, red);
  }
  return found;
}

async function count(place: CodePlace, range: TimeRange, ahead: Counting | null = null): Promise<void> {
  counting?.abort();
  counting = new AbortController();
  const abort = counting;
  const { asked, places } = ahead ?? startCounting(place, range, abort.signal);
  try {
    const [all, other] = await Promise.all([places, besideOf(place, throughLens(asked, place), abort.signal)]);
    if (abort.signal.aborted) return;
    batch(() => {
      lines.value = linesRed(all);
      beside.value = other;
      countProblem.value = null;
    });
  } catch (error) {
    if (!isAbort(error) && !abort.signal.aborted) countProblem.value = asProblem(error);
    return;
  }
  void lookBeside(place, asked, abort.signal);
}

/** What the numbers do not wait for: the versions that ran, and what was called again and again. */
async function lookBeside(place: CodePlace, asked: PlaceQuestion, signal: AbortSignal): Promise<void> {
  const ofFile = { ...asked, query: within(place, `file:${writeValue(asked.path)}`, null) };
  try {
    const [ran, again] = await Promise.all([listVersions(ofFile, 1, signal), listRepeats(ofFile, signal)]);
    if (signal.aborted) return;
    batch(() => {
      versions.value = ran;
      repeats.value = again;
    });
  } catch (error) {
    if (!isAbort(error) && !signal.aborted) countProblem.value = asProblem(error);
  }
}
