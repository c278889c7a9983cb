/** The loop around a call is found in the text above it, and none is made up. */

import { expect, test } from "vitest";
import { loopAround } from "../src/model/loop";

const around = (text: string, marked: string, first = 10) => {
  const lines = text.replace(/^\n/, "").split("\n");
  const found = loopAround(lines, first, first + lines.findIndex((line) => line.includes(marked)));
  return found === null ? null : lines[found - first]!.trim();
};

test.each([
  ["a for loop", "def f():\n    for x in xs:\n        y = 1\n        call(x)\n", "call", "for x in xs:"],
  ["through an if", "def f():\n    while go:\n        if y:\n            call()\n", "call", "while go:"],
  ["an async loop", "async def f():\n    async for x in xs:\n        await call(x)", "call", "async for x in xs:"],
  ["the innermost of two", "for a in b:\n    for c in d:\n        call(c)", "call", "for c in d:"],
  ["a comprehension", "def f():\n    return [call(x) for x in xs]", "call", "return [call(x) for x in xs]"],
  [
    "JavaScript's map",
    "function f() {\n  return xs.map(async (x) => {\n    await call(x);\n  });",
    "await call",
    "return xs.map(async (x) => {",
  ],
  ["JavaScript's for", "  for (const x of xs) {\n    await call(x);\n  }", "await", "for (const x of xs) {"],
])("%s", (_, text, marked, expected) => {
  expect(around(text, marked)).toBe(expected);
});

test.each([
  ["a loop around the function is another line's", "for x in xs:\n    def f():\n        call(x)", "call"],
  ["a loop that ended above", "for x in xs:\n    y()\ncall()", "call"],
  ["a loop beside it", "def f():\n    for x in xs:\n        y()\n    call()", "call"],
  ["no loop at all", "def f():\n    call()", "call"],
  ["a name that begins like one", "def f():\n    format_all:\n        call()", "call"],
])("%s", (_, text, marked) => {
  expect(around(text, marked)).toBeNull();
});

test("a line that is not there has none", () => {
  expect(loopAround(["for x in y:"], 1, 9)).toBeNull();
});
