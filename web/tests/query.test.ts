import { describe, expect, test } from "vitest";
import { readPieces, toUnits, withHint, withOperators } from "../src/model/query";

const kinds = (query: string) =>
  readPieces(query)
    .filter(({ kind }) => kind !== "space")
    .map(({ kind, text }) => `${kind} ${text}`);

describe("each piece of a search has its kind", () => {
  test.each([
    ["service:web*", ["key service:", "value web*"]],
    ["-status:ok", ["not -", "key status:", "value ok"]],
    ["file:*/health.py line:42", ["code-key file:", "value */health.py", "code-key line:", "number 42"]],
    ["origin:app/views.py:42", ["code-key origin:", "value app/views.py:42"]],
    ["@_dd.code_origin.type:*", ["code-key @_dd.code_origin.type:", "value *"]],
    ["@http.status_code:[500 TO 599]", ["key @http.status_code:", "number [500 TO 599]"]],
    ["duration:>=20ms", ["key duration:", "number >=20ms"]],
    ["a OR b AND NOT c", ["value a", "operator OR", "value b", "operator AND", "operator NOT", "value c"]],
    ["ORDER and", ["value ORDER", "value and"]],
    ["(web OR pay)", ["plain (", "value web", "operator OR", "value pay", "plain )"]],
    ['"connection reset" x', ['value "connection reset"', "value x"]],
    [
      "origin:(a.py:1 OR b.py:2) a:b",
      ["code-key origin:", "plain (", "value a.py:1", "operator OR", "value b.py:2", "plain )", "key a:", "value b"],
    ],
    ["http://shop/pay", ["value http://shop/pay"]],
    ["@user.first\\ name:x", ["key @user.first\\ name:", "value x"]],
  ])("%s", (query, expected) => {
    expect(kinds(query)).toEqual(expected);
  });
});

test.each([
  "",
  " ",
  "a:",
  ":",
  "\\",
  '"open',
  "((",
  "a:[1 TO",
  "-",
  "--a",
  "@",
  "ü:🙂 \u0000",
  "a:-b",
  "a:!b",
  "@x:[1 2",
  "x:{",
])("the pieces of %j put together are what was typed", (query) => {
  expect(
    readPieces(query)
      .map(({ text }) => text)
      .join(""),
  ).toBe(query);
});

describe("a hint goes where the server means it", () => {
  test.each([
    ["sttus:ok", 0, "status", "status:ok"],
    ["service:web stats:error", 12, "status", "service:web status:error"],
    ["(a", 2, ")", "(a)"],
    ["service:", 8, "*", "service:*"],
    ["@x:[1 2]", 6, "TO 2", "@x:[1 TO 2]"],
    ["🙂 sttus:ok", 2, "status", "🙂 status:ok"],
  ])("%s at %d", (query, offset, hint, mended) => {
    expect(withHint(query, offset, hint)).toBe(mended);
  });
});

describe("operators in small letters", () => {
  test.each([
    ["service:web and status:error", "service:web AND status:error"],
    ["a or b OR c and d", "a OR b OR c AND d"],
    ["(a or b) and not kind:server", "(a OR b) AND NOT kind:server"],
    ["not service:web", "NOT service:web"],
    ["service:(a or b)", "service:(a OR b)"],
  ])("%s", (query, meant) => {
    expect(withOperators(query)).toBe(meant);
  });

  test.each(["", "and", "search and", "and then", '"search and rescue"', "name:and b", "a AND b"])(
    "are words where they join nothing, or stand in a value: %s",
    (query) => {
      expect(withOperators(query)).toBeNull();
    },
  );
});

test("characters are counted as the server counts them", () => {
  expect(toUnits("🙂🙂a", 2)).toBe(4);
});
