import { describe, expect, test } from "vitest";
import { lineMap } from "../src/model/line-map";

const map = (old: string, now: string) => [...lineMap(old.split(""), now.split(""))];

describe("which line of one text is which of another", () => {
  test("lines before and after a change keep their order", () => {
    expect(map("abc", "axbc")).toEqual([0, 2, 3]);
    expect(map("abc", "ac")).toEqual([0, -1, 1]);
    expect(map("abc", "aXc")).toEqual([0, -1, 2]);
  });

  test("of a moved line only the longer order is kept, and nothing is guessed", () => {
    expect(map("abcd", "bcda")).toEqual([-1, 0, 1, 2]);
  });

  test("lines that are often there belong to what is once there beside them", () => {
    expect(map("a  b  c", "b  c  a")).toEqual([-1, -1, -1, 0, 1, 2, 3]);
  });

  test("nothing in common is nothing, and empty texts are fine", () => {
    expect(map("abc", "xyz")).toEqual([-1, -1, -1]);
    expect([...lineMap([], ["a"])]).toEqual([]);
    expect([...lineMap(["a"], [])]).toEqual([-1]);
  });

  test("each line leads to one that reads the same, in rising order, in random texts", () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    for (let round = 0; round < 300; round++) {
      const text = () => Array.from({ length: random(30) }, () => String(random(12)));
      const [old, now] = [text(), text()];
      const found = [...lineMap(old, now)].flatMap((to, from) => (to < 0 ? [] : [[from, to] as const]));
      for (const [from, to] of found) expect(now[to]).toBe(old[from]);
      const order = found.map(([, to]) => to);
      expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
    }
  });
});
