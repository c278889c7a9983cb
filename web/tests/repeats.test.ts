import { describe, expect, test } from "vitest";
import { barsOf, groupRepeats } from "../src/model/repeats";
import { layOutTimeline } from "../src/model/timeline";
import { buildTree, visibleRows } from "../src/model/tree";
import { type Line, traceOf } from "./columns";

/** All spans do the same, unless a line of code, a service or a kind tells them apart. */
function grouped(lines: readonly Line[]) {
  const trace = { ...traceOf(lines), resource: new Int32Array(lines.length), name: new Int32Array(lines.length) };
  const spans = buildTree(trace);
  const timeline = layOutTimeline(trace, spans);
  return { timeline, ...groupRepeats(trace, spans, timeline) };
}

const root: Line = { parent: -1, start: 0, duration: 1000, kind: "server" };
const call = (number: number, more: Partial<Line> = {}): Line => ({
  parent: 0,
  start: 10 + 20 * number,
  duration: 10 + number,
  kind: "client",
  path: "app/cart.py",
  line: 31,
  ...more,
});

describe("calls of one line under one parent", () => {
  test("are put together from five on, and say how many, how long, how long most", () => {
    const { groups, tree } = grouped([root, ...[0, 1, 2, 3, 4].map((number) => call(number))]);

    expect(groups.length).toBe(1);
    expect(groups[0]).toMatchObject({ rows: [1, 2, 3, 4, 5], totalNs: 60, p95Ns: 14, from: 10, to: 104, errors: 0 });
    expect([...tree.parent]).toEqual([-1, 6, 6, 6, 6, 6, 0]);
    expect([...tree.depth]).toEqual([0, 2, 2, 2, 2, 2, 1]);
  });

  test("stand where the first of them stood, among their siblings", () => {
    const other = (number: number) => call(number, { kind: "internal" });
    const { tree } = grouped([root, other(0), call(1), other(2), call(3), call(4), call(5), call(6)]);

    expect([...tree.order]).toEqual([0, 1, 8, 2, 4, 5, 6, 7, 3]);
    expect([...visibleRows(tree, new Set([8]))]).toEqual([0, 1, 8, 3]);
  });

  test.each<[string, Line[]]>([
    ["four", [0, 1, 2, 3].map((number) => call(number))],
    ["from another line", [0, 1, 2, 3, 4].map((number) => call(number, { line: number }))],
    ["of another service", [0, 1, 2, 3, 4].map((number) => call(number, { service: `s${number}` }))],
    ["of another kind", [0, 1, 2, 3, 4].map((n) => call(n, { kind: n === 0 ? "internal" : "client" }))],
    ["under another parent", [0, 1, 2, 3, 4].map((number) => call(number, { parent: number }))],
    ["without a parent", [0, 1, 2, 3, 4].map((number) => call(number, { parent: -1 }))],
  ])("are left apart: %s", (_, calls) => {
    expect(grouped([root, ...calls]).groups).toEqual([]);
  });
});

describe("N+1", () => {
  const isNPlusOne = (calls: Line[]) => grouped([root, ...calls]).groups[0]?.isNPlusOne;

  test("is when calls to others come one after another", () => {
    expect(isNPlusOne([0, 1, 2, 3, 4].map((number) => call(number, { duration: 20 })))).toBe(true);
  });

  test("is not when they are made at once, or are no calls", () => {
    expect(isNPlusOne([0, 1, 2, 3, 4].map((number) => call(number, { start: number, duration: 200 })))).toBe(false);
    expect(isNPlusOne([0, 1, 2, 3, 4].map((number) => call(number, { kind: "internal" })))).toBe(false);
  });
});

test("bars that nobody could tell apart are drawn as one", () => {
  const calls = Array.from({ length: 1000 }, (_, number) => call(0, { start: number, duration: 1 }));
  const { groups, timeline } = grouped([root, ...calls]);

  expect(barsOf(groups[0]!, timeline, timeline)).toEqual([{ x: 0, w: 100 }]);
});
