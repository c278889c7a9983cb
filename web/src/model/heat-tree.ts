/** A repository's files as a tree with the time spent in each, put together from what git has and what spans say. */

import type { PlaceRed } from "./places";

/** What is spent in a file, and the file as its spans call it. */
export interface FileHeat {
  readonly totalNs: number;
  readonly errors: number;
  readonly as: string;
}

export interface TreeRow {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly isFolder: boolean;
  readonly totalNs: number;
}

/**
 * Which file of the repository each path of a span is. A process in a folder of a monorepo calls its files by the end
 * of their paths; an end that several files share is none of them.
 */
export function heatOfFiles(paths: readonly string[], places: readonly PlaceRed[]): ReadonlyMap<string, FileHeat> {
  const known = new Set(paths);
  const byName = new Map<string, string[]>();
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  const heat = new Map<string, FileHeat>();
  for (const place of places) {
    const alike = byName.get(place.path.slice(place.path.lastIndexOf("/") + 1)) ?? [];
    const ending = known.has(place.path) ? [place.path] : alike.filter((path) => path.endsWith(`/${place.path}`));
    const path = ending.length === 1 ? ending[0]! : null;
    // Of two names of one file the one it is called by for longer is the one its lines are counted under.
    const before = path === null ? undefined : heat.get(path);
    if (path !== null && (!before || before.totalNs < place.totalNs)) {
      heat.set(path, { totalNs: place.totalNs, errors: place.errors, as: place.path });
    }
  }
  return heat;
}

/** Rows in drawing order: folders before files, by name; of folders that are not `unfolded` only themselves. */
export function treeRows(
  paths: readonly string[],
  heat: ReadonlyMap<string, FileHeat>,
  unfolded: ReadonlySet<string>,
): readonly TreeRow[] {
  const children = new Map<string, Map<string, TreeRow>>();
  for (const path of paths) {
    const parts = path.split("/");
    const totalNs = heat.get(path)?.totalNs ?? 0;
    for (let depth = 0; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join("/");
      const own = parts.slice(0, depth + 1).join("/");
      const inFolder = children.get(folder) ?? new Map<string, TreeRow>();
      children.set(folder, inFolder);
      const before = inFolder.get(own)?.totalNs ?? 0;
      const isFolder = depth < parts.length - 1;
      inFolder.set(own, { path: own, name: parts[depth]!, depth, isFolder, totalNs: before + totalNs });
    }
  }
  const rows: TreeRow[] = [];
  const draw = (folder: string) => {
    const inFolder = [...(children.get(folder)?.values() ?? [])];
    inFolder.sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || (a.name < b.name ? -1 : 1));
    for (const row of inFolder) {
      rows.push(row);
      if (row.isFolder && unfolded.has(row.path)) draw(row.path);
    }
  };
  draw("");
  return rows;
}

/** The folders that a path lies in, outermost first. */
export function foldersOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(0, -1).map((_, depth) => parts.slice(0, depth + 1).join("/"));
}

/** The files in which most time was spent, most first. */
export function hottestFiles(
  heat: ReadonlyMap<string, FileHeat>,
  limit: number,
): ReadonlyArray<readonly [string, FileHeat]> {
  return [...heat].sort(([, a], [, b]) => b.totalNs - a.totalNs).slice(0, limit);
}
