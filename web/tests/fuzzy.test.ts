/** A file is found by a few letters of its path, the one that is meant first. */

import { expect, test } from "vitest";
import { findPaths, fitOf, piecesOf } from "../src/model/fuzzy";

const PATHS = [
  "README.md",
  "web/checkout/pay.py",
  "web/checkout/payments_test.py",
  "web/app/page.py",
  "orders/app/pay.py",
  "docs/play.md",
  "src/HTTPServerFactory.ts",
];
const first = (letters: string, weight = (_: string) => 0) => findPaths(letters, PATHS, weight, 5)[0]?.path;

test.each([
  ["pay", "orders/app/pay.py"],
  ["wcp", "web/checkout/pay.py"],
  ["checkoutpay", "web/checkout/pay.py"],
  ["web pay", "web/checkout/pay.py"],
  ["pay_t", "web/checkout/payments_test.py"],
  ["READ", "README.md"],
  ["hsf", "src/HTTPServerFactory.ts"],
  ["page.py", "web/app/page.py"],
])("%s finds %s", (letters, path) => {
  expect(first(letters)).toBe(path);
});

test("letters in another order, or that are not there, find nothing", () => {
  expect(findPaths("yap/", PATHS, () => 0, 5)).toEqual([]);
  expect(fitOf("zz", "web/app/page.py")).toBeNull();
});

test("of paths that fit alike the one with more weight comes first", () => {
  const alike = ["a/x/pay.py", "b/x/pay.py"];
  expect(findPaths("pay", alike, (path) => (path.startsWith("b") ? 9 : 1), 5).map(({ path }) => path)).toEqual(
    alike.toReversed(),
  );
});

test("without letters all come by weight, then by name", () => {
  expect(first("", (path) => path.length)).toBe("web/checkout/payments_test.py");
  expect(findPaths(" ", ["b", "a"], () => 0, 5).map(({ path }) => path)).toEqual(["a", "b"]);
});

test("what was found are the letters, in their order, whatever the path", () => {
  for (const path of PATHS) {
    for (const letters of ["p", "pa", "py", "wpp", "md", "e.", "a/p"]) {
      const fit = fitOf(letters, path);
      if (!fit) continue;
      expect(fit.at.map((index) => path[index]!.toLowerCase()).join("")).toBe(letters);
      expect([...fit.at].sort((a, b) => a - b)).toEqual(fit.at);
      expect(
        piecesOf(path, fit.at)
          .map(([text]) => text)
          .join(""),
      ).toBe(path);
    }
  }
});

test("a text is cut into what was found and what was not", () => {
  expect(piecesOf("pay.py", [0, 1, 4])).toEqual([
    ["pa", true],
    ["y.", false],
    ["p", true],
    ["y", false],
  ]);
  expect(piecesOf("", [])).toEqual([]);
});
