/** One function or line over time: its course, its versions, who calls it, what it calls, its slowest spans. */

import { signal } from "@preact/signals";
import { listVersions } from "../client/changes";
import { getCallers, getExits, listPlaces } from "../client/code";
import { getOverview } from "../client/counts";
import { spansByDuration } from "../client/spans";
import type { Overview } from "../model/groups";
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

export const PIECES = 60;
const SPANS_SHOWN = 8;
let shown = "";
let abort = new AbortController();

export async function openOrigin(place: OriginKey, range: TimeRange): Promise<void> {
  abort.abort();
  abort = new AbortController();
  const { signal } = abort;
  const query = searchOfKey(place);
  // The same place over another stretch of time replaces the numbers where they stand.
  if (query !== shown) detail.value = null;
  shown = query;
  problem.value = null;
  const window = resolveRange(range, fromMs(Date.now()));
  const question = { query, ...window };
  const at = {
    path: place.path,
    query: "",
    ...window,
    ...(place.line === null ? { function: place.function } : { line: place.line }),
  };
  try {
    const [course, versions, lines, callers, exits, slowest] = await Promise.all([
      getOverview(question, PIECES, signal),
      listVersions(question, PIECES, signal),
      listPlaces(at, "line", signal),
      getCallers(at, signal),
      getExits({ ...at, type: "entry" }, signal),
      spansByDuration(query, window.from, window.to, SPANS_SHOWN, "slowest", signal),
    ]);
    if (signal.aborted) return;
    const sorted = [...lines].sort((a, b) => b.count - a.count);
    detail.value = { course, versions, lines: sorted, callers, exits, slowest };
  } catch (error) {
    if (!isAbort(error) && !signal.aborted) problem.value = asProblem(error);
  }
}
