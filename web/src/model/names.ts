/** What a function was called before and is called now, as its spans call it. */

import { type OriginKey, searchOfKey } from "./origin-address";

/** A name as the repository has it: the path from its root, the function as spans call it. */
export interface CodeName {
  readonly path: string;
  readonly function: string;
  /** The commit that gave it the next name; null for the newest name. */
  readonly until: string | null;
}

export interface FormerName {
  readonly key: OriginKey;
  readonly until: string | null;
}

/**
 * The other names of a place, newest first. `path` is where the repository has the place's file: spans may leave out the
 * folders above it, and do so for its other names too.
 */
export function otherNames(place: OriginKey, path: string, names: readonly CodeName[]): readonly FormerName[] {
  const above = path.endsWith(`/${place.path}`) ? path.slice(0, path.length - place.path.length) : "";
  return names
    .map(({ until, ...name }) => {
      const own = name.path.startsWith(above) ? name.path.slice(above.length) : name.path;
      return { key: { path: own, function: name.function || place.function, line: null }, until };
    })
    .filter(({ key }) => key.path !== place.path || key.function !== place.function);
}

/** The search for the spans of a place under all of its names. */
export function searchOfNames(place: OriginKey, others: readonly FormerName[]): string {
  if (others.length === 0) return searchOfKey(place);
  return [place, ...others.map(({ key }) => key)].map((key) => `(${searchOfKey(key)})`).join(" OR ");
}
