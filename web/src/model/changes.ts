/** What changed between two commits, and what its lines cost before and after. */

import type { PlaceRed, Red } from "./places";
import type { Token } from "./span";

export interface DiffLine {
  /** Numbers on both sides, from 1; null where the side does not have the line. */
  readonly old: number | null;
  readonly new: number | null;
  readonly tokens: readonly Token[];
}

export interface ChangedFile {
  readonly path: string;
  readonly oldPath: string;
  readonly kind: "added" | "deleted" | "changed" | "renamed";
  readonly hunks: readonly (readonly DiffLine[])[];
  readonly reason: string | null;
}

export interface Changes {
  readonly repository: string;
  readonly base: string;
  readonly head: string;
  readonly files: readonly ChangedFile[];
  readonly isWhole: boolean;
}

/** What the lines of a file cost at one commit, by number. */
export type LineCosts = ReadonlyMap<number, Red>;

/** The places of spans by file and line. `paths` are the files that changed, as the repository calls them. */
export function costsOf(places: readonly PlaceRed[], paths: readonly string[]): ReadonlyMap<string, LineCosts> {
  const found = new Map<string, Map<number, Red>>();
  for (const place of places) {
    if (place.line === null) continue;
    const ending = paths.includes(place.path) ? [place.path] : paths.filter((path) => path.endsWith(`/${place.path}`));
    // An end that several changed files share is none of them.
    if (ending.length !== 1) continue;
    const lines = found.get(ending[0]!) ?? new Map<number, Red>();
    found.set(ending[0]!, lines);
    const known = lines.get(place.line);
    if (!known || known.totalNs < place.totalNs) lines.set(place.line, place);
  }
  return found;
}

/** How many lines of the file's hunks spans start in, on either side. */
export function countedLines(file: ChangedFile, before: LineCosts | undefined, after: LineCosts | undefined): number {
  return file.hunks
    .flat()
    .filter((line) => (line.old !== null && before?.has(line.old)) || (line.new !== null && after?.has(line.new)))
    .length;
}

/** The address of a diff: `/diff/{repository}/{base}...{head}`; commits are null while they are to be chosen. */
export interface DiffPlace {
  readonly repository: string;
  readonly base: string | null;
  readonly head: string | null;
}

export function readDiffAddress(path: string): DiffPlace | null {
  const found = /^\/diff\/([^/]+)(?:\/([0-9a-fA-F]{7,40})?\.\.\.([0-9a-fA-F]{7,40})?)?$/.exec(path);
  if (!found) return null;
  try {
    const commit = (text: string | undefined) => text?.toLowerCase() ?? null;
    return { repository: decodeURIComponent(found[1]!), base: commit(found[2]), head: commit(found[3]) };
  } catch {
    return null;
  }
}

export function writeDiffAddress({ repository, base, head }: DiffPlace): string {
  const range = base === null && head === null ? "" : `/${base ?? ""}...${head ?? ""}`;
  return `/diff/${encodeURIComponent(repository)}${range}`;
}
