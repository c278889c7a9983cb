import { expect, test } from "vitest";
import { boxBetween, countIn, type HeatMap, searchOfSelection, selectionOf, shade } from "../src/model/heat";

const map: HeatMap = {
  from: 1_000_000_000_000_000_000n,
  stepNs: 2e9,
  columns: 4,
  rowStartsNs: [100, 200, 400, 800],
  cells: { column: [0, 1, 1, 3], row: [0, 1, 2, 2], count: [5, 1, 2, 10], errors: [0, 1, 0, 3] },
};

test("a box is the same from whichever corner it was drawn, and has its last cells", () => {
  const box = boxBetween([3, 1], [1, 2]);
  expect(box).toEqual(boxBetween([1, 2], [3, 1]));
  expect(countIn(map, box)).toEqual({ count: 13, errors: 4 });
});

test("a selection asks for exactly the time and the durations of its cells", () => {
  const selection = selectionOf(map, boxBetween([1, 1], [2, 2]));
  expect(selection).toEqual({
    from: 1_000_000_002_000_000_000n,
    to: 1_000_000_006_000_000_000n,
    search: "duration:[200ns TO 800ns}",
  });
  expect(searchOfSelection("a OR b", selection)).toBe("(a OR b) duration:[200ns TO 800ns}");
});

test("one span is seen beside ten thousand, and more are never fainter", () => {
  const shades = [1, 2, 10, 1000, 10_000].map((count) => shade(count, 10_000));
  expect(shades[0]).toBeGreaterThan(0.2);
  expect(shades.at(-1)).toBeCloseTo(1);
  expect(shades).toEqual([...shades].sort((a, b) => a - b));
  expect(shade(1, 1)).toBe(1);
});
