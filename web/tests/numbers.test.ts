import { describe, expect, test } from "vitest";
import { counted, durationText, exactDuration, grouped, rate, shortCount } from "../src/model/numbers";

const plain = (text: string) => text.replaceAll("\u202f", " ");

describe("a duration has at most three digits that matter", () => {
  test.each([
    [0, "0 ns"],
    [640, "640 ns"],
    [999.4, "999 ns"],
    [4200, "4.2 µs"],
    [42_000, "42.0 µs"],
    [803_000, "803 µs"],
    [999_600, "1.0 ms"],
    [9_500_000, "9.5 ms"],
    [84_100_000, "84.1 ms"],
    [803_000_000, "803 ms"],
    [999_600_000, "1.00 s"],
    [1_210_000_000, "1.21 s"],
    [12_340_000_000, "12.3 s"],
    [59_940_000_000, "59.9 s"],
    [59_960_000_000, "1 min 0 s"],
    [134_000_000_000, "2 min 14 s"],
    [3_599_600_000_000, "1 h 0 min"],
    [11_100_000_000_000, "3 h 5 min"],
    [198_000_000_000_000, "2 d 7 h"],
    [-1_500_000, "\u22121.5 ms"],
  ])("%d ns reads %s", (ns, text) => {
    expect(plain(durationText(ns))).toBe(text);
  });

  test("every one from 1 ns to a month is short, and never falls back a unit", () => {
    for (let ns = 1; ns < 2.6e15; ns *= 1.003) {
      const text = plain(durationText(ns));
      expect(text.replace(/\D/g, "").length, text).toBeLessThanOrEqual(4);
      expect(text, text).not.toMatch(/^1000 |min 60 s$|h 60 min$|d 24 h$/);
    }
  });
});

test("the tooltip keeps every nanosecond", () => {
  expect(plain(exactDuration(1_213_402_117))).toBe("1 213 402 117 ns");
});

test("counts are whole where they are told, and short where only their size matters", () => {
  expect(plain(grouped(13_712))).toBe("13 712");
  expect(counted(1, "span")).toBe("1 span");
  expect(counted(96, "span")).toBe("96 spans");
  expect([0, 840, 9100, 999_499, 1_200_000].map(shortCount)).toEqual(["0", "840", "9.1k", "999k", "1.2M"]);
});

test("a rate of nothing is 0, a small one keeps its tenth", () => {
  expect([0, 0.84, 31, 212, 1271].map((value) => plain(rate(value)))).toEqual(["0", "0.8", "31.0", "212", "1 271"]);
});
