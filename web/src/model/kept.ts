/** What a server keeps for its readers: who they are, saved views, tokens, limits, repositories, path rules. */

import type { EpochNs } from "./time";

export const RIGHTS = ["read", "write", "ingest", "admin"] as const;
export type Right = (typeof RIGHTS)[number];

export interface Session {
  readonly name: string;
  readonly kind: "local" | "nobody" | "token" | "person";
  readonly rights: readonly Right[];
  /** Whether anybody has to say who they are. */
  readonly isDemanded: boolean;
}

export interface SavedView {
  readonly id: string;
  /** The view is at `/s/` and this, whatever it is called later. */
  readonly slug: string;
  readonly name: string;
  readonly address: string;
}

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly rights: readonly Right[];
  readonly createdNs: EpochNs;
  readonly expiresNs: EpochNs | null;
  readonly isValid: boolean;
}

export interface Retention {
  readonly keepDays: number | null;
  readonly keepGb: number | null;
  /** Limits that were given when the server was started. */
  readonly fixed: ReadonlyArray<"keep_days" | "keep_gb">;
  readonly days: number;
  readonly spans: number;
  readonly bytes: number;
  /** `2026-11-21`; null when nothing is held. */
  readonly oldest: string | null;
}

export interface Registration {
  readonly id: string;
  readonly kind: "start" | "path" | "url" | "bundle";
  readonly name: string;
  readonly where: string;
  readonly state: "ready" | "fetching" | "failed";
  readonly problem: string | null;
  readonly commit: string | null;
}

export interface PathRule {
  readonly id: string;
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly repository: string;
}

export interface AuditEntry {
  readonly atNs: EpochNs;
  readonly who: string;
  readonly what: string;
  readonly origin: string;
  readonly status: number;
}

/** Pages that are worth a name: what they show is in their addresses. */
export function isViewable(page: string): boolean {
  return ["explore", "trace", "code", "origin", "diff", "findings"].includes(page);
}

/** `20261121` as a date to read. */
export function dayOf(day: string): string {
  return /^\d{8}$/.test(day) ? `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}` : day;
}

/** `1.2 GB`, `340 MB`, `12 kB`. */
export function sizeText(bytes: number): string {
  const [unit, of] = bytes >= 1e9 ? ["GB", 1e9] : bytes >= 1e6 ? ["MB", 1e6] : bytes >= 1e3 ? ["kB", 1e3] : ["B", 1];
  const value = bytes / of;
  return `${value >= 100 || of === 1 ? Math.round(value) : value.toPrecision(2)}\u202f${unit}`;
}

/** The end of a search's address decides whether a view is shown just now. */
export function isSameAddress(a: string, b: string): boolean {
  const parts = (address: string) => {
    const url = new URL(address, "http://x");
    url.searchParams.delete("peek");
    url.searchParams.sort();
    return url.pathname + url.search;
  };
  return parts(a) === parts(b);
}
