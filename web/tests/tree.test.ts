import { describe, expect, test } from "vitest";
import { LOST_PARENT, NO_PARENT } from "../src/model/trace";
import { ancestors, buildTree, rowsLeadingTo, shownFor, visibleRows } from "../src/model/tree";

const tree = (...parent: number[]) => buildTree({ count: parent.length, parent: Int32Array.from(parent) });

describe("rows are drawn parents first, children by start", () => {
  test("whatever the order in which they came", () => {
    //  0 ─┬─ 1 ─── 4
    //     ├─ 2
    //     └─ 3 ─── 5
    const built = tree(NO_PARENT, 0, 0, 0, 1, 3);

    expect([...built.order]).toEqual([0, 1, 4, 2, 3, 5]);
    expect([...built.depth]).toEqual([0, 1, 1, 1, 2, 2]);
    expect([...built.below]).toEqual([5, 1, 0, 1, 0, 0]);
    expect(built.maxDepth).toBe(2);
  });

  test("a child may start before its parent", () => {
    expect([...tree(1, NO_PARENT).order]).toEqual([1, 0]);
  });

  test("several roots, and spans whose parent never came, stand side by side", () => {
    const built = tree(NO_PARENT, LOST_PARENT, 1, NO_PARENT);

    expect([...built.order]).toEqual([0, 1, 2, 3]);
    expect([...built.depth]).toEqual([0, 0, 1, 0]);
  });
});

describe("a trace that makes no sense loses no span", () => {
  test.each([
    ["its own parent", [0]],
    ["a circle of two", [1, 0]],
    ["a circle beside a tree", [NO_PARENT, 0, 3, 2, 3]],
    ["a tail on a circle", [2, 0, 1, 2, 3]],
    ["a parent that is out of range", [NO_PARENT, 99, -7]],
  ])("%s", (_, wire) => {
    const built = tree(...wire);

    expect([...built.order].sort()).toEqual(wire.map((_, row) => row));
    for (const row of built.order) {
      const above = built.parent[row]!;
      if (above >= 0) expect(built.place[above]!).toBeLessThan(built.place[row]!);
      expect(built.depth[row]).toBe(above < 0 ? 0 : built.depth[above]! + 1);
    }
  });

  test("random parents, ten thousand times", () => {
    let state = 1;
    const random = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    for (let round = 0; round < 10_000; round++) {
      const count = 1 + random(9);
      const built = tree(...Array.from({ length: count }, () => random(count + 2) - 2));

      expect(new Set(built.order).size).toBe(count);
      const roots = [...built.parent].filter((above) => above < 0).length;
      const below = [...built.below].reduce((sum, value) => sum + value, 0);
      const depths = [...built.depth].reduce((sum, value) => sum + value, 0);
      expect(below).toBe(depths);
      expect([...built.childCount].reduce((sum, value) => sum + value, 0)).toBe(count - roots);
    }
  });
});

describe("folding", () => {
  const built = tree(NO_PARENT, 0, 1, 2, 0);

  test("hides all that hangs below a row, and nothing else", () => {
    expect([...visibleRows(built, new Set())]).toEqual([0, 1, 2, 3, 4]);
    expect([...visibleRows(built, new Set([1]))]).toEqual([0, 1, 4]);
    expect([...visibleRows(built, new Set([0]))]).toEqual([0]);
    expect([...visibleRows(built, new Set([1, 2]))]).toEqual([0, 1, 4]);
  });

  test("what leads to a wanted row stays, the rest goes, and folds hide wanted ones too", () => {
    const wanted = Uint8Array.from([0, 0, 0, 1, 0]);
    expect([...rowsLeadingTo(built, new Set(), wanted)]).toEqual([0, 1, 2, 3]);
    expect([...rowsLeadingTo(built, new Set([1]), wanted)]).toEqual([0, 1]);
    expect([...rowsLeadingTo(built, new Set(), new Uint8Array(5))]).toEqual([]);
  });

  test("and nothing else, whatever the tree and the folds", () => {
    let state = 7;
    const chance = (below: number) => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor((state / 2147483648) * below);
    };
    for (let round = 0; round < 200; round++) {
      const count = 1 + chance(40);
      const built = tree(
        ...Array.from({ length: count }, (_, row) => (chance(6) === 0 ? NO_PARENT : chance(row + 1) - 1)),
      );
      const wanted = Uint8Array.from({ length: count }, () => (chance(5) === 0 ? 1 : 0));
      const folded = new Set(Array.from({ length: chance(5) }, () => chance(count)));
      const leads = new Set(
        [...wanted.keys()].filter((row) => wanted[row] === 1).flatMap((row) => [row, ...ancestors(built, row)]),
      );

      const shown = [...rowsLeadingTo(built, folded, wanted)];

      expect(shown).toEqual([...visibleRows(built, folded)].filter((row) => leads.has(row)));
    }
  });

  test("a hidden row is stood for by the outermost fold above it", () => {
    expect(shownFor(built, new Set([2]), 3)).toBe(2);
    expect(shownFor(built, new Set([1, 2]), 3)).toBe(1);
    expect(shownFor(built, new Set([2]), 4)).toBe(4);
    expect(ancestors(built, 3)).toEqual([2, 1, 0]);
  });
});

test("a hundred thousand rows in one chain are laid out, none by recursion", () => {
  const count = 100_000;
  const built = buildTree({ count, parent: Int32Array.from({ length: count }, (_, row) => row - 1) });

  expect(built.order[count - 1]).toBe(count - 1);
  expect(built.below[0]).toBe(count - 1);
  expect(built.maxDepth).toBe(65_535);
});
