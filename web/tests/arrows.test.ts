/** Imports point down the house: pages ask state, state asks the client, all speak in model's words, and model knows nobody. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
const source = (name: string) => readFileSync(join("src", name), "utf8");

/** Rooms of ours as paths within src, packages by their names. */
function importsOf(name: string): string[] {
  return [...source(name).matchAll(/^(?:import\b[^";]*|export\b[^";]*\bfrom\s)"([^"]+)";$/gm)].map(([, target]) =>
    target!.startsWith(".") ? normalize(join(dirname(name), target!)) : target!,
  );
}

const room = (folder: string) => files.filter((name) => name.startsWith(`${folder}/`));

test("there is something to look at", () => {
  expect(room("model").length).toBeGreaterThan(10);
  expect(importsOf("client/spans.ts")).toContain("wire");
});

describe.each(room("model"))("%s", (name) => {
  test("imports model only", () => {
    expect(importsOf(name).filter((target) => !target.startsWith("model/"))).toEqual([]);
  });

  test("touches neither page nor network nor storage", () => {
    expect(source(name)).not.toMatch(/\b(document|localStorage|navigator|history|globalThis)\.|\bfetch\(/);
  });
});

test("only the client reads the wire and fetches", () => {
  const others = files.filter((name) => !name.startsWith("client/"));
  expect(others.filter((name) => importsOf(name).includes("wire"))).toEqual([]);
  expect(files.filter((name) => name !== "client/ask.ts" && /\bfetch\(/.test(source(name)))).toEqual([]);
});

test("views ask state, never the client", () => {
  expect(room("views").filter((name) => importsOf(name).some((target) => target.startsWith("client/")))).toEqual([]);
});

test("state does not know what is drawn", () => {
  expect(room("state").filter((name) => importsOf(name).some((target) => target.startsWith("views/")))).toEqual([]);
});

test("every slug of ours is a heading of docs/messages.md", () => {
  const headings = new Set(
    [...readFileSync("../docs/messages.md", "utf8").matchAll(/^#+ ([\w-]+)$/gm)].map(([, slug]) => slug),
  );
  const slugs = ["client/ask.ts", "client/spans.ts", "model/problem.ts"]
    .flatMap((name) => [...source(name).matchAll(/new Problem\([\s\S]*?"([a-z]+(?:-[a-z]+)+)"/g)])
    .map(([, slug]) => slug);
  expect(slugs.length).toBeGreaterThan(2);
  expect(slugs.filter((slug) => !headings.has(slug))).toEqual([]);
});
