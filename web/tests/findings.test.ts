/** Findings: their words and their addresses. */

import { expect, test } from "vitest";
import { readAddress, writeAddress } from "../src/model/address";
import { changeText, FINDING_KINDS } from "../src/model/findings";
import { DEFAULT_RANGE } from "../src/model/time-range";

test("what became worse is told as a factor, or as failures in a hundred", () => {
  expect(changeText("slower", 1.84, 0)).toBe("1.8× slower");
  expect(changeText("failing", 1.0, 0.042)).toBe("+4.2 % fail");
  expect(changeText("failing", null, null)).toBe("+0.0 % fail");
});

test.each(FINDING_KINDS)("the page of %s has an address of its own", (kind) => {
  const page = { name: "findings", kind, range: DEFAULT_RANGE } as const;

  expect(readAddress(new URL(writeAddress(page), "http://server"))).toEqual(page);
});

test("an unknown kind is the first", () => {
  expect(readAddress(new URL("http://server/findings?kind=x"))).toMatchObject({ kind: "repeats" });
});
