import { expect, test } from "vitest";
import {
  boxAfterKey,
  boxBetween,
  countIn,
  type HeatMap,
  roundTicks,
  searchOfSelection,
  selectionOf,
  shade,
} from "../src/model/heat";

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

test("the axis has words at powers of ten, wherever they lie within the rows, and never too many", () => {
  const doubling = Array.from({ length: 31 }, (_, row) => 2 ** row);

  const ticks = roundTicks(doubling);

  expect(ticks.map(({ ns }) => ns)).toEqual([1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]);
  for (const { row, ns } of ticks) expect(row).toBeCloseTo(Math.log2(ns), 6);
  expect(roundTicks(doubling, 4).map(({ ns }) => ns)).toEqual([1, 1e3, 1e6, 1e9]);
  expect(roundTicks([0, 2, 4]).map(({ row, ns }) => [row, ns])).toEqual([[0, 1]]);
  expect(roundTicks([])).toEqual([]);
});

test("the first arrow puts the box where most spans are", () => {
  expect(boxAfterKey(map, null, "ArrowLeft", false)).toEqual(boxBetween([3, 2], [3, 2]));
  expect(boxAfterKey(map, null, "j", false)).toBeNull();
});

test("arrows move the box, with shift they move its far end, and neither leaves the map nor loses the box", () => {
  const box = boxBetween([1, 1], [2, 1]);
  expect(boxAfterKey(map, box, "ArrowRight", false)).toEqual(boxBetween([2, 1], [3, 1]));
  expect(boxAfterKey(map, box, "ArrowUp", false)).toEqual(boxBetween([1, 2], [2, 2]));
  expect(boxAfterKey(map, box, "ArrowUp", true)).toEqual(boxBetween([1, 1], [2, 2]));
  expect(boxAfterKey(map, box, "ArrowLeft", true)).toEqual(boxBetween([1, 1], [1, 1]));
  const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
  let at = box;
  for (let step = 0; step < 400; step++) {
    at = boxAfterKey(map, at, keys[(step * 7 + (step >> 3)) % 4]!, step % 3 === 0)!;
    expect(at.firstColumn).toBeGreaterThanOrEqual(0);
    expect(at.lastColumn).toBeLessThan(map.columns);
    expect(at.lastColumn).toBeGreaterThanOrEqual(at.firstColumn);
    expect(at.firstRow).toBeGreaterThanOrEqual(0);
    expect(at.lastRow).toBeLessThan(map.rowStartsNs.length - 1);
    expect(at.lastRow).toBeGreaterThanOrEqual(at.firstRow);
  }
});
