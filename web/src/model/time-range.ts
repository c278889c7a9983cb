/** Which stretch of time a search looks at: the past so-much, or from one moment to another. Lives in the address. */

import { type EpochNs, nearDate } from "./time";

export type TimeRange =
  | { readonly window: string }
  /** Either end may be open: no `from` is 15 minutes before `to`, no `to` is now; the server's defaults. */
  | { readonly from: EpochNs | null; readonly to: EpochNs | null };

export interface Window {
  readonly id: string;
  readonly label: string;
  readonly ns: bigint;
}

const MINUTE = 60_000_000_000n;
const HOUR = 60n * MINUTE;
const NARROW = "\u202f";

export const WINDOWS: readonly Window[] = [
  { id: "5m", label: `Past 5${NARROW}min`, ns: 5n * MINUTE },
  { id: "15m", label: `Past 15${NARROW}min`, ns: 15n * MINUTE },
  { id: "1h", label: "Past hour", ns: HOUR },
  { id: "6h", label: `Past 6${NARROW}h`, ns: 6n * HOUR },
  { id: "24h", label: `Past 24${NARROW}h`, ns: 24n * HOUR },
  { id: "7d", label: "Past 7 days", ns: 168n * HOUR },
];

export const DEFAULT_RANGE: TimeRange = { window: "15m" };

/** The moments to ask for. A window is laid against `now` once, so that pages of one list belong together. */
export function resolveRange(range: TimeRange, now: EpochNs): { from: EpochNs; to: EpochNs } {
  if ("window" in range) {
    const window = findWindow(range.window);
    return { from: now - window.ns, to: now + 1n };
  }
  const to = range.to ?? now + 1n;
  return { from: range.from ?? to - 15n * MINUTE, to };
}

export function rangeLabel(range: TimeRange, now: EpochNs): string {
  if ("window" in range) return findWindow(range.window).label;
  const { from, to } = resolveRange(range, now);
  return `${capitalised(nearDate(from, now))} to ${range.to === null ? "now" : nearDate(to, now)}`;
}

/** The next wider window, for "nothing found, look further"; null when there is none. */
export function widerWindow(range: TimeRange, now: EpochNs): Window | null {
  const { from, to } = resolveRange(range, now);
  return WINDOWS.find((window) => window.ns > to - from + MINUTE) ?? null;
}

/**
 * The shortest window that still holds that moment, `atLeast` at the shortest: whoever goes on from a span to its file
 * or function finds the span counted there. Around it, where it is older than the longest window.
 */
export function rangeReaching(at: EpochNs, now: EpochNs, atLeast = "15m"): TimeRange {
  const least = findWindow(atLeast).ns;
  const window = WINDOWS.find(({ ns }) => ns >= least && now - ns < at);
  return window ? { window: window.id } : { from: at - 12n * HOUR, to: at + 12n * HOUR };
}

export function isSameRange(a: TimeRange, b: TimeRange): boolean {
  if ("window" in a) return "window" in b && a.window === b.window;
  return !("window" in b) && a.from === b.from && a.to === b.to;
}

export function findWindow(id: string): Window {
  return WINDOWS.find((window) => window.id === id) ?? (WINDOWS[1] as Window);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
