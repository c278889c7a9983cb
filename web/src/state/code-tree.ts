/** The repository whose files are shown beside the source: its paths, and how much time is spent in each. */

import { batch, computed, signal } from "@preact/signals";
import { getTree, listPlaces, listRepositories } from "../client/code";
import type { CodePlace } from "../model/code-address";
import { foldersOf, heatOfFiles, hottestFiles } from "../model/heat-tree";
import type { PlaceRed } from "../model/places";
import { asProblem, isAbort, type Problem } from "../model/problem";
import { fromMs } from "../model/time";
import { resolveRange, type TimeRange } from "../model/time-range";

export const paths = signal<readonly string[] | null>(null);
export const repositories = signal<readonly string[] | null>(null);
export const problem = signal<Problem | null>(null);
export const unfolded = signal<ReadonlySet<string>>(new Set());
const places = signal<readonly PlaceRed[]>([]);
export const heat = computed(() => heatOfFiles(paths.value ?? [], places.value));

const HOTTEST = 1;
let pathsKey = "";
let placesKey = "";
let abort = new AbortController();

/**
 * Lists the files and counts their spans, each unless it was done already, and unfolds what leads to the place.
 *
 * Asks once `before` is settled: beside a file the tree comes second, and its questions would slow those of the file.
 */
export function openTree(place: CodePlace, range: TimeRange, before: Promise<void> = Promise.resolve()): void {
  if (place.path !== null) unfold(foldersOf(place.path));
  const nextPaths = JSON.stringify([place.repository, place.commit]);
  const nextPlaces = JSON.stringify([nextPaths, place.ofAll, range], (_, value) =>
    typeof value === "bigint" ? String(value) : value,
  );
  if (nextPlaces === placesKey && !problem.value) return;
  const isSameTree = nextPaths === pathsKey;
  pathsKey = nextPaths;
  placesKey = nextPlaces;
  abort.abort();
  abort = new AbortController();
  problem.value = null;
  if (!isSameTree) paths.value = null;
  const { signal } = abort;
  void before.then(() => {
    if (!signal.aborted) void load(place, range, signal);
  });
}

/** Asks anew which repositories there are: one was added. */
export async function relist(): Promise<void> {
  try {
    repositories.value = await listRepositories();
  } catch (error) {
    problem.value = asProblem(error);
  }
}

export function setUnfolded(folder: string, isUnfolded: boolean): void {
  const next = new Set(unfolded.value);
  if (isUnfolded) next.add(folder);
  else next.delete(folder);
  unfolded.value = next;
}

function unfold(folders: readonly string[]): void {
  if (folders.some((folder) => !unfolded.value.has(folder))) unfolded.value = new Set([...unfolded.value, ...folders]);
}

async function load(place: CodePlace, range: TimeRange, signal: AbortSignal): Promise<void> {
  try {
    if (place.repository === null) {
      const found = await listRepositories(signal);
      if (!signal.aborted) repositories.value = found;
      return;
    }
    const query = place.commit === null || place.ofAll ? "" : `commit:${place.commit}`;
    const [files, counted] = await Promise.all([
      paths.value ?? getTree(place.repository, place.commit, signal),
      listPlaces({ path: "", query, ...resolveRange(range, fromMs(Date.now())) }, "file", signal),
    ]);
    if (signal.aborted) return;
    batch(() => {
      paths.value = files;
      places.value = counted;
      if (place.path === null) unfold(hottestFiles(heat.value, HOTTEST).flatMap(([path]) => foldersOf(path)));
    });
  } catch (error) {
    if (!isAbort(error) && !signal.aborted) problem.value = asProblem(error);
  }
}
