/** How far rows are indented where a trace is deeper than the column is wide. */

import { describe, expect, test } from "vitest";
import type { Tree } from "../src/model/tree";
import { geometryOf } from "../src/views/trace/geometry";

const WIDTH = 1000;
const chain = (length: number) => ({ depth: Uint16Array.from({ length }, (_, index) => index) }) as unknown as Tree;
const seen = (tree: Tree, from: number, end: number) =>
  geometryOf(
    WIDTH,
    22,
    14,
    tree,
    Int32Array.from({ length: end - from }, (_, index) => from + index),
  );

describe("what is drawn without indent", () => {
  test("is the root, as long as all in view fits", () => {
    const { baseDepth, deepest } = seen(chain(1000), 0, 5);

    expect(deepest).toBeGreaterThan(5);
    expect(baseDepth).toBe(0);
  });

  test("lets every row in view have its own indent wherever there is room for that", () => {
    const tree = chain(400);
    const { deepest } = seen(tree, 0, 1);
    for (let rows = 1; rows <= deepest + 1; rows++) {
      for (let from = 0; from + rows <= 400; from += 1) {
        const { baseDepth } = seen(tree, from, from + rows);
        expect(baseDepth).toBeLessThanOrEqual(from);
        expect(from + rows - 1 - baseDepth).toBeLessThanOrEqual(deepest);
      }
    }
  });

  test("stays where it is for some steps down a deep trace, and never hides the shallowest row", () => {
    const tree = chain(1000);
    const bases = Array.from({ length: 400 }, (_, from) => seen(tree, from, from + 40).baseDepth);

    expect(new Set(bases).size).toBeLessThanOrEqual(1 + 400 / 8);
    for (const [from, base] of bases.entries()) expect(base).toBeLessThanOrEqual(from);
    expect(bases.every((base, from) => from - base < 8)).toBe(true);
  });

  test("is the root where nothing is in view", () => {
    expect(seen(chain(3), 0, 0).baseDepth).toBe(0);
  });
});
