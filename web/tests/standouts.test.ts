import { describe, expect, test } from "vitest";
import { failed, inAll, slow, withOrigin } from "../src/model/standouts";
import { workOut } from "../src/model/work-out";
import { type Line, traceOf } from "./columns";

function slowRows(lines: readonly Line[]) {
  const opened = workOut(traceOf(lines));
  const trace = { ...opened.trace, resource: new Int32Array(lines.length) };
  return [...slow(trace, opened.timeline, opened.selfNs()).rows.keys()].filter(
    (row) => slow(trace, opened.timeline, opened.selfNs()).rows[row] === 1,
  );
}

test("failed spans and spans with an origin are told apart, and can be asked for together", () => {
  const { trace } = workOut(
    traceOf([
      { parent: -1, status: "error" },
      { parent: 0, path: "app/a.py", line: 1 },
      { parent: 0, path: "app/a.py", line: 2, status: "error" },
    ]),
  );

  expect(failed(trace).count).toBe(2);
  expect([...withOrigin(trace).rows]).toEqual([0, 1, 1]);
  expect([...inAll([failed(trace), withOrigin(trace)]).rows]).toEqual([0, 0, 1]);
});

describe("a span is slow", () => {
  test("when it worked for a tenth of the trace itself", () => {
    expect(
      slowRows([
        { parent: -1, start: 0, duration: 1000 },
        { parent: 0, start: 0, duration: 950 },
        { parent: 1, start: 0, duration: 850 },
        { parent: 1, start: 850, duration: 99 },
      ]),
    ).toEqual([2]);
  });

  test("when it took three times the median of those alike, and enough to matter", () => {
    const lines: Line[] = [{ parent: -1, start: 0, duration: 100_000, service: "other" }];
    for (let row = 0; row < 9; row++) lines.push({ parent: 0, start: 0, duration: 1000 });
    lines.push({ parent: 0, start: 0, duration: 3000 });
    lines.push({ parent: 0, start: 0, duration: 100_000, service: "idle" });

    expect(slowRows(lines)).toEqual([10, 11]);
  });

  test("never in a trace that took no time", () => {
    expect(slowRows([{ parent: -1, start: 5, duration: 0 }])).toEqual([]);
  });
});
