/** Two traces side by side: what is one row, and which comes first. */

import { expect, test } from "vitest";
import { type ComparedTrace, compareTraces } from "../src/model/trace-compare";
import { type Line, traceOf } from "./columns";

const call = (more: Partial<Line> = {}): Line => ({
  parent: 0,
  what: "SELECT",
  path: "app/cart.py",
  line: 47,
  function: "load",
  ...more,
});
const side = (lines: readonly Line[]): ComparedTrace => {
  const trace = traceOf(lines);
  return { trace, durations: trace.duration, selfNs: trace.duration };
};

test("spans of one service, name and line are one row, counted and summed on either side", () => {
  const here = side([call({ duration: 5 }), call({ duration: 7, status: "error" }), call({ service: "orders" })]);
  const there = side([call({ duration: 4 })]);

  const [first, second] = compareTraces(here, there);

  expect(first).toMatchObject({
    service: "web",
    what: "SELECT",
    place: { type: "entry", path: "app/cart.py", line: 47 },
    here: { count: 2, totalNs: 12, errors: 1 },
    there: { count: 1, totalNs: 4, errors: 0 },
  });
  expect(second).toMatchObject({ service: "orders", here: { count: 1 }, there: { count: 0 } });
});

test("a call that moved within its function is one row; two calls that moved are not guessed between", () => {
  const moved = compareTraces(side([call({ line: 50 })]), side([call()]));
  const both = compareTraces(side([call({ line: 50 }), call({ line: 60 })]), side([call()]));

  expect(moved.map(({ here, there }) => [here.count, there.count])).toEqual([[1, 1]]);
  expect(both).toHaveLength(3);
});

test("another function of the same name in another file is another row", () => {
  expect(compareTraces(side([call()]), side([call({ path: "app/pay.py" })]))).toHaveLength(2);
});

test("the largest difference in own time comes first, whichever way it goes", () => {
  const here = side([
    call({ what: "a", duration: 10 }),
    call({ what: "b", duration: 1 }),
    call({ what: "c", duration: 5 }),
  ]);
  const there = side([
    call({ what: "a", duration: 9 }),
    call({ what: "b", duration: 30 }),
    call({ what: "d", duration: 8 }),
  ]);

  expect(compareTraces(here, there).map(({ what }) => what)).toEqual(["b", "d", "c", "a"]);
});

test("a trace beside itself differs nowhere, and a row leads to the first of its spans", () => {
  const lines = [call(), call(), { parent: -1, what: "GET /" }];

  const rows = compareTraces(side(lines), side(lines));

  expect(rows.every(({ here, there }) => here.selfNs === there.selfNs && here.count === there.count)).toBe(true);
  expect(rows.map(({ spanId }) => spanId)).toContain("0".repeat(16));
});

test("every span of either side is counted in exactly one row", () => {
  const letters = "abc";
  const lines = Array.from({ length: 200 }, (_, at) =>
    call({ what: letters[at % 3]!, line: at % 7, function: letters[at % 2]!, service: at % 5 === 0 ? "x" : "y" }),
  );

  const rows = compareTraces(side(lines), side(lines.slice(0, 90)));

  expect(rows.reduce((sum, { here }) => sum + here.count, 0)).toBe(200);
  expect(rows.reduce((sum, { there }) => sum + there.count, 0)).toBe(90);
});
