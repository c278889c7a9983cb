/** What is counted of places in the code: lines of a file with their rate, errors and durations, and what stands out. */

import { type Quantity, rate } from "./numbers";
import type { OriginType, Token } from "./span";

export interface CodeFile {
  readonly repository: string;
  readonly commit: string | null;
  readonly takenFrom: "commit" | "working_copy";
  readonly path: string;
  readonly lines: readonly (readonly Token[])[];
  readonly functions: readonly CodeFunction[];
}

/** A function with the lines it goes over; `line` is where its name stands. */
export interface CodeFunction {
  readonly name: string;
  readonly line: number;
  readonly first: number;
  readonly last: number;
}

/** Rate, errors and duration of a place. */
export interface Red {
  readonly count: number;
  /** Spans a second. */
  readonly rate: number;
  readonly errors: number;
  /** From 0 to 1. */
  readonly errorRate: number;
  readonly p50Ns: number;
  readonly p95Ns: number;
  readonly totalNs: number;
}

export interface PlaceRed extends Red {
  readonly path: string;
  readonly line: number | null;
  readonly function: string;
  /** Without the time of callees; null where that was not asked for. */
  readonly selfNs: number | null;
  /** How many of the spans came in; the others went out. */
  readonly entries: number;
}

export interface LineRed extends PlaceRed {
  readonly line: number;
  /** Both where requests enter at a line that calls out as well. */
  readonly types: readonly OriginType[];
}

export interface Caller {
  readonly relation: "frame" | "request" | "remote";
  readonly service: string;
  readonly path: string;
  readonly line: number;
  readonly function: string;
  readonly share: number;
}

export interface Exit extends Red {
  readonly service: string;
  readonly path: string;
  readonly line: number;
  readonly function: string;
  readonly perRequest: number;
}

/** What marks a place gets: an entry's, an exit's, or both. */
export function typesOf({ entries, count }: Pick<PlaceRed, "entries" | "count">): readonly OriginType[] {
  return entries === 0 ? ["exit"] : entries < count ? ["entry", "exit"] : ["entry"];
}

/** The lines of a file by their numbers. Functions that share a line are put together under the one that took most time. */
export function linesRed(all: readonly PlaceRed[]): ReadonlyMap<number, LineRed> {
  const found = new Map<number, LineRed>();
  for (const place of all) {
    if (place.line === null) continue;
    const known = found.get(place.line);
    const together = known ? joined(known, place) : place;
    found.set(place.line, { ...together, line: place.line, types: typesOf(together) });
  }
  return found;
}

/** Of two places on one line; percentiles cannot be added, so those of the one that was called more stand for both. */
function joined(a: PlaceRed, b: PlaceRed): PlaceRed {
  const count = a.count + b.count;
  const errors = a.errors + b.errors;
  return {
    ...(a.count >= b.count ? a : b),
    count,
    entries: a.entries + b.entries,
    errors,
    errorRate: count === 0 ? 0 : errors / count,
    rate: a.rate + b.rate,
    totalNs: a.totalNs + b.totalNs,
    selfNs: a.selfNs === null || b.selfNs === null ? null : a.selfNs + b.selfNs,
  };
}

/** The functions that no span starts in, innermost or around it. */
export function neverHit(
  functions: readonly CodeFunction[],
  lines: ReadonlyMap<number, unknown>,
): readonly CodeFunction[] {
  const numbers = [...lines.keys()];
  return functions.filter(({ first, last }) => !numbers.some((line) => first <= line && line <= last));
}

/** How much of a place's colour a line has: its share of the most, by its root, so that a tenth can still be seen. */
export function heat(ns: number, mostNs: number): number {
  return mostNs <= 0 ? 0 : Math.sqrt(Math.max(0, ns) / mostNs);
}

/** The time that a line is judged by: its own where that was asked for. */
export function timeOf(place: PlaceRed): number {
  return place.selfNs ?? place.totalNs;
}

/** Lines by the time spent there, most first, down to a hundredth of the file's: what `]` and `[` go through. */
export function hotLines(lines: ReadonlyMap<number, LineRed>): readonly number[] {
  const sorted = [...lines.values()].sort((a, b) => timeOf(b) - timeOf(a) || a.line - b.line);
  const sum = sorted.reduce((total, line) => total + timeOf(line), 0);
  const hot = sorted.filter((line) => timeOf(line) >= sum / 100 || line.errors > 0);
  return hot.map(({ line }) => line);
}

/** The next hot line after `line` (null for none yet), round and round; null when nothing is hot. */
export function nextHot(hot: readonly number[], line: number | null, by: 1 | -1): number | null {
  if (hot.length === 0) return null;
  const at = line === null ? -1 : hot.indexOf(line);
  if (at < 0) return by === 1 ? hot[0]! : hot.at(-1)!;
  return hot[(at + by + hot.length) % hot.length]!;
}

/** `0 %`, `0.02 %`, `4.1 %`, `100 %`. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value >= 99.95) return `${Math.round(value)}\u202f%`;
  if (value < 0.005) return `<\u202f0.01\u202f%`;
  return `${value < 1 ? value.toFixed(2) : value.toFixed(1)}\u202f%`;
}

/** `31.0/s`, `2.4/min`, `8.0/h`: in the longest unit that leaves a digit, since most lines of most files run rarely. */
export function rateQuantity(perSecond: number): Quantity {
  if (perSecond === 0 || perSecond >= 0.1) return { value: rate(perSecond), unit: "/s" };
  if (perSecond * 60 >= 0.1) return { value: rate(perSecond * 60), unit: "/min" };
  return { value: rate(perSecond * 3600), unit: "/h" };
}

/** The search for the spans of a line. */
export function lineSearch(path: string, line: number): string {
  return `origin:"${`${path}:${line}`.replace(/["\\]/g, "\\$&")}"`;
}
