import { describe, expect, test } from "vitest";
import { type Page, readAddress, writeAddress } from "../src/model/address";
import { DEFAULT_RANGE } from "../src/model/time-range";

const read = (address: string) => readAddress(new URL(address, "http://localhost:4318"));
const traceId = "5b8aa5a2d2c872e8321cf37308d69df2";

describe("an address leads back to the page that wrote it", () => {
  const pages: Page[] = [
    { name: "start" },
    { name: "explore", query: "", range: DEFAULT_RANGE },
    { name: "explore", query: 'service:web -status:ok "a b" @x:[1 TO *] a+b&c=d#e ü', range: { window: "7d" } },
    { name: "explore", query: "x", range: { from: 1_795_339_010_074_000_001n, to: 1_795_339_110_074_000_000n } },
    { name: "explore", query: "x", range: { from: null, to: 5n } },
    { name: "trace", traceId, spanId: null },
    { name: "trace", traceId, spanId: "00f067aa0ba902b7" },
    {
      name: "trace",
      traceId,
      spanId: null,
      look: { view: "flame", only: ["errors", "found"], find: "kind:client a&b", against: "" },
    },
    {
      name: "trace",
      traceId,
      spanId: null,
      look: { view: "compare", only: ["changed"], find: "", against: "f".repeat(32) },
    },
    { name: "saved", slug: "slow-checkouts-k3f9p" },
  ];
  test.each(pages)("%o", (page) => {
    expect(read(writeAddress(page))).toEqual(page);
  });
});

test("what has its default value is not in the address", () => {
  expect(writeAddress({ name: "explore", query: "", range: DEFAULT_RANGE })).toBe("/explore");
});

test("ids are read in either case, as other tools write them", () => {
  expect(read(`/trace/${traceId.toUpperCase()}?span=00F067AA0BA902B7`)).toEqual({
    name: "trace",
    traceId,
    spanId: "00f067aa0ba902b7",
  });
});

test("values that make no sense fall back to the default, and never fail", () => {
  expect(read(`/trace/${traceId}?view=compare&with=xyz`)).toEqual({ name: "trace", traceId, spanId: null });
  expect(read("/s/../x y").name).toBe("lost");
  expect(read("/explore?window=2y&from=yesterday")).toEqual({ name: "explore", query: "", range: DEFAULT_RANGE });
  expect(read(`/trace/${traceId}?span=zz&view=pie&only=cats`)).toEqual({ name: "trace", traceId, spanId: null });
});

test("an unknown path is lost", () => {
  expect(read("/trace/xyz").name).toBe("lost");
  expect(read("/codes/app.py").name).toBe("lost");
});
