import { describe, expect, test } from "vitest";
import { readAddress, writeAddress } from "../src/model/address";
import { type ExploreLook, PLAIN_EXPLORE, scoped, shiftOf } from "../src/model/explore-look";
import {
  type OriginStats,
  type Overview,
  percent,
  readableRate,
  searchOfGroup,
  searchOfPlace,
  stretchOf,
} from "../src/model/groups";
import { DEFAULT_RANGE } from "../src/model/time-range";

const stats = { count: 1, rate: 1, errors: 0, errorRate: 0, p50Ns: 1, p95Ns: 1, totalNs: 1 };
const place: OriginStats = {
  ...stats,
  path: "app/stock room.py",
  line: 47,
  function: "stock.reserve",
  entries: 0,
  trend: null,
};

describe("how the explorer looks at a search", () => {
  const looks: ExploreLook[] = [
    { view: "origins", scope: "entry", group: "file", sort: "p95", by: "resource", live: "off", cols: "", peek: "" },
    {
      view: "top",
      scope: "root",
      group: "line",
      sort: "total",
      by: "@http.route",
      live: "on",
      cols: "time,source,@http.route",
      peek: `${"a".repeat(32)}-${"b".repeat(16)}`,
    },
  ];
  test.each(looks)("is in the address, and read from it: %o", (look) => {
    const page = { name: "explore", query: "a&b", range: DEFAULT_RANGE, look } as const;
    expect(readAddress(new URL(writeAddress(page), "http://h"))).toEqual(page);
  });

  test("is not in the address where it is the plain one, and nonsense reads as that", () => {
    const page = { name: "explore", query: "", range: DEFAULT_RANGE, look: PLAIN_EXPLORE } as const;
    expect(writeAddress(page)).toBe("/explore");
    expect(readAddress(new URL("http://h/explore?view=pie&scope=some&group=x&sort=y"))).not.toHaveProperty("look");
  });
});

describe("a scope", () => {
  test("holds for the whole search, and tells by how much it moved the reader's own", () => {
    expect(scoped("a OR b", "all")).toBe("a OR b");
    expect(scoped("a b", "root")).toBe("a b -has:parent");
    expect(shiftOf("a b", "root")).toBe(0);
    expect(scoped("a OR b", "entry")).toBe("(a OR b) kind:(server OR consumer)");
    expect(shiftOf("a OR b", "entry")).toBe(1);
    expect(scoped("", "entry")).toBe("kind:(server OR consumer)");
    expect(shiftOf("", "entry")).toBe(0);
  });
});

test("a place leads to its own spans and no others", () => {
  expect(searchOfPlace("", place, "line")).toBe('origin:"app/stock room.py:47"');
  expect(searchOfPlace("a OR b", place, "file")).toBe('(a OR b) file:"app/stock room.py"');
  expect(searchOfPlace("x", place, "function")).toBe('x file:"app/stock room.py" fn:stock.reserve');
});

test("a group leads to its own spans, and asks no second time for what is asked for", () => {
  expect(searchOfGroup("x", "service", "web")).toBe("x service:web");
  expect(searchOfGroup("service:web", "service", "web")).toBe("service:web");
  expect(searchOfGroup("", "version", "")).toBe("-version:*");
});

test("pieces of the window are brushed with both their ends", () => {
  const overview: Overview = { from: 1000n, stepNs: 10, stats, counts: [], errors: [], p95Ns: [] };
  expect(stretchOf(overview, 2, 4)).toEqual({ from: 1020n, to: 1050n });
});

test("shares and rates never say that something is nothing", () => {
  expect([0, 0.00001, 0.0002, 0.014, 0.234, 1].map(percent)).toEqual(["0", "<0.01", "0.02", "1.4", "23", "100"]);
  expect([12, 0.07, 0.0004, 0.00002, 0].map((one) => Object.values(readableRate(one)).join(" "))).toEqual([
    "12.0 /s",
    "4.2 /min",
    "1.4 /h",
    "1.7 /day",
    "0 /s",
  ]);
});
