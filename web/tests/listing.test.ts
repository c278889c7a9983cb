import { describe, expect, test } from "vitest";
import { firstSorting, type SortKey, sortedRows } from "../src/model/listing";
import { workOut } from "../src/model/work-out";
import { traceOf } from "./columns";

const opened = workOut(
  traceOf([
    { parent: -1, start: 0, duration: 100, path: "app/b.py", line: 9 },
    { parent: 0, start: 10, duration: 30, path: "app/a.py", line: 70 },
    { parent: 0, start: 50, duration: 30 },
    { parent: 1, start: 12, duration: 5, path: "app/a.py", line: 8 },
  ]),
);

describe("the list is sorted by what its reader asks for", () => {
  test.each<[SortKey, number[]]>([
    ["start", [0, 1, 3, 2]],
    ["duration", [0, 1, 2, 3]],
    ["self", [0, 2, 1, 3]],
    ["span", [0, 1, 2, 3]],
    ["origin", [3, 1, 0, 2]],
  ])("%s", (by, expected) => {
    expect([...sortedRows(opened, firstSorting(by))]).toEqual(expected);
  });

  test("and the other way round, but spans without an origin stay last", () => {
    expect([...sortedRows(opened, { by: "origin", isDescending: true })]).toEqual([0, 1, 3, 2]);
    expect([...sortedRows(opened, { by: "duration", isDescending: false })]).toEqual([3, 1, 2, 0]);
  });
});
