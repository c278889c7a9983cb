import { describe, expect, test } from "vitest";
import { criticalPath, piecesOf } from "../src/model/critical";
import { layOutTimeline } from "../src/model/timeline";
import { buildTree } from "../src/model/tree";
import { type Line, traceOf } from "./columns";

function pathOf(lines: readonly Line[]) {
  const trace = traceOf(lines);
  const tree = buildTree(trace);
  const timeline = layOutTimeline(trace, tree);
  return { timeline, path: criticalPath(tree, timeline) };
}

const root: Line = { parent: -1, start: 0, duration: 100 };

describe("what was waited for", () => {
  test("calls one after another, and the work between them", () => {
    const { path } = pathOf([root, { parent: 0, start: 10, duration: 20 }, { parent: 0, start: 50, duration: 40 }]);

    expect([...path.ns]).toEqual([40, 20, 40]);
  });

  test("of two at once the one that ended last", () => {
    const { path } = pathOf([root, { parent: 0, start: 10, duration: 30 }, { parent: 0, start: 20, duration: 60 }]);

    expect([...path.ns]).toEqual([40, 0, 60]);
  });

  test("the work of a call, not the call", () => {
    const { path } = pathOf([root, { parent: 0, start: 10, duration: 80 }, { parent: 1, start: 20, duration: 60 }]);

    expect([...path.ns]).toEqual([20, 20, 60]);
  });

  test("a call only until its caller had gone", () => {
    const { path } = pathOf([
      root,
      { parent: 0, start: 60, duration: 900 },
      { parent: 0, start: 200, duration: 50 },
      { parent: 1, start: 300, duration: 50 },
    ]);

    expect([...path.ns]).toEqual([60, 40, 0, 0]);
  });

  test("the calls of a call that outlived its caller, likewise", () => {
    const { path } = pathOf([root, { parent: 0, start: 60, duration: 900 }, { parent: 1, start: 70, duration: 800 }]);

    expect([...path.ns]).toEqual([60, 10, 30]);
  });

  test("the longest of several roots", () => {
    const { path } = pathOf([{ parent: -1, start: 0, duration: 5 }, root]);

    expect([...path.ns]).toEqual([0, 100]);
  });
});

test("the pieces of any trace add up to its root, and never overlap", () => {
  let seed = 3;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  for (let round = 0; round < 500; round++) {
    const lines = Array.from({ length: 1 + random(30) }, (_, row) => ({
      parent: row === 0 ? -1 : random(row),
      start: row === 0 ? 20 : random(150),
      duration: row === 0 ? 100 : random(60),
    }));
    const { path } = pathOf(lines);

    expect(path.totalNs).toBe(100);
    expect(path.ns.reduce((sum, ns) => sum + ns, 0)).toBe(100);
    path.row.forEach((_, piece) => {
      expect(path.to[piece]).toBe(piece === 0 ? 120 : path.from[piece - 1]);
    });
  }
});

test("pieces are drawn as shares of the axis, and gaps nobody could see are closed", () => {
  const lines: Line[] = [{ parent: -1, start: 0, duration: 100_000 }];
  for (let call = 0; call < 1000; call++) lines.push({ parent: 0, start: 100 * call + 10, duration: 90 });
  const { path, timeline } = pathOf([...lines, { parent: 0, start: 99_999, duration: 0 }]);

  expect(piecesOf(path, 0, timeline).length).toBe(1);
  expect(piecesOf(path, 1, { from: 10, to: 190 })).toEqual([{ x: 0, w: 50 }]);
  expect(piecesOf(path, 1, { from: 200, to: 300 })).toEqual([]);
});

test("a chain of a hundred thousand calls has its path, none by recursion", () => {
  const count = 100_000;
  const tree = buildTree({ count, parent: Int32Array.from({ length: count }, (_, row) => row - 1) });
  const start = Float64Array.from({ length: count }, (_, row) => row);
  const duration = Float64Array.from({ length: count }, (_, row) => 3 * count - 2 * row);
  const path = criticalPath(tree, { start, duration, moved: new Map(), from: 0, to: 3 * count });

  expect(path.ns.every((ns) => ns > 0)).toBe(true);
});
