import { describe, expect, test } from "vitest";
import { barOf, layOutTimeline, selfTime } from "../src/model/timeline";
import { buildTree } from "../src/model/tree";
import { type Line, traceOf } from "./columns";

function laidOut(lines: readonly Line[]) {
  const trace = traceOf(lines);
  const tree = buildTree(trace);
  return { tree, timeline: layOutTimeline(trace, tree) };
}

describe("clocks that disagree", () => {
  const call: Line = { parent: -1, start: 100, duration: 50, service: "web", kind: "client" };

  test("a server that starts before its call is moved into the middle of it, with all that it did", () => {
    const { timeline } = laidOut([
      call,
      { parent: 0, start: 40, duration: 30, service: "orders", kind: "server" },
      { parent: 1, start: 45, duration: 5, service: "orders", kind: "client" },
    ]);

    expect([...timeline.start]).toEqual([100, 110, 115]);
    expect([...timeline.moved]).toEqual([[1, 70]]);
    expect([timeline.from, timeline.to]).toEqual([100, 150]);
  });

  test("one that took longer than its call starts with it", () => {
    const { timeline } = laidOut([call, { parent: 0, start: 40, duration: 80, service: "orders", kind: "server" }]);

    expect(timeline.start[1]).toBe(100);
  });

  test("a third service is judged by its own clock", () => {
    const { timeline } = laidOut([
      call,
      { parent: 0, start: 40, duration: 30, service: "orders", kind: "server" },
      { parent: 1, start: 45, duration: 20, service: "orders", kind: "client" },
      { parent: 2, start: 118, duration: 10, service: "stock", kind: "server" },
    ]);

    expect(timeline.start[3]).toBe(118);
    expect(timeline.moved.has(3)).toBe(false);
  });

  test.each<[string, Line]>([
    [
      "a server that outlives an impatient client",
      { parent: 0, start: 120, duration: 500, service: "orders", kind: "server" },
    ],
    ["a consumer long after", { parent: 0, start: 9000, duration: 5, service: "orders", kind: "consumer" }],
    ["the same service", { parent: 0, start: 40, duration: 30, service: "web", kind: "server" }],
    ["a span that no call leads to", { parent: 0, start: 40, duration: 30, service: "orders", kind: "internal" }],
  ])("%s is left where it is", (_, line) => {
    const { timeline } = laidOut([call, line]);

    expect(timeline.start[1]).toBe(line.start);
    expect(timeline.moved.size).toBe(0);
  });
});

describe("self time", () => {
  test("counts children that overlap once, and only what lies within", () => {
    const { tree, timeline } = laidOut([
      { parent: -1, start: 0, duration: 100 },
      { parent: 0, start: 10, duration: 30 },
      { parent: 0, start: 20, duration: 30 },
      { parent: 0, start: 90, duration: 500 },
      { parent: 1, start: 11, duration: 20 },
    ]);

    expect(selfTime(tree, timeline, 0)).toBe(50);
    expect(selfTime(tree, timeline, 1)).toBe(10);
    expect(selfTime(tree, timeline, 4)).toBe(20);
  });
});

test("bars share the axis in per cent", () => {
  const { timeline } = laidOut([
    { parent: -1, start: 100, duration: 200 },
    { parent: 0, start: 150, duration: 50 },
  ]);

  expect(barOf(timeline, 0)).toEqual({ x: 0, w: 100 });
  expect(barOf(timeline, 1)).toEqual({ x: 25, w: 25 });
});

test("a trace of no length has bars all the same", () => {
  const { timeline } = laidOut([{ parent: -1, start: 5, duration: 0 }]);

  expect(barOf(timeline, 0)).toEqual({ x: 0, w: 0 });
});

test("an empty trace has an axis", () => {
  expect(laidOut([]).timeline).toMatchObject({ from: 0, to: 0 });
});
