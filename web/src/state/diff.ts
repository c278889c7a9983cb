/** Two commits of a repository: what changed, and what the lines cost that changed, before and after. */

import { batch, signal } from "@preact/signals";
import { type Commit, getChanges, listCommits } from "../client/changes";
import { listPlaces } from "../client/code";
import { type Changes, costsOf, type DiffPlace, type LineCosts } from "../model/changes";
import { asProblem, isAbort, type Problem } from "../model/problem";
import { fromMs } from "../model/time";
import { resolveRange, type TimeRange } from "../model/time-range";

export const changes = signal<Changes | null>(null);
export const commits = signal<readonly Commit[] | null>(null);
export const problem = signal<Problem | null>(null);
export type Costs = ReadonlyMap<string, LineCosts>;
/** By the file's path at base and at head; null until they were counted. */
export const before = signal<Costs | null>(null);
export const after = signal<Costs | null>(null);

let repository = "";
let abort = new AbortController();

export async function openDiff(place: DiffPlace, range: TimeRange): Promise<void> {
  abort.abort();
  abort = new AbortController();
  const { signal } = abort;
  batch(() => {
    problem.value = null;
    before.value = null;
    after.value = null;
    if (changes.value?.base !== place.base || changes.value?.head !== place.head) changes.value = null;
    if (repository !== place.repository) commits.value = null;
  });
  repository = place.repository;
  try {
    const [listed, found] = await Promise.all([
      commits.value ?? listCommits(place.repository, signal),
      place.base === null || place.head === null ? null : getChanges(place.repository, place.base, place.head, signal),
    ]);
    if (signal.aborted) return;
    batch(() => {
      commits.value = listed;
      changes.value = found;
    });
    if (!found) return;
    const window = resolveRange(range, fromMs(Date.now()));
    const [then, now] = await Promise.all(
      [found.base, found.head].map((commit) =>
        listPlaces({ path: "", query: `commit:${commit}`, ...window }, "line", signal),
      ),
    );
    if (signal.aborted) return;
    batch(() => {
      before.value = costsOf(
        then!,
        found.files.map((file) => file.oldPath),
      );
      after.value = costsOf(
        now!,
        found.files.map((file) => file.path),
      );
    });
  } catch (error) {
    if (!isAbort(error) && !signal.aborted) problem.value = asProblem(error);
  }
}
