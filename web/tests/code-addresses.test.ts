import { describe, expect, test } from "vitest";
import { readAddress, writeAddress } from "../src/model/address";
import { costsOf, countedLines } from "../src/model/changes";
import { withoutTurns } from "../src/model/code";
import { ALL_CODE } from "../src/model/code-address";
import { searchOfKey } from "../src/model/origin-address";
import { neverHit, type PlaceRed } from "../src/model/places";
import { DEFAULT_RANGE } from "../src/model/time-range";

const at = (address: string) => readAddress(new URL(`http://server${address}`));

describe("addresses of code", () => {
  test.each([
    "/code/shop@4f2c91a/app/pay.py?line=3&lens=self&against=aaaaaaa",
    "/code/shop/app/pay.py?lens=exit",
    "/origin/app/pay.py:app.pay.Cart.pay",
    "/origin/app/pay.py:88",
    "/origin/C%3A/app/a%20b.py:x.%3Clambda%3E?window=1h",
    "/diff/shop/4f2c91a...aaaaaaa",
    "/diff/shop/...aaaaaaa",
    "/diff/a%20b",
  ])("%s is read and written back", (address) => expect(writeAddress(at(address))).toBe(address));

  test.each(["/origin/", "/origin/app/pay.py", "/origin/:pay", "/origin/%ff:x", "/diff/shop/main...head", "/diff"])(
    "%s leads nowhere",
    (address) => expect(at(address).name).toBe("lost"),
  );

  test("nonsense among the parameters is the default", () => {
    const page = at("/code/shop/pay.py?lens=nonsense&against=../etc");
    expect(page).toEqual({
      name: "code",
      place: { ...ALL_CODE, repository: "shop", path: "pay.py" },
      range: DEFAULT_RANGE,
    });
  });

  test("a key becomes a search for exactly its spans", () => {
    expect(searchOfKey({ path: "app/pay.py", function: "app.pay.pay", line: null })).toBe(
      "file:app/pay.py fn:app.pay.pay",
    );
    expect(searchOfKey({ path: 'a "b".py', function: "", line: 8 })).toBe('origin:"a \\"b\\".py:8"');
  });
});

const red = (path: string, line: number, totalNs: number): PlaceRed => ({
  path,
  line,
  function: "pay",
  selfNs: null,
  entries: 0,
  count: 1,
  rate: 1,
  errors: 0,
  errorRate: 0,
  p50Ns: 1,
  p95Ns: 1,
  totalNs,
});

describe("what changed lines cost", () => {
  test("spans are brought to the one changed file whose path ends so, and never guessed between two", () => {
    const paths = ["web/app/pay.py", "admin/app/views.py", "web/app/views.py"];
    const costs = costsOf([red("app/pay.py", 4, 2), red("app/pay.py", 4, 5), red("app/views.py", 1, 1)], paths);
    expect([...costs.keys()]).toEqual(["web/app/pay.py"]);
    expect(costs.get("web/app/pay.py")!.get(4)!.totalNs).toBe(5);
  });

  test("lines count on the side that has them", () => {
    const hunk = [
      { old: 1, new: null, tokens: [] },
      { old: null, new: 1, tokens: [] },
      { old: 2, new: 2, tokens: [] },
    ];
    const file = {
      path: "a",
      oldPath: "a",
      kind: "changed" as const,
      added: 1,
      removed: 1,
      hunks: [hunk],
      isPending: false,
      reason: null,
    };
    expect(countedLines(file, new Map([[1, red("a", 1, 1)]]), new Map([[2, red("a", 2, 1)]]))).toBe(2);
    expect(countedLines(file, undefined, undefined)).toBe(0);
  });
});

test("functions that no span starts in are told, a decorator and what is inside counting as the function", () => {
  const functions = [
    { name: "a", line: 2, first: 1, last: 5 },
    { name: "a.b", line: 3, first: 3, last: 4 },
    { name: "c", line: 8, first: 8, last: 9 },
  ];
  expect(neverHit(functions, new Map([[5, null]])).map(({ name }) => name)).toEqual(["a.b", "c"]);
});

test("characters that turn text around are named instead of obeyed", () => {
  expect(withoutTurns("'-x-'\u202ereversed\u202c \u2066a\u2069")).toBe(
    "'-x-'⟨U+202E⟩reversed⟨U+202C⟩ ⟨U+2066⟩a⟨U+2069⟩",
  );
  expect(withoutTurns("grüße שלום")).toBe("grüße שלום");
});
