/** Which element draws which row: rows keep theirs, elements are parked rather than thrown away. */

import { describe, expect, test } from "vitest";
import { PARKED, type Placed, Slots } from "../src/model/slots";

const drawn = (placed: readonly Placed[]) => placed.filter(({ place }) => place !== PARKED);
const slotOf = (placed: readonly Placed[], row: number) => placed.find((one) => one.row === row)?.slot;
const range = (from: number, end: number) => Array.from({ length: end - from }, (_, index) => from + index);

test("a step of scrolling gives new rows the elements of those that left, and leaves the others theirs", () => {
  const slots = new Slots();
  const before = slots.place(range(0, 10), 0);

  const after = slots.place(range(3, 13), 3);

  for (const row of range(3, 10)) expect(slotOf(after, row)).toBe(slotOf(before, row));
  const given = range(10, 13).map((row) => slotOf(after, row)!);
  expect(given.sort()).toEqual(range(0, 3).map((row) => slotOf(before, row)!));
  expect(drawn(after).map(({ row, place }) => [row, place])).toEqual(range(3, 13).map((row) => [row, row]));
});

describe("a row that is folded away", () => {
  const slots = new Slots();
  const before = slots.place(range(0, 10), 0);
  const folded = slots.place([0, 9], 0);
  const after = slots.place(range(0, 10), 0);

  test("stays in its element, out of sight", () => {
    expect(drawn(folded).map(({ row, place }) => [row, place])).toEqual([
      [0, 0],
      [9, 1],
    ]);
    expect(slotOf(folded, 4)).toBe(slotOf(before, 4));
  });

  test("moves no element among the others, neither when it goes nor when it comes back", () => {
    expect(folded.map(({ slot }) => slot)).toEqual(before.map(({ slot }) => slot));
    expect(after).toEqual(before);
  });
});

test("elements that have been out of sight for longest are taken first", () => {
  const slots = new Slots();
  const both = slots.place([1, 2], 0);
  slots.place([2], 0);
  slots.place([], 0);

  const after = slots.place([3], 0);

  expect(slotOf(after, 3)).toBe(slotOf(both, 1));
  expect(slotOf(after, 2)).toBe(slotOf(both, 2));
});

test("whatever is asked for is drawn once, in order, with no more elements than were ever needed at once", () => {
  const slots = new Slots();
  let state = 7;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  let most = 0;
  for (let step = 0; step < 500; step++) {
    const rows = range(random(60), 60).filter(() => random(3) > 0);
    const first = random(1000);
    most = Math.max(most, rows.length);

    const placed = slots.place(rows, first);

    expect(drawn(placed).map(({ row, place }) => [row, place])).toEqual(rows.map((row, index) => [row, first + index]));
    expect(new Set(placed.map(({ slot }) => slot)).size).toBe(placed.length);
    expect(new Set(placed.map(({ row }) => row)).size).toBe(placed.length);
    expect(placed.length).toBe(most);
  }
});
