import { expect, test } from "vitest";
import { mergedRows } from "../src/model/live";
import type { Span } from "../src/model/span";

const span = (id: string, startNs: bigint) => ({ traceId: "t", spanId: id, startNs }) as Span;
const ids = (rows: readonly Span[]) => rows.map(({ spanId }) => spanId).join("");

test("spans that come stand on top, newest first, and each once", () => {
  const before = [span("b", 5n), span("a", 1n)];
  expect(ids(mergedRows(before, [span("c", 6n), span("b", 5n), span("d", 9n), span("c", 6n)], 10))).toBe("dcba");
});

test("a list that grows loses its oldest rows, never its newest", () => {
  const before = [span("b", 5n), span("a", 1n)];
  expect(ids(mergedRows(before, [span("c", 6n)], 2))).toBe("cb");
});

test("where nothing is new, the rows stay the very same", () => {
  const before = [span("a", 1n)];
  expect(mergedRows(before, [span("a", 1n)], 10)).toBe(before);
});
