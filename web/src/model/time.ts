/**
 * Moments as people read them. A moment is a bigint of nanoseconds since the epoch: a double loses them past 2^53.
 *
 * Everything is shown in the reader's own time zone, which the tooltip names.
 */

import { durationText } from "./numbers";

export type EpochNs = bigint;

const NS_PER_MS = 1_000_000n;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function fromMs(ms: number): EpochNs {
  return BigInt(Math.round(ms)) * NS_PER_MS;
}

/** Whole milliseconds since the epoch, rounded down as clocks do. */
export function toMs(at: EpochNs): number {
  return Number(at / NS_PER_MS);
}

/** `12:04:31.102` */
export function clockTime(at: EpochNs): string {
  const date = new Date(toMs(at));
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${three(date.getMilliseconds())}`;
}

/** `17 Nov 12:04:31.102`: for lists that reach over midnight. */
export function dayAndClockTime(at: EpochNs): string {
  return `${dayOfMonth(new Date(toMs(at)))} ${clockTime(at)}`;
}

/** `today 11:58`, `yesterday 14:10`, `17 Nov 14:10`, `17 Nov 2025`: as near as the reader needs it. */
export function nearDate(at: EpochNs, now: EpochNs): string {
  const date = new Date(toMs(at));
  const today = new Date(toMs(now));
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (isSameDay(date, today)) return `today ${minutes}`;
  if (isSameDay(date, new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1)))
    return `yesterday ${minutes}`;
  if (date.getFullYear() === today.getFullYear()) return `${dayOfMonth(date)} ${minutes}`;
  return `${dayOfMonth(date)} ${date.getFullYear()}`;
}

/** `4 min ago`, `just now`, `in 18 ms` when the sender's clock is ahead of ours. */
export function ago(at: EpochNs, now: EpochNs): string {
  const ns = Number(now - at);
  if (ns < -1e9) return `in ${wholeUnits(-ns)}`;
  if (ns < 5e9) return "just now";
  return `${wholeUnits(ns)} ago`;
}

/** The moment to the nanosecond, with date and zone, for tooltips: `2026-11-22 12:04:31.102438117 (Europe/Berlin)`. */
export function exactTime(at: EpochNs): string {
  const date = new Date(toMs(at));
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const fraction = String(at % 1_000_000_000n).padStart(9, "0");
  return `${day} ${clock}.${fraction} (${Intl.DateTimeFormat().resolvedOptions().timeZone})`;
}

export function isOnSameDay(a: EpochNs, b: EpochNs): boolean {
  return isSameDay(new Date(toMs(a)), new Date(toMs(b)));
}

function wholeUnits(ns: number): string {
  const seconds = Math.round(ns / 1e9);
  if (seconds < 60) return durationText(seconds * 1e9).replace(/\.\d+/, "");
  if (seconds < 3600) return `${Math.round(seconds / 60)}\u202fmin`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)}\u202fh`;
  return `${Math.round(seconds / 86_400)}\u202fd`;
}

function dayOfMonth(date: Date): string {
  return `${date.getDate()} ${MONTHS[date.getMonth()]}`;
}

function isSameDay(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function three(value: number): string {
  return String(value).padStart(3, "0");
}
