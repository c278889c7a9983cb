import { describe, expect, test } from "vitest";
import { changeOf, isWorse, type VersionRed, verdictOf, versionName } from "../src/model/versions";

const version = (name: string, p95Ms: number, more: Partial<VersionRed> = {}): VersionRed => ({
  version: name,
  commit: "4f2c91a0000",
  since: 0n,
  counts: [],
  errorCounts: [],
  p95s: [],
  count: 100,
  rate: 1,
  errors: 0,
  errorRate: 0,
  p50Ns: 1e6,
  p95Ns: p95Ms * 1e6,
  totalNs: 1e9,
  ...more,
});

describe("whether the newest version is worse than the one before", () => {
  test("slower by a fifth and a millisecond is worse, with both numbers", () => {
    const verdict = verdictOf([version("v2", 790), version("v1", 310)]);
    expect(verdict).toEqual({
      tone: "worse",
      title: "Worse since v2:",
      words: "p95 went from 310\u202fms to 790\u202fms.",
    });
    expect(verdictOf([version("v2", 0.2), version("v1", 0.1)]).tone).toBe("same");
    expect(verdictOf([version("v2", 105), version("v1", 100)]).tone).toBe("same");
  });

  test("more errors are worse even when it is faster", () => {
    const verdict = verdictOf([version("v2", 10, { errors: 4, errorRate: 0.04 }), version("v1", 100)]);
    expect(verdict.tone).toBe("worse");
    expect(verdict.words).toContain("errors went from 0\u202f% to 4.0\u202f%");
  });

  test("faster is better", () => expect(verdictOf([version("v2", 100), version("v1", 300)]).tone).toBe("better"));

  test("too few spans, one version and none at all say so", () => {
    expect(verdictOf([version("v2", 900, { count: 3 }), version("v1", 1)]).title).toBe("Too few spans");
    expect(verdictOf([version("v2", 900)]).title).toBe("Only v2");
    expect(verdictOf([]).title).toBe("No span.");
  });

  test("a version without a name is called by its commit", () => {
    expect(versionName(version("", 1))).toBe("4f2c91a");
    expect(versionName({ version: "", commit: "" })).toBe("unknown version");
  });
});

test("a change has its sign, and none where there was nothing", () => {
  expect(changeOf(138, 100)).toBe("+38\u202f%");
  expect(changeOf(98, 100)).toBe("\u22122\u202f%");
  expect(changeOf(100, 100)).toBe("±0\u202f%");
  expect(changeOf(2500, 100)).toBe("×25.0");
  expect(changeOf(1, 0)).toBeNull();
  expect([isWorse(130e6, 100e6), isWorse(119e6, 100e6), isWorse(130, 100), isWorse(1e9, 0)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
