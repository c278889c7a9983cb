/** Events stand on their span's bar, moved with it, and only in the stretch that is looked at. */

import { expect, test } from "vitest";
import { marksIn } from "../src/model/marks";
import { layOutTimeline, shareOf } from "../src/model/timeline";
import { marksOf, type Trace } from "../src/model/trace";
import { buildTree } from "../src/model/tree";
import { traceOf } from "./columns";

function marked(events: ReadonlyArray<readonly [row: number, at: number, name: string]>): Trace {
  const trace = traceOf([
    { parent: -1, start: 0, duration: 100 },
    { parent: 0, start: 10, duration: 50 },
    { parent: 0, start: 60, duration: 20 },
  ]);
  const strings = [...trace.strings, ...new Set(events.map(([, , name]) => name))];
  return {
    ...trace,
    strings,
    markRow: Int32Array.from(events.map(([row]) => row)),
    markAt: Float64Array.from(events.map(([, at]) => at)),
    markName: Int32Array.from(events.map(([, , name]) => strings.indexOf(name))),
  };
}

const drawn = (trace: Trace, row: number, axis = { from: 0, to: 100 }) =>
  marksIn({ trace, timeline: layOutTimeline(trace, buildTree(trace)) }, row, axis);

test("each row has its own", () => {
  const trace = marked([
    [0, 5, "start"],
    [2, 61, "retry"],
    [2, 70, "exception"],
  ]);

  expect([marksOf(trace, 0), marksOf(trace, 1), marksOf(trace, 2)]).toEqual([
    [0, 1],
    [1, 1],
    [1, 3],
  ]);
  expect(drawn(trace, 1)).toEqual([]);
  expect(drawn(trace, 2).map(({ x, isError }) => [x, isError])).toEqual([
    [61, false],
    [70, true],
  ]);
});

test("what happened at nearly one moment is one mark that names all", () => {
  const [mark, ...others] = drawn(
    marked(Array.from({ length: 20 }, (_, index) => [1, 20 + index / 100, index === 7 ? "exception" : `log ${index}`])),
    1,
  );

  expect(others).toEqual([]);
  expect(mark!.isError).toBe(true);
  expect(mark!.names.split("\n")).toHaveLength(9);
  expect(mark!.names).toContain("and 12 more");
});

test("outside of the stretch there is none", () => {
  const trace = marked([
    [1, 20, "a"],
    [1, 40, "b"],
  ]);

  expect(drawn(trace, 1, { from: 30, to: 50 }).map(({ x }) => x)).toEqual([50]);
});

test("a bar is cut at the stretch, and gone beside it", () => {
  const axis = { from: 100, to: 200 };

  expect(shareOf(axis, 50, 150)).toEqual({ x: 0, w: 50 });
  expect(shareOf(axis, 180, 400)).toEqual({ x: 80, w: 20 });
  expect(shareOf(axis, 10, 99)).toBeNull();
  expect(shareOf(axis, 201, 300)).toBeNull();
});
