/** What ran of a place in the code, version by version, and whether the newest is worse than the one before. */

import { durationText, THIN } from "./numbers";
import { percent, type Red } from "./places";
import type { EpochNs } from "./time";

/** Spans of one version, or of one commit where no version is told. */
export interface VersionRed extends Red {
  readonly version: string;
  readonly commit: string;
  /** When its first span of the window began, by pieces of the window. */
  readonly since: EpochNs;
  readonly counts: readonly number[];
  readonly errorCounts: readonly number[];
  readonly p95s: readonly number[];
}

export interface Verdict {
  readonly tone: "worse" | "better" | "same" | "none";
  /** The loud part, and the sentence behind it. */
  readonly title: string;
  readonly words: string;
}

/** Fewer spans than these say little. */
const LEAST = 20;
const MATTERS = 0.2;
const MATTERS_NS = 1e6;
const MATTERS_SHARE = 0.01;

/** `v2.3`, else the beginning of the commit. */
export function versionName({ version, commit }: { readonly version: string; readonly commit: string }): string {
  return version || commit.slice(0, 7) || "unknown version";
}

/** The newest version against the one before it. Versions are given newest first. */
export function verdictOf(versions: readonly VersionRed[]): Verdict {
  const [now, before] = versions;
  if (!now) return { tone: "none", title: "No span.", words: "None started here in this stretch of time." };
  if (!before) {
    return {
      tone: "none",
      title: `Only ${versionName(now)}`,
      words: "ran in this stretch of time: nothing to compare with.",
    };
  }
  const since = `since ${versionName(now)}`;
  if (now.count < LEAST || before.count < LEAST) {
    return {
      tone: "none",
      title: "Too few spans",
      words: `to compare ${versionName(now)} with ${versionName(before)}.`,
    };
  }
  const parts: string[] = [];
  const errors = now.errorRate - before.errorRate;
  if (Math.abs(errors) >= MATTERS_SHARE) {
    parts.push(`errors went from ${percent(before.errorRate)} to ${percent(now.errorRate)}`);
  }
  const slower = now.p95Ns - before.p95Ns;
  const isSlower = Math.abs(slower) >= Math.max(MATTERS * before.p95Ns, MATTERS_NS);
  if (isSlower) parts.push(`p95 went from ${durationText(before.p95Ns)} to ${durationText(now.p95Ns)}`);
  if (parts.length === 0)
    return { tone: "same", title: `Steady ${since}:`, words: `p95 is ${durationText(now.p95Ns)}.` };
  const isWorse = errors >= MATTERS_SHARE || (isSlower && slower > 0);
  return {
    tone: isWorse ? "worse" : "better",
    title: `${isWorse ? "Worse" : "Better"} ${since}:`,
    words: `${parts.join(", ")}.`,
  };
}

/** `+38 %`, `−2 %`, `±0 %`: what became of a number; null where there was none. */
export function changeOf(now: number, before: number): string | null {
  if (before <= 0) return null;
  const by = Math.round((now / before - 1) * 100);
  if (by === 0) return `±0${THIN}%`;
  return by > 999
    ? `×${(now / before).toFixed(now / before < 100 ? 1 : 0)}`
    : `${by > 0 ? "+" : "\u2212"}${Math.abs(by)}${THIN}%`;
}

/** Whether a duration grew by so much that it is drawn in amber. */
export function isWorse(nowNs: number, beforeNs: number): boolean {
  return beforeNs > 0 && nowNs - beforeNs >= Math.max(MATTERS * beforeNs, MATTERS_NS);
}
