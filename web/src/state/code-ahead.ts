/**
 * What a file's page asks first: the file's text, and what its lines cost.
 *
 * Apart from state/code.ts, and in the scripts of the start: a page opened by its address asks while its own scripts are
 * on their way, and takes the answers (decision 0249).
 */

import { getFile, listPlaces, type PlaceQuestion } from "../client/code";
import type { CodePlace } from "../model/code-address";
import type { CodeFile, PlaceRed } from "../model/places";
import { fromMs } from "../model/time";
import { resolveRange, type TimeRange } from "../model/time-range";

/** A file's text is the same for all places of one key. */
export function fileKeyOf(place: CodePlace): string {
  return JSON.stringify([place.repository, place.commit, place.path]);
}

/** What lines cost is the same for all places of one key, until somebody asks anew. */
export function countKeyOf(place: CodePlace, range: TimeRange): string {
  return JSON.stringify(
    [fileKeyOf(place), place.as, place.service, place.ofAll, place.lens, place.against, range],
    (_, value) => (typeof value === "bigint" ? String(value) : value),
  );
}

/** The commit whose spans are counted; null for all. */
export function commitOf(place: CodePlace): string | null {
  return place.ofAll ? null : place.commit;
}

/** A search within what the place counts: of its service, where it names one, and of a commit. */
export function within(place: CodePlace, search: string, commit: string | null): string {
  const service = place.service === null ? "" : `service:"${place.service.replace(/["\\]/g, "\\$&")}"`;
  return [search, commit === null ? "" : `commit:${commit}`, service].filter(Boolean).join(" ");
}

/** What is asked of the spans of a file, up to now. */
export function questionOf(place: CodePlace, range: TimeRange): PlaceQuestion {
  return {
    path: place.as ?? place.path ?? "",
    query: within(place, "", commitOf(place)),
    ...resolveRange(range, fromMs(Date.now())),
  };
}

/** What a lens counts of them. */
export function throughLens(asked: PlaceQuestion, { lens }: CodePlace): PlaceQuestion {
  return { ...asked, self: lens === "self", ...(lens === "entry" || lens === "exit" ? { type: lens } : {}) };
}

export interface Counting {
  readonly asked: PlaceQuestion;
  readonly places: Promise<readonly PlaceRed[]>;
}

export function startCounting(place: CodePlace, range: TimeRange, signal?: AbortSignal): Counting {
  const asked = questionOf(place, range);
  return { asked, places: listPlaces(throughLens(asked, place), "line", signal) };
}

export function startReading(place: CodePlace, signal?: AbortSignal): Promise<CodeFile> {
  return getFile(place.repository ?? "", place.commit, place.path ?? "", signal);
}

let readAhead: { readonly key: string; readonly file: Promise<CodeFile> } | null = null;
let countedAhead: { readonly key: string; readonly counting: Counting } | null = null;

/** Asks now for what the page of the place will want. Done when the text is there, or is not to be had; never fails. */
export function askAhead(place: CodePlace, range: TimeRange): Promise<void> {
  if (place.path === null) return Promise.resolve();
  readAhead = { key: fileKeyOf(place), file: startReading(place) };
  countedAhead = { key: countKeyOf(place, range), counting: startCounting(place, range) };
  // The page tells of failures when it takes the answers.
  const quietly = () => {};
  countedAhead.counting.places.catch(quietly);
  return readAhead.file.then(quietly, quietly);
}

/** The text asked for ahead, to the first who wants it; null when it was not, or is of another file. */
export function takeFile(key: string): Promise<CodeFile> | null {
  const taken = readAhead;
  readAhead = null;
  return taken?.key === key ? taken.file : null;
}

/** The counting asked for ahead, to the first who wants it; null when it was not, or is another. */
export function takeCounting(key: string): Counting | null {
  const taken = countedAhead;
  countedAhead = null;
  return taken?.key === key ? taken.counting : null;
}
