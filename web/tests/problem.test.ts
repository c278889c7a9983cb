import { expect, test } from "vitest";
import { asProblem, isAbort, Problem } from "../src/model/problem";

test.each([
  ["unreachable", "server-not-reachable", true],
  ["unavailable", "server-busy", true],
  ["unavailable", "search-too-slow", false],
  ["unavailable", "trace-too-large", false],
  ["refused", "search-value", false],
  ["missing", "trace-not-found", false],
] as const)("%s with %s is asked again by itself: %s", (kind, slug, isPassing) => {
  expect(new Problem(kind, "", slug).isPassing).toBe(isPassing);
});

test("whatever is thrown becomes a problem that can be shown", () => {
  const known = new Problem("missing", "gone", "trace-not-found");
  expect(asProblem(known)).toBe(known);
  expect(asProblem(new TypeError("x is undefined"))).toMatchObject({ kind: "garbled" });
  expect(asProblem(new TypeError("x is undefined")).message).toContain("x is undefined");
});

test("an abort is told from a failure", () => {
  expect(isAbort(new DOMException("", "AbortError"))).toBe(true);
  expect(isAbort(new TypeError("Failed to fetch"))).toBe(false);
});
