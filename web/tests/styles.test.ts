/** The style sheets and the pages agree: no token, class or icon is used that is not there, and none is there for nothing. */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const STYLES = "src/styles";
const sheets = readdirSync(STYLES).map((name) => ({ name, text: readFileSync(`${STYLES}/${name}`, "utf8") }));
const css = sheets.map(({ text }) => text.replace(/\/\*[\s\S]*?\*\//g, "")).join("\n");
const tokens = readFileSync(`${STYLES}/tokens.css`, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith("wire.ts"))
  .map((name) => readFileSync(`src/${name}`, "utf8"))
  .join("\n");

const all = (text: string, pattern: RegExp) => new Set([...text.matchAll(pattern)].map((match) => match[1]!));
const missing = (wanted: Set<string>, there: Set<string>) => [...wanted].filter((name) => !there.has(name));

describe("tokens", () => {
  const defined = all(tokens, /(--[\w-]+)\s*:/g);
  const used = all(css + sources, /var\((--[\w-]+)\b(?!\$)/g);
  const setByViews = all(sources, /"(--[\w-]+)"/g);

  test("that are used are defined, or set by a view", () => {
    const local = all(css, /(--[\w-]+)\s*:/g);
    expect(missing(used, new Set([...defined, ...setByViews, ...local, "--svc", "--col"]))).toEqual([]);
  });

  test("that are defined are used", () => {
    const byName = new Set([...used, ...setByViews]);
    expect(missing(defined, byName).filter((name) => !name.startsWith("--svc-"))).toEqual([]);
  });

  test("of colour have a light and a dark half", () => {
    const signals = ["--ground", "--panel", "--text", "--muted", "--origin", "--error", "--slow"];
    for (const name of signals) expect(tokens).toMatch(new RegExp(`${name}:\\s+light-dark\\(`));
  });
});

test("classes that are styled are drawn somewhere", () => {
  const styled = all(css.replace(/url\([^)]*\)/g, ""), /\.([a-z][\w-]*)(?=[^{}]*\{)/g);
  const words = all(sources, /([\w-]+)/g);
  const built = /^(dia|badge|is|q|tok)-/;
  expect([...styled].filter((name) => !words.has(name) && !built.test(name))).toEqual([]);
});

test("icons that are drawn are in the sprite, and those in the sprite are drawn", () => {
  const sprite = readFileSync("src/views/sprite.tsx", "utf8");
  const there = all(sprite, /id="i-([\w-]+)"/g);
  const pages = sources.replace(sprite, "");
  for (const name of there) expect(pages, name).toContain(`"${name}"`);
  expect(all(sprite, /\| "([\w-]+)"/g)).toEqual(there);
});

test("pages carry no inline style or script, which the server's policy forbids", () => {
  expect(readFileSync("index.html", "utf8")).not.toMatch(/<style|style=|onclick=|<script(?![^>]*src=)/);
  expect(sources).not.toMatch(/dangerouslySetInnerHTML|style="/);
});
