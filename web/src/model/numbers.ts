/**
 * Numbers as people read them: at most three digits that matter, a narrow no-break space before the unit.
 *
 * Every duration and count on a page goes through here. Missing is a dash, zero is zero.
 */

/** Stands before a unit and between thousands: U+202F, so that neither ever breaks off. */
export const THIN = "\u202f";

/** A number and its unit apart, since the unit is drawn muted. `unit` is empty where the value says it all. */
export interface Quantity {
  readonly value: string;
  readonly unit: string;
}

const SECOND = 1e9;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `42 µs`, `9.5 ms`, `84.1 ms`, `803 ms`, `1.21 s`, `2 min 14 s`, `3 h 05 min`, `2 d 7 h`. */
export function duration(ns: number): Quantity {
  if (ns < 0) {
    const { value, unit } = duration(-ns);
    return { value: `\u2212${value}`, unit };
  }
  if (ns < 999.5) return { value: String(Math.round(ns)), unit: "ns" };
  if (ns < 999_500) return { value: threeDigits(ns / 1e3, 1), unit: "µs" };
  if (ns < 999_500_000) return { value: threeDigits(ns / 1e6, 1), unit: "ms" };
  if (ns < 59.95 * SECOND) return { value: threeDigits(ns / SECOND, 2), unit: "s" };
  return longDuration(ns);
}

/** A duration as one string, for titles and for places where the unit is not drawn apart. */
export function durationText(ns: number): string {
  const { value, unit } = duration(ns);
  return unit === "" ? value : `${value}${THIN}${unit}`;
}

/** The whole truth for a tooltip: `1 213 402 117 ns`. */
export function exactDuration(ns: number): string {
  return `${grouped(ns)}${THIN}ns`;
}

/** `840`, `9.1k`, `1.2M`: for counts that only need their size. */
export function shortCount(count: number): string {
  if (count < 1000) return String(count);
  if (count < 999_500) return `${threeDigits(count / 1e3, 1)}k`;
  return `${threeDigits(count / 1e6, 1)}M`;
}

/** `13 712`: thousands apart, nothing rounded. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
}

/** `1 span`, `96 spans`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `0.8`, `31.0`, `212`, `1 271`: events in a second, without the unit. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return "0";
  return perSecond < 99.95 ? perSecond.toFixed(1) : grouped(perSecond);
}

function longDuration(ns: number): Quantity {
  const minutesAndSeconds = ns < HOUR - SECOND / 2;
  if (minutesAndSeconds) return { value: pair(ns, MINUTE, "min", SECOND, "s"), unit: "" };
  if (ns < DAY - MINUTE / 2) return { value: pair(ns, HOUR, "h", MINUTE, "min"), unit: "" };
  return { value: pair(ns, DAY, "d", HOUR, "h"), unit: "" };
}

/** `2 min 14 s`: the whole is rounded to the small unit first, so that no `2 min 60 s` comes about. */
function pair(ns: number, big: number, bigUnit: string, small: number, smallUnit: string): string {
  const rounded = Math.round(ns / small);
  const perBig = big / small;
  return `${Math.floor(rounded / perBig)}${THIN}${bigUnit} ${rounded % perBig}${THIN}${smallUnit}`;
}

/** Three digits at most, and at most `decimals` of them after the point. */
function threeDigits(value: number, decimals: number): string {
  if (value >= 99.95) return String(Math.round(value));
  return value.toFixed(value >= 9.995 ? Math.min(1, decimals) : decimals);
}
