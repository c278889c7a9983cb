/** Addresses that views link to. */

import { type Page, type TraceLook, writeAddress } from "../model/address";
import type { DiffPlace } from "../model/changes";
import type { CodePlace } from "../model/code-address";
import type { OriginKey } from "../model/origin-address";
import { DEFAULT_RANGE, type TimeRange } from "../model/time-range";

export const EXPLORE: Page = { name: "explore", query: "", range: DEFAULT_RANGE };

export function spanLink(traceId: string, spanId: string | null, look?: TraceLook): string {
  return writeAddress({ name: "trace", traceId, spanId, ...(look ? { look } : {}) });
}

export function codeLink(place: CodePlace, range: TimeRange = DEFAULT_RANGE): string {
  return writeAddress({ name: "code", place, range });
}

export function exploreLink(query: string, range: TimeRange): string {
  return writeAddress({ name: "explore", query, range });
}

export function originLink(place: OriginKey, range: TimeRange): string {
  return writeAddress({ name: "origin", place, range });
}

export function diffLink(place: DiffPlace, range: TimeRange): string {
  return writeAddress({ name: "diff", place, range });
}
