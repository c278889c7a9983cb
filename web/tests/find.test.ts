import { describe, expect, test } from "vitest";
import { testFor, wordTest } from "../src/model/find";
import { type Line, traceOf } from "./columns";

const lines: Line[] = [
  { parent: -1, service: "web", kind: "server", duration: 1_000_000_000, path: "app/pay.py", line: 40 },
  {
    parent: 0,
    service: "web-api",
    kind: "client",
    duration: 20_000_000,
    status: "error",
    path: "app/cart.py",
    line: 60,
  },
  { parent: 0, service: "orders", kind: "internal", duration: 5 },
];
const trace = traceOf(lines);
const rowsOf = (query: string) => {
  const found = testFor(query, trace);
  return found && lines.map((_, row) => row).filter(found);
};

describe("what columns hold is found without asking", () => {
  test.each<[string, number[]]>([
    ["service:web", [0]],
    ["service:web*", [0, 1]],
    ["service:w?b", [0]],
    ["-status:ok", [1]],
    ["!kind:CLIENT", [0, 2]],
    ["NOT(service:web OR service:orders)", [1]],
    ["service:web OR kind:internal", [0, 2]],
    ["has:origin status:ok", [0]],
    ["has:origin AND status:ok", [0]],
    ["duration:>=20ms duration:{0 TO 1s}", [1]],
    ["duration:5", [2]],
    ["line:[40 TO 60}", [0]],
    ["line:<=60 has:origin", [0, 1]],
  ])("%s", (query, expected) => {
    expect(rowsOf(query)).toEqual(expected);
  });
});

test.each([
  "timeout",
  "name:*",
  "service:web(kind:client)",
  '"connection reset"',
  "@http.route:/pay",
  "file:app/pay.py",
  "service:",
  "(service:web",
  "service:web)",
  "service:web OR",
  "OR service:web",
  "service:(web OR pay)",
  "service:we\\ b",
  "kind:nonsense",
  "status:unset",
  "duration:5parsecs",
  "duration:[1 2]",
  "service:[1 TO 2]",
  "a service:web",
  "",
])("%s is left to the server", (query) => {
  expect(testFor(query, trace)).toBeNull();
});

test("a word is looked for in names and places, in whatever case", () => {
  const rows = (word: string) => lines.map((_, row) => row).filter(wordTest(word, trace)!);

  expect(rows("SPAN")).toEqual([0, 1, 2]);
  expect(rows("cart.py")).toEqual([1]);
  expect(rows("nowhere")).toEqual([]);
  expect(wordTest("two words", trace)).toBeNull();
  expect(wordTest("-pay", trace)).toBeNull();
  expect(wordTest("OR", trace)).toBeNull();
});
