import { describe, expect, test } from "vitest";
import { asSearched, facetMatch, facetSearches } from "../src/model/facets";
import { stateOf, toggled, withCondition, withoutKey, writeValue } from "../src/model/terms";

const web = { key: "service", value: "web" };

describe("a click on a value", () => {
  test.each([
    ["", "service:web"],
    ["status:error", "status:error service:web"],
    ["service:pay", "service:(pay OR web)"],
    ["service:(pay OR shop) timeout", "service:(pay OR shop OR web) timeout"],
    ["-service:web", "service:web"],
    ["-service:pay", "-service:pay service:web"],
    ["a OR b", "(a OR b) service:web"],
    ["(a OR b)", "(a OR b) service:web"],
    ['"a OR b"', '"a OR b" service:web'],
    ["service:we*", "service:(we* OR web)"],
    ["service:*", "service:* service:web"],
    ["@x:[1 TO 5]", "@x:[1 TO 5] service:web"],
  ])("adds it: %s becomes %s", (before, after) => {
    expect(toggled(before, web, "in")).toBe(after);
  });

  test.each([
    ["service:web", ""],
    ['service:"web" a', "a"],
    ["a service:(pay OR web) b", "a service:pay b"],
    ["service:(pay OR web OR x)", "service:(pay OR x)"],
    ["a  service:web  b", "a b"],
    ["service:web AND a", "a"],
    ["a AND service:web", "a"],
    ["a AND service:web AND b", "a AND b"],
    ["a AND service:web b", "a b"],
    ["  a service:web AND b  service:web", "  a b"],
    ['"a AND" service:web', '"a AND"'],
  ])("takes it back: %s becomes %s", (before, after) => {
    expect(toggled(before, web, "in")).toBe(after);
  });

  test.each([
    ["", "-service:web"],
    ["service:web", "-service:web"],
    ["service:(pay OR web)", "service:pay -service:web"],
    ["-service:web a", "a"],
    ["NOT service:web a", "a"],
    ["a AND NOT service:web", "a"],
    ["service:web AND a AND -service:(pay OR web)", "a AND -service:pay -service:web"],
  ])("excludes it: %s becomes %s", (before, after) => {
    expect(toggled(before, web, "out")).toBe(after);
  });
});

test("lines are several values, with the colons that are theirs", () => {
  const line = { key: "origin", value: "app/b.py:2" };

  const both = toggled("origin:app/a.py:1", line, "in");

  expect(both).toBe("origin:(app/a.py:1 OR app/b.py:2)");
  expect(stateOf(both, line)).toBe("in");
  expect(toggled(both, line, "in")).toBe("origin:app/a.py:1");
});

test("what stands in brackets or under an OR is no condition of the whole", () => {
  expect(stateOf("(service:web OR status:ok)", web)).toBe(null);
  expect(stateOf("service:web OR status:ok", web)).toBe(null);
  expect(stateOf("service:(web AND pay)", web)).toBe(null);
  expect(stateOf("status:ok !service:web", web)).toBe("out");
});

describe("values", () => {
  test.each(["web", "app/stock.py:47", "GET /pay", 'say "hi" \\ there', "5*3?", "AND", "", "-x", "[1", "(a)", "ü"])(
    "that are written are found again: %s",
    (value) => {
      const match = { key: "name", value: writeValue(value) };
      const query = toggled("service:web", match, "in");
      expect(stateOf(query, match)).toBe("in");
      expect(toggled(query, match, "in")).toBe("service:web");
    },
  );

  test("of a field that spans lack ask for its absence", () => {
    expect(toggled("", facetMatch("version", ""), "in")).toBe("-version:*");
    expect(toggled("", facetMatch("file", ""), "in")).toBe("-has:origin");
    expect(toggled("-has:origin", facetMatch("origin", ""), "out")).toBe("has:origin");
    expect(stateOf("-has:origin", facetMatch("fn", ""))).toBe("in");
  });

  test("of origin, line and HTTP status go under the keys that ask for them", () => {
    expect(toggled("", facetMatch("origin", "entry"), "in")).toBe("@spanorigin.type:entry");
    expect(toggled("", facetMatch("line", "app/a.py:4"), "in")).toBe("origin:app/a.py:4");
    expect(toggled("", facetMatch("http_status", "404"), "in")).toBe("@http.status_code:404");
  });
});

test("a facet's counts leave out what is chosen in it, and nothing else", () => {
  expect(withoutKey("service:web -service:pay status:ok", "service")).toBe("-service:pay status:ok");
  expect(facetSearches("service:web x", ["service", "status"])).toEqual([
    { query: "service:web x", fields: ["status"] },
    { query: "x", fields: ["service"] },
  ]);
});

test("spans without a status count as ok, as the search finds them", () => {
  const facet = {
    field: "status",
    hasMore: false,
    values: [
      { value: "unset", count: 5, errors: 0 },
      { value: "error", count: 2, errors: 2 },
      { value: "ok", count: 1, errors: 0 },
    ],
  };
  expect(asSearched(facet).values.map(({ value, count }) => [value, count])).toEqual([
    ["ok", 6],
    ["error", 2],
  ]);
});

test("a condition is put behind a search so that it holds for all of it", () => {
  expect(withCondition(" ", "has:origin")).toBe("has:origin");
  expect(withCondition("a OR b", "has:origin")).toBe("(a OR b) has:origin");
});
