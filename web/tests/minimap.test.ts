/** The small picture has every span where it was; stretches of the axis never leave it. */

import { expect, test } from "vitest";
import { moved, paintMinimap, scaled, stretchOf } from "../src/model/minimap";
import { layOutTimeline } from "../src/model/timeline";
import { buildTree } from "../src/model/tree";
import { type Line, traceOf } from "./columns";

const RED = 0xff0000ff;
const BLUE = 0xffff0000;

function painted(lines: readonly Line[], width: number, height: number) {
  const trace = traceOf(lines);
  const tree = buildTree(trace);
  const pixels = new Uint32Array(width * height);
  paintMinimap(pixels, width, height, 1, tree, layOutTimeline(trace, tree), (row) => (row % 2 === 0 ? RED : BLUE));
  return (x: number, y: number) => pixels[y * width + x];
}

test("a span's line is as long as the span, in its colour, below the one before", () => {
  const at = painted(
    [
      { parent: -1, start: 0, duration: 100 },
      { parent: 0, start: 50, duration: 25 },
    ],
    100,
    44,
  );

  expect([at(0, 0), at(99, 0)]).toEqual([RED, RED]);
  expect([at(49, 6), at(50, 6), at(74, 6), at(75, 6)]).toEqual([0, BLUE, BLUE, 0]);
});

test("of many spans each is still to be seen where nothing else is", () => {
  const lines: Line[] = [{ parent: -1, start: 0, duration: 10_000 }];
  for (let row = 1; row < 10_000; row++) lines.push({ parent: 0, start: row, duration: 0 });
  const at = painted(lines, 1000, 44);

  // Down the diagonal: the n-th child begins at n, and stands in the n-th line.
  for (let y = 2; y < 43; y++) expect([RED, BLUE]).toContain(at(Math.floor(((y + 0.5) / 44) * 1000), y));
  expect(at(20, 40)).toBe(0);
});

test("nothing is painted outside, whatever a trace claims", () => {
  expect(() => painted([{ parent: -1, start: -5, duration: 0 }], 10, 4)).not.toThrow();
  expect(() => painted([], 10, 4)).not.toThrow();
});

const WHOLE = { from: 0, to: 1000 };

test("two moments in either order are a stretch", () => {
  expect(stretchOf(WHOLE, 300, 100)).toEqual({ from: 100, to: 300 });
  expect(stretchOf(WHOLE, -50, 100)).toEqual({ from: 0, to: 100 });
});

test("a click is none, and neither is everything", () => {
  expect(stretchOf(WHOLE, 100, 101)).toBeNull();
  expect(stretchOf(WHOLE, -1, 2000)).toBeNull();
});

test("a stretch moves as far as the trace goes", () => {
  expect(moved(WHOLE, { from: 100, to: 300 }, 0.5)).toEqual({ from: 200, to: 400 });
  expect(moved(WHOLE, { from: 900, to: 1000 }, 3)).toEqual({ from: 900, to: 1000 });
  expect(moved(WHOLE, { from: 50, to: 150 }, -3)).toEqual({ from: 0, to: 100 });
});

test("closer and farther, down to the least and up to everything", () => {
  expect(scaled(WHOLE, { from: 400, to: 600 }, 0.5, 10)).toEqual({ from: 450, to: 550 });
  expect(scaled(WHOLE, { from: 495, to: 505 }, 0.5, 10)).toEqual({ from: 495, to: 505 });
  expect(scaled(WHOLE, { from: 100, to: 900 }, 2, 10)).toBeNull();
});
