/** What a code page makes of the counts, and the addresses of lines. */

import { describe, expect, test } from "vitest";
import { readAddress, writeAddress } from "../src/model/address";
import { ALL_CODE } from "../src/model/code-address";
import {
  heat,
  hotLines,
  lineSearch,
  linesRed,
  nextHot,
  type PlaceRed,
  percent,
  rateQuantity,
} from "../src/model/places";
import { DEFAULT_RANGE } from "../src/model/time-range";

const red = (line: number | null, totalNs: number, more: Partial<PlaceRed> = {}): PlaceRed => ({
  path: "app/pay.py",
  line,
  function: "pay",
  count: 10,
  rate: 1,
  errors: 0,
  errorRate: 0,
  p50Ns: 5,
  p95Ns: 9,
  totalNs,
  selfNs: null,
  entries: 0,
  ...more,
});

describe("lines", () => {
  test("say whether requests enter there, whether they call out, or both", () => {
    const lines = linesRed([red(4, 100, { entries: 10 }), red(9, 50), red(12, 10, { entries: 4 })]);

    expect([...lines.values()].map(({ types }) => types)).toEqual([["entry"], ["exit"], ["entry", "exit"]]);
  });

  test("with two functions are counted together, with the percentiles of the more frequent", () => {
    const often = red(4, 100, { count: 30, errors: 3, p95Ns: 7 });

    const line = linesRed([red(4, 50), often]).get(4)!;

    expect(line).toMatchObject({ count: 40, totalNs: 150, errors: 3, errorRate: 3 / 40, p95Ns: 7, rate: 2 });
  });

  test("without a number are left out", () => {
    expect(linesRed([red(null, 5)]).size).toBe(0);
  });
});

describe("hot lines", () => {
  test("come by the time spent there; those that took nothing and never failed are passed over", () => {
    const lines = linesRed([red(1, 5), red(2, 900), red(3, 95), red(4, 0, { errors: 1 })]);

    expect(hotLines(lines)).toEqual([2, 3, 4]);
  });

  test("are gone through round and round, in both directions", () => {
    expect(nextHot([7, 3, 9], null, 1)).toBe(7);
    expect(nextHot([7, 3, 9], null, -1)).toBe(9);
    expect(nextHot([7, 3, 9], 9, 1)).toBe(7);
    expect(nextHot([7, 3, 9], 7, -1)).toBe(9);
    expect(nextHot([7, 3, 9], 4, 1)).toBe(7);
    expect(nextHot([], 4, 1)).toBeNull();
  });
});

test("heat goes from nothing to one, and a hundredth can still be seen", () => {
  expect([heat(0, 100), heat(1, 100), heat(100, 100), heat(5, 0)]).toEqual([0, 0.1, 1, 0]);
});

test("shares are told with as many digits as matter", () => {
  const told = [0, 0.00001, 0.0002, 0.041, 0.5, 0.9999, 1].map((share) => percent(share).replaceAll("\u202f", " "));

  expect(told).toEqual(["0 %", "< 0.01 %", "0.02 %", "4.1 %", "50.0 %", "100 %", "100 %"]);
});

test("the search for a line keeps its path in one piece", () => {
  expect(lineSearch('a "b"/c d.py', 4)).toBe('origin:"a \\"b\\"/c d.py:4"');
});

describe("addresses of code", () => {
  const there = (path: string) => {
    const page = readAddress(new URL(path, "http://server"));
    return page.name === "code" ? page.place : page.name;
  };

  test.each([
    ["/code", ALL_CODE],
    ["/code/shop", { ...ALL_CODE, repository: "shop" }],
    ["/code/shop@4f2c91a", { ...ALL_CODE, repository: "shop", commit: "4f2c91a" }],
    [
      "/code/shop@4f2c91a/app/pay.py?line=42",
      { ...ALL_CODE, repository: "shop", commit: "4f2c91a", path: "app/pay.py", line: 42 },
    ],
    [
      "/code/shop/app/a%20%23b.py?as=b.py&commits=all",
      { ...ALL_CODE, repository: "shop", path: "app/a #b.py", as: "b.py", ofAll: true },
    ],
    [
      "/code/shop/web/app/pay.py?as=app%2Fpay.py&service=web",
      { ...ALL_CODE, repository: "shop", path: "web/app/pay.py", as: "app/pay.py", service: "web" },
    ],
    ["/code/a%40b%2Fc@4f2c91a/x.py", { ...ALL_CODE, repository: "a@b/c", commit: "4f2c91a", path: "x.py" }],
  ])("%s is read, and written as it was", (address, place) => {
    expect(there(address)).toEqual(place);
    expect(writeAddress({ name: "code", place, range: DEFAULT_RANGE })).toBe(address);
  });

  test("that make no sense are lost, or fall back", () => {
    expect(there("/code/%ff")).toBe("lost");
    expect(there("/code/shop@main/x.py")).toMatchObject({ repository: "shop@main", commit: null });
    expect(there("/code/shop/x.py?line=-1")).toMatchObject({ line: null });
  });
});

test("rates are told in the unit that leaves a digit", () => {
  const told = [0, 31, 0.1, 0.04, 0.002, 0.0003]
    .map((each) => rateQuantity(each))
    .map(({ value, unit }) => value + unit);

  expect(told).toEqual(["0/s", "31.0/s", "0.1/s", "2.4/min", "0.1/min", "1.1/h"]);
});
