import { describe, expect, test } from "vitest";
import { layOutFlame, rowAt } from "../src/model/flame";
import { layOutTimeline } from "../src/model/timeline";
import { buildTree } from "../src/model/tree";
import { type Line, traceOf } from "./columns";

function flameOf(lines: readonly Line[]) {
  const trace = traceOf(lines);
  const tree = buildTree(trace);
  const timeline = layOutTimeline(trace, tree);
  return { tree, timeline, flame: layOutFlame(tree, timeline) };
}

describe("callees stand below their callers", () => {
  test("one after another in one lane", () => {
    const { flame } = flameOf([
      { parent: -1, start: 0, duration: 100 },
      { parent: 0, start: 10, duration: 20 },
      { parent: 0, start: 30, duration: 20 },
    ]);

    expect([...flame.lane]).toEqual([0, 1, 1]);
    expect(flame.lanes).toBe(2);
  });

  test("below each other, with all that they called, where they ran at once", () => {
    const { flame } = flameOf([
      { parent: -1, start: 0, duration: 100 },
      { parent: 0, start: 10, duration: 50 },
      { parent: 0, start: 20, duration: 50 },
      { parent: 1, start: 15, duration: 5 },
      { parent: 0, start: 80, duration: 5 },
    ]);

    expect([...flame.lane]).toEqual([0, 1, 3, 2, 1]);
    expect(flame.lanes).toBe(4);
  });

  test("a call that outlives its caller keeps the lane until it ends", () => {
    const { flame } = flameOf([
      { parent: -1, start: 0, duration: 10 },
      { parent: 0, start: 5, duration: 50 },
      { parent: -1, start: 20, duration: 10 },
    ]);

    expect(flame.lane[2]).toBe(2);
  });
});

test("no two spans of any trace overlap, and none stands above its caller", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  for (let round = 0; round < 200; round++) {
    const lines = Array.from({ length: 1 + random(40) }, (_, row) => ({
      parent: random(row + 1) - 1,
      start: random(100),
      duration: random(40),
    }));
    const { flame, timeline, tree } = flameOf(lines);

    expect(new Set(flame.byLane).size).toBe(lines.length);
    for (let lane = 0; lane < flame.lanes; lane++) {
      const rows = [...flame.byLane.subarray(flame.laneAt[lane], flame.laneAt[lane + 1])];
      rows.forEach((row, at) => {
        const before = rows[at - 1];
        if (before !== undefined) {
          expect(timeline.start[before]! + timeline.duration[before]!).toBeLessThanOrEqual(timeline.start[row]!);
        }
        if (tree.parent[row]! >= 0) expect(flame.lane[tree.parent[row]!]).toBeLessThan(lane);
      });
    }
  }
});

test("a point finds its span, and one too short to be seen with some slack", () => {
  const { flame, timeline } = flameOf([
    { parent: -1, start: 0, duration: 100 },
    { parent: 0, start: 10, duration: 1 },
  ]);

  expect(rowAt(flame, timeline, 0, 50)).toBe(0);
  expect(rowAt(flame, timeline, 1, 10)).toBe(1);
  expect(rowAt(flame, timeline, 1, 13)).toBe(-1);
  expect(rowAt(flame, timeline, 1, 13, 3)).toBe(1);
  expect(rowAt(flame, timeline, 1, 8, 3)).toBe(1);
  expect(rowAt(flame, timeline, 2, 10)).toBe(-1);
});

test.each(["in one chain", "all at once"])("a hundred thousand spans %s are laid out", (shape) => {
  const count = 100_000;
  const parent = (row: number) => (shape === "in one chain" ? row - 1 : row === 0 ? -1 : 0);
  const lines = Array.from({ length: count }, (_, row) => ({ parent: parent(row), start: row, duration: 2 * count }));
  const trace = { ...traceOf(lines.slice(0, 1)), count, ...columns(lines) };
  const tree = buildTree(trace);

  expect(layOutFlame(tree, layOutTimeline(trace, tree)).lanes).toBe(count);
});

function columns(lines: readonly Required<Pick<Line, "parent" | "start" | "duration">>[]) {
  return {
    parent: Int32Array.from(lines, (line) => line.parent),
    start: Float64Array.from(lines, (line) => line.start),
    duration: Float64Array.from(lines, (line) => line.duration),
    kind: new Uint8Array(lines.length),
    service: new Int32Array(lines.length),
  };
}
