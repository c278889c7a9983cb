/** One function or line over time: its course, its versions, who calls it, what it calls, its slowest spans. */

import { signal } from "@preact/signals";
import { getNames, listVersions } from "../client/changes";
import { getCallers, getExits, listPlaces, listRepositories } from "../client/code";
import { getOverview } from "../client/counts";
import { spansByDuration } from "../client/spans";
import type { Overview } from "../model/groups";
import { type FormerName, otherNames, searchOfNames } from "../model/names";
import { type OriginKey, searchOfKey } from "../model/origin-address";
import type { Caller, Exit, PlaceRed } from "../model/places";
import { asProblem, isAbort, type Problem } from "../model/problem";
import type { Span } from "../model/span";
import { fromMs } from "../model/time";
import { resolveRange, type TimeRange } from "../model/time-range";
import type { VersionRed } from "../model/versions";

export interface OriginDetail {
  readonly course: Overview | null;
  readonly versions: readonly VersionRed[];
  /** Its lines that spans start at, most spans first. */
  readonly lines: readonly PlaceRed[];
  readonly callers: readonly Caller[];
  readonly exits: readonly Exit[];
  readonly slowest: readonly Span[];
}

export const detail = signal<OriginDetail | null>(null);
export const problem = signal<Problem | null>(null);
/** What else the function was and is called, where its history shows it; spans of all names are counted. */
export const others = signal<readonly FormerName[]>([]);

export const PIECES = 60;
const SPANS_SHOWN = 8;
let shown = "";
let followed = "";
let abort = new AbortController();

export async function openOrigin(place: OriginKey, range: TimeRange): Promise<void> {
  abort.abort();
  abort = new AbortController();
  const { signal } = abort;
  const key = searchOfKey(place);
  // The same place over another stretch of time replaces the numbers where they stand.
  if (key !== shown) {
    detail.value = null;
    others.value = [];
    followed = "";
  }
  shown = key;
  problem.value = null;
  try {
    const found = await load(place, range, signal);
    if (signal.aborted) return;
    detail.value = found;
    // Without a span nobody says which repository it is in.
    if (!found.course && place.line === null) await followAnywhere(place, range, signal);
  } catch (error) {
    if (!isAbort(error) && !signal.aborted) problem.value = asProblem(error);
  }
}

/** Looks for other names of the place, whose file the repository has at `path`, and counts their spans too. */
export async function follow(place: OriginKey, range: TimeRange, repository: string, path: string): Promise<void> {
  const { signal } = abort;
  if (place.line !== null || followed === shown) return;
  followed = shown;
  try {
    await count(
      place,
      range,
      otherNames(place, path, await getNames(repository, path, place.function, null, signal)),
      signal,
    );
  } catch {
    // What it was called is an addition; the page is whole without.
  }
}

async function followAnywhere(place: OriginKey, range: TimeRange, signal: AbortSignal): Promise<void> {
  for (const repository of await listRepositories(signal)) {
    const names = await getNames(repository, place.path, place.function, null, signal).catch(() => []);
    const found = otherNames(place, place.path, names);
    if (found.length > 0) return count(place, range, found, signal);
  }
}

async function count(
  place: OriginKey,
  range: TimeRange,
  found: readonly FormerName[],
  signal: AbortSignal,
): Promise<void> {
  if (found.length === 0 || signal.aborted) return;
  others.value = found;
  const again = await load(place, range, signal);
  if (!signal.aborted) detail.value = again;
}

async function load(place: OriginKey, range: TimeRange, signal: AbortSignal): Promise<OriginDetail> {
  const query = searchOfNames(place, others.value);
  const window = resolveRange(range, fromMs(Date.now()));
  const question = { query, ...window };
  const at = {
    path: place.path,
    query: "",
    ...window,
    ...(place.line === null ? { function: place.function } : { line: place.line }),
  };
  const [course, versions, lines, callers, exits, slowest] = await Promise.all([
    getOverview(question, PIECES, signal),
    listVersions(question, PIECES, signal),
    listPlaces(at, "line", signal),
    getCallers(at, signal),
    getExits({ ...at, type: "entry" }, signal),
    spansByDuration(query, window.from, window.to, SPANS_SHOWN, "slowest", signal),
  ]);
  return { course, versions, lines: [...lines].sort((a, b) => b.count - a.count), callers, exits, slowest };
}
