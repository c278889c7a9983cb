/** A diff as rows: files that spans start in first, long ones folded, hunks where they have come, and nothing that jumps. */

import { expect, test } from "vitest";
import { type ChangedFile, type DiffRow, LONG, nextRow, rowsOf } from "../src/model/changes";
import type { Red } from "../src/model/places";

const line = (at: number | null, now: number | null = at) => ({ old: at, new: now, tokens: [] });
const file = (path: string, more: Partial<ChangedFile> = {}): ChangedFile => ({
  path,
  oldPath: path,
  kind: "changed",
  added: 1,
  removed: 1,
  hunks: [[line(1), line(2, null), line(null, 2)]],
  isPending: false,
  reason: null,
  ...more,
});
const costs = (path: string, ...lines: number[]) => new Map([[path, new Map(lines.map((at) => [at, {} as Red]))]]);
const shapes = (rows: readonly DiffRow[]) =>
  rows.map((row) => (row.kind === "file" ? `${row.file.path}${row.isOpen ? "" : " folded"}` : row.kind));

test("every line is a row, with a border between hunks", () => {
  const two = file("a", { hunks: [[line(1)], [line(9), line(10)]] });

  expect(shapes(rowsOf([two], null, null, new Map()))).toEqual(["a", "line", "gap", "line", "line"]);
});

test("files with spans come first, and the order stays when hunks come", () => {
  const pending = file("b", { hunks: [], isPending: true });
  const before = rowsOf([file("a"), pending], null, costs("b", 40, 41), new Map());
  const after = rowsOf([file("a"), file("b")], null, costs("b", 40, 41), new Map());

  expect(shapes(before)).toEqual(["b", "words", "a", "line", "line", "line"]);
  expect(shapes(after).filter((shape) => shape.length === 1)).toEqual(["b", "a"]);
});

test("a pending file counts the lines with spans it has, a known one those that changed", () => {
  const heads = (files: ChangedFile[]) =>
    rowsOf(files, null, costs("a", 2, 40), new Map()).flatMap((row) => (row.kind === "file" ? [row.hot] : []));

  expect(heads([file("a", { hunks: [], isPending: true })])).toEqual([2]);
  expect(heads([file("a")])).toEqual([1]);
});

test("long changes are folded unless spans start in them or somebody unfolds them", () => {
  const long = file("a", { added: LONG, removed: 1 });

  expect(shapes(rowsOf([long], null, null, new Map()))).toEqual(["a folded"]);
  expect(shapes(rowsOf([long], null, costs("a", 2), new Map()))[0]).toBe("a");
  expect(shapes(rowsOf([long], null, null, new Map([["a", true]])))[0]).toBe("a");
  expect(shapes(rowsOf([file("a")], null, costs("a", 2), new Map([["a", false]])))).toEqual(["a folded"]);
});

test("what has no hunks says why", () => {
  const rows = rowsOf(
    [file("a", { hunks: [], reason: "It is binary." }), file("b", { hunks: [] })],
    null,
    null,
    new Map(),
  );

  expect(rows.flatMap((row) => (row.kind === "words" ? [row.words] : []))).toEqual([
    "It is binary.",
    "Nothing in it changed.",
  ]);
});

test("keys lead from file to file and stop at the ends", () => {
  const rows = rowsOf([file("a"), file("b")], null, null, new Map());
  const isFile = (row: DiffRow) => row.kind === "file";

  expect([nextRow(rows, 0, 1, isFile), nextRow(rows, 4, -1, isFile), nextRow(rows, 5, 1, isFile)]).toEqual([
    4,
    0,
    null,
  ]);
});

test("five hundred files of fifty thousand lines are laid out in no time to speak of", () => {
  const files = Array.from({ length: 500 }, (_, at) =>
    file(`f${at}`, { hunks: [Array.from({ length: 100 }, (_, row) => line(row + 1))] }),
  );

  expect(rowsOf(files, null, null, new Map())).toHaveLength(500 * 101);
});
