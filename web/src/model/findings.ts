/** What is worth a look: lines that call again and again, are slow, fail, or became worse. One shape for all kinds. */

export const FINDING_KINDS = ["repeats", "slow", "errors", "regressions"] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly function: string;
  /** What it is about: the statement that repeats, the message of the error. */
  readonly about: string;
  /** How much, by the columns of its kind. */
  readonly facts: readonly Fact[];
  /** A trace that shows it. */
  readonly traceId: string | null;
  /** Whether it is about calls that a loop makes. */
  readonly isRepeated: boolean;
}

export type Fact =
  | { readonly ns: number; readonly tone?: "slow" | "error" }
  | { readonly text: string; readonly tone?: "slow" | "error" };

export const FINDING_COLUMNS: Readonly<Record<FindingKind, readonly string[]>> = {
  repeats: ["Calls each", "Calls", "Wasted"],
  slow: ["Spans", "p50", "p95"],
  errors: ["Traces", "Errors", "Newest"],
  regressions: ["p95 before", "p95 now", "Change"],
};

export const FINDING_NAMES: Readonly<Record<FindingKind, string>> = {
  repeats: "N+1",
  slow: "Slow lines",
  errors: "Errors",
  regressions: "Regressions",
};

/** `1.8×`, or by how many of a hundred requests more fail. */
export function changeText(change: string, factor: number | null, errorDifference: number | null): string {
  if (change === "slower" && factor !== null) return `${factor.toFixed(1)}× slower`;
  return `+${((errorDifference ?? 0) * 100).toFixed(1)} % fail`;
}
