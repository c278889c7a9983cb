/** Counted spans: places in the code, groups of a top list, and the series over time. Plain data, and terms for them. */

import type { OriginGroup } from "./explore-look";
import { facetMatch } from "./facets";
import { type Quantity, rate } from "./numbers";
import { toggled, withCondition, writeValue } from "./terms";
import type { EpochNs } from "./time";

/** Rate, errors and duration of some spans. */
export interface Stats {
  readonly count: number;
  readonly rate: number;
  readonly errors: number;
  readonly errorRate: number;
  readonly p50Ns: number;
  readonly p95Ns: number;
  readonly totalNs: number;
}

/** Counts for each piece of the window. */
export interface Trend {
  readonly counts: readonly number[];
  readonly errors: readonly number[];
}

export interface OriginStats extends Stats {
  readonly path: string;
  readonly line: number | null;
  readonly function: string | null;
  /** How many of the spans came in; the others went out. */
  readonly entries: number;
  readonly trend: Trend | null;
}

export interface TopGroup extends Stats {
  /** Empty: spans that have none. */
  readonly value: string;
  readonly trend: Trend | null;
}

/** A group over time: a number for each piece of the window. */
export interface CourseGroup extends Stats {
  /** Empty: spans that have none. */
  readonly value: string;
  readonly counts: readonly number[];
  readonly errorCounts: readonly number[];
  readonly p95s: readonly number[];
}

/** Groups over the same stretch of time. */
export interface Courses {
  readonly from: EpochNs;
  readonly stepNs: number;
  readonly groups: readonly CourseGroup[];
}

/** What was found of the whole search, and how it went over the window. */
export interface Overview {
  readonly from: EpochNs;
  readonly stepNs: number;
  readonly stats: Stats;
  readonly counts: readonly number[];
  readonly errors: readonly number[];
  readonly p95Ns: readonly number[];
}

/** The search for the spans of a place. */
export function searchOfPlace(query: string, place: OriginStats, group: OriginGroup): string {
  const file = `file:${writeValue(place.path)}`;
  if (group === "line") return withCondition(query, `origin:${writeValue(`${place.path}:${place.line}`)}`);
  if (group === "file" || !place.function) return withCondition(query, file);
  return withCondition(query, `${file} fn:${writeValue(place.function)}`);
}

/** The search for the spans of a group; as it is when it asks for them already. */
export function searchOfGroup(query: string, field: string, value: string): string {
  const match = facetMatch(field, value);
  const found = toggled(query, match, "in");
  return found.length < query.length ? query : found;
}

/** The stretch of time of some pieces, the first and the last among them. */
export function stretchOf(
  overview: Pick<Overview, "from" | "stepNs">,
  first: number,
  last: number,
): { from: EpochNs; to: EpochNs } {
  const step = BigInt(overview.stepNs);
  return { from: overview.from + BigInt(first) * step, to: overview.from + BigInt(last + 1) * step };
}

/** A rate with the unit in which it is a number to speak of: `12.0 /s`, `4.2 /min`, `1.5 /h`. */
export function readableRate(perSecond: number): Quantity {
  if (perSecond >= 0.95 || perSecond === 0) return { value: rate(perSecond), unit: "/s" };
  if (perSecond * 60 >= 0.95) return { value: rate(perSecond * 60), unit: "/min" };
  if (perSecond * 3600 >= 0.95) return { value: rate(perSecond * 3600), unit: "/h" };
  return { value: rate(perSecond * 86_400), unit: "/day" };
}

/** `1.4 %`, `0.02 %`, `0 %`: a share in words. Whatever is more than nothing is not said to be nothing. */
export function percent(share: number): string {
  if (share === 0) return "0";
  if (share < 0.0001) return "<0.01";
  return (share * 100).toFixed(share < 0.01 ? 2 : share < 0.1 ? 1 : 0);
}

/** Columns of a unit's width in a box that is one high, as the path of a picture. */
export function columns(values: readonly number[], most: number): string {
  return values
    .map((value, at) => (value > 0 ? `M${at} 1v${-Math.max(0.06, value / most).toFixed(3)}h.8V1z` : ""))
    .join("");
}
