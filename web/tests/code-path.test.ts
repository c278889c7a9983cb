import { expect, test } from "vitest";
import { codePath, timeByLine } from "../src/model/code-path";
import { workOut } from "../src/model/work-out";
import { traceOf } from "./columns";

const opened = workOut(
  traceOf([
    { parent: -1, start: 0, duration: 100, path: "app/pay.py", line: 10 },
    { parent: 0, start: 10, duration: 40 },
    { parent: 1, start: 12, duration: 10, path: "app/cart.py", line: 31 },
    { parent: 1, start: 24, duration: 20, path: "app/cart.py", line: 31 },
    { parent: 0, start: 60, duration: 30, path: "app/pay.py", line: 12 },
    { parent: 4, start: 65, duration: 20, service: "orders" },
  ]),
);

test("the walk leaves out spans without a line, and tells calls of one line in a row once", () => {
  const walk = codePath(opened.trace, opened.tree, opened.timeline, opened.critical());

  expect(walk.row).toEqual([0, 2, 4]);
  expect(walk.depth).toEqual([0, 1, 1]);
  expect(walk.count).toEqual([1, 2, 1]);
  expect(walk.totalNs).toEqual([100, 30, 30]);
  expect(walk.criticalNs).toEqual([40, 30, 30]);
});

test("each moment of the critical path counts for the line that led to it, and none is lost", () => {
  expect(timeByLine(opened.trace, opened.tree, opened.critical())).toEqual([
    { row: 0, ns: 40, share: 0.4, spans: 1 },
    { row: 3, ns: 30, share: 0.3, spans: 2 },
    { row: 4, ns: 30, share: 0.3, spans: 1 },
  ]);
});

test("what no line is known for stands last", () => {
  const { trace, tree, critical } = workOut(
    traceOf([
      { parent: -1, start: 0, duration: 100 },
      { parent: 0, start: 50, duration: 10, path: "app/a.py", line: 1 },
    ]),
  );

  expect(timeByLine(trace, tree, critical())).toEqual([
    { row: 1, ns: 10, share: 0.1, spans: 1 },
    { row: -1, ns: 90, share: 0.9, spans: 0 },
  ]);
});
