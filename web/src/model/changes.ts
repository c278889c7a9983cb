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
  /** Lines; one that only moved is neither. */
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly (readonly DiffLine[])[];
  /** Whether the hunks are to be asked for. */
  readonly isPending: boolean;
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

/** Files whose changes are longer are folded until somebody unfolds them, unless spans start in them. */
export const LONG = 400;

/** A row of the page: a file's head, a line of a hunk, the border between two hunks, or words. All are as high. */
export type DiffRow =
  | { readonly kind: "file"; readonly file: ChangedFile; readonly hot: number; readonly isOpen: boolean }
  | { readonly kind: "line"; readonly file: ChangedFile; readonly line: DiffLine }
  | { readonly kind: "gap"; readonly file: ChangedFile }
  | { readonly kind: "words"; readonly file: ChangedFile; readonly words: string };

/**
 * The rows of all files, those in which spans start first. `chosen` are the files that somebody folded or unfolded, by
 * path. `hot` are lines with spans: of the hunks where they are known, else of the file.
 */
export function rowsOf(
  files: readonly ChangedFile[],
  before: ReadonlyMap<string, LineCosts> | null,
  after: ReadonlyMap<string, LineCosts> | null,
  chosen: ReadonlyMap<string, boolean>,
): readonly DiffRow[] {
  const heated = files.map((file) => {
    const [then, now] = [before?.get(file.oldPath), after?.get(file.path)];
    const inFile = Math.max(then?.size ?? 0, now?.size ?? 0);
    return { file, inFile, hot: file.isPending ? inFile : countedLines(file, then, now) };
  });
  // By the file's lines, not by those of its hunks: an order that changes as hunks come would move what is being read.
  heated.sort((a, b) => b.inFile - a.inFile);
  return heated.flatMap(({ file, hot }) => {
    const isOpen = chosen.get(file.path) ?? (hot > 0 || file.added + file.removed <= LONG);
    const head: DiffRow = { kind: "file", file, hot, isOpen };
    return isOpen ? [head, ...bodyOf(file)] : [head];
  });
}

const bodies = new WeakMap<ChangedFile, readonly DiffRow[]>();

/** The rows below a file's head. Kept, as the rows of all files are put together anew whenever hunks of one come. */
function bodyOf(file: ChangedFile): readonly DiffRow[] {
  const known = bodies.get(file);
  if (known) return known;
  const made = bodyRows(file);
  bodies.set(file, made);
  return made;
}

function bodyRows(file: ChangedFile): DiffRow[] {
  if (file.reason !== null) return [{ kind: "words", file, words: file.reason }];
  if (file.isPending) return [{ kind: "words", file, words: "…" }];
  if (file.hunks.length === 0) return [{ kind: "words", file, words: "Nothing in it changed." }];
  return file.hunks.flatMap((hunk, index) => [
    ...(index > 0 ? [{ kind: "gap", file } as const] : []),
    ...hunk.map((line) => ({ kind: "line", file, line }) as const),
  ]);
}

/** The next row from `at` that a key leads to: the head of a file, or a line that has a cost; null when there is none. */
export function nextRow(
  rows: readonly DiffRow[],
  at: number,
  by: 1 | -1,
  isWanted: (row: DiffRow) => boolean,
): number | null {
  for (let row = at + by; row >= 0 && row < rows.length; row += by) if (isWanted(rows[row]!)) return row;
  return null;
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
