/** The scripts that a page is opened with: those of the start, and those that its address names. */

import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PAGES } from "../build/before-paint";
import { type Script, withImports } from "../build/scripts";

test("every page that is a file of its own is asked for by its address", () => {
  const app = readFileSync("src/views/app.tsx", "utf8");
  const lazy = [...app.matchAll(/import\("\.\/([\w-]+\/page)"\)/g)].map((match) => `src/views/${match[1]}.tsx`);
  const named = Object.values(PAGES).flat();

  expect(lazy.length).toBeGreaterThan(5);
  // Whether it is the first run only the server knows.
  expect(lazy.filter((page) => !named.includes(page))).toEqual(["src/views/first-run/page.tsx"]);
  expect(named.filter((module) => !existsSync(module))).toEqual([]);
});

test("a script comes with all that it imports, once, even where they import each other", () => {
  const script = (fileName: string, ...imports: string[]): [string, Script] => [
    fileName,
    { fileName, isEntry: false, moduleIds: [], imports, dynamicImports: ["later.js"] },
  ];
  const scripts = new Map([script("a.js", "b.js"), script("b.js", "c.js", "a.js"), script("c.js"), script("later.js")]);

  expect([...withImports(["a.js"], scripts)]).toEqual(["a.js", "b.js", "c.js"]);
});
