/** Two commits of a repository: what changed, and what the lines cost that changed, before and after. */

import { batch, computed, signal } from "@preact/signals";
import { type Commit, getChanges, listCommits } from "../client/changes";
import { listPlaces } from "../client/code";
import { type ChangedFile, type Changes, costsOf, type DiffPlace, type LineCosts, rowsOf } from "../model/changes";
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

/** Files that somebody folded or unfolded, by path. */
export const chosen = signal<ReadonlyMap<string, boolean>>(new Map());
export const rows = computed(() =>
  changes.value ? rowsOf(changes.value.files, before.value, after.value, chosen.value) : [],
);

let repository = "";
let asked = new Set<string>();
let abort = new AbortController();

export async function openDiff(place: DiffPlace, range: TimeRange): Promise<void> {
  abort.abort();
  abort = new AbortController();
  const { signal } = abort;
  batch(() => {
    problem.value = null;
    before.value = null;
    after.value = null;
    if (!isShown(place)) {
      changes.value = null;
      chosen.value = new Map();
    }
    if (repository !== place.repository) commits.value = null;
  });
  repository = place.repository;
  try {
    const [listed, found] = await Promise.all([
      commits.value ?? listCommits(place.repository, signal),
      place.base === null || place.head === null
        ? null
        : (changes.value ?? getChanges(place.repository, place.base, place.head, null, signal)),
    ]);
    if (signal.aborted) return;
    asked = new Set();
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

export function setOpen(path: string, isOpen: boolean): void {
  chosen.value = new Map(chosen.value).set(path, isOpen);
}

/** Asks for the hunks of files that have come into view, each once. */
export async function fetchHunks(paths: readonly string[]): Promise<void> {
  const known = changes.value;
  if (!known) return;
  const { signal } = abort;
  const fresh = paths.filter((path) => !asked.has(path));
  for (const path of fresh) asked.add(path);
  await Promise.all(
    fresh.map(async (path) => {
      try {
        const found = (await getChanges(known.repository, known.base, known.head, path, signal)).files[0];
        put(path, (file) => found ?? { ...file, isPending: false, reason: "It is not there any more." });
      } catch (error) {
        if (isAbort(error) || signal.aborted) return;
        put(path, (file) => ({ ...file, isPending: false, reason: asProblem(error).message }));
      }
    }),
  );
}

function put(path: string, next: (file: ChangedFile) => ChangedFile): void {
  const now = changes.value;
  if (!now) return;
  changes.value = { ...now, files: now.files.map((file) => (file.path === path ? next(file) : file)) };
}

function isShown({ repository: name, base, head }: DiffPlace): boolean {
  const now = changes.value;
  // An address may have a commit's first digits only.
  return (
    now !== null &&
    now.repository === name &&
    base !== null &&
    head !== null &&
    now.base.startsWith(base) &&
    now.head.startsWith(head)
  );
}
