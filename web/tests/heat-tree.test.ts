/** The tree of files with heat: whose time is whose, and what is drawn. */

import { describe, expect, test } from "vitest";
import { foldersOf, heatOfFiles, hottestFiles, treeRows } from "../src/model/heat-tree";
import type { PlaceRed } from "../src/model/places";

const spent = (path: string, totalNs: number): PlaceRed => ({
  path,
  line: null,
  function: "",
  count: 1,
  rate: 1,
  errors: 0,
  errorRate: 0,
  p50Ns: totalNs,
  p95Ns: totalNs,
  totalNs,
  selfNs: null,
  entries: 0,
});
const PATHS = ["README.md", "ads/app/views.py", "lib/x.py", "shop/app/pay.py", "shop/app/views.py"];

describe("the time of a span's path", () => {
  test("is that of the file with this path, or with this one end", () => {
    const heat = heatOfFiles(PATHS, [spent("lib/x.py", 5), spent("app/pay.py", 7)]);

    expect([...heat]).toEqual([
      ["lib/x.py", { totalNs: 5, errors: 0, as: "lib/x.py" }],
      ["shop/app/pay.py", { totalNs: 7, errors: 0, as: "app/pay.py" }],
    ]);
  });

  test("is nobody's when two files end so, or none does", () => {
    expect(heatOfFiles(PATHS, [spent("app/views.py", 5), spent("ay.py", 5), spent("none.py", 5)]).size).toBe(0);
  });

  test("of two names of a file is that of the one with more, not their sum: lines are counted under one", () => {
    const heat = heatOfFiles(PATHS, [spent("app/pay.py", 7), spent("shop/app/pay.py", 9), spent("pay.py", 1)]);

    expect(heat.get("shop/app/pay.py")).toMatchObject({ totalNs: 9, as: "shop/app/pay.py" });
  });
});

describe("rows", () => {
  const heat = heatOfFiles(PATHS, [spent("shop/app/pay.py", 7), spent("shop/app/views.py", 2)]);

  test("are folders before files, and folders have the time of all that is in them", () => {
    const rows = treeRows(PATHS, heat, new Set());

    expect(rows.map(({ name, totalNs, isFolder }) => [name, totalNs, isFolder])).toEqual([
      ["ads", 0, true],
      ["lib", 0, true],
      ["shop", 9, true],
      ["README.md", 0, false],
    ]);
  });

  test("within a folder are drawn when all above is unfolded", () => {
    const names = (...unfolded: string[]) => treeRows(PATHS, heat, new Set(unfolded)).map(({ path }) => path);

    expect(names("shop/app")).not.toContain("shop/app");
    expect(names(...foldersOf("shop/app/pay.py")).slice(2, 6)).toEqual([
      "shop",
      "shop/app",
      "shop/app/pay.py",
      "shop/app/views.py",
    ]);
  });

  test("the hottest files come first", () => {
    expect(hottestFiles(heat, 1).map(([path]) => path)).toEqual(["shop/app/pay.py"]);
  });
});
