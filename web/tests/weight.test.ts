/** Decision 0055: what a reader waits for before a page is drawn, gzipped, as it is built and served. */

import { build } from "vite";
import { expect, test, vi } from "vitest";
import { weightOf } from "../build/packed";

const PAGE_BUDGET_BYTES = 60 * 1024;

function script(
  fileName: string,
  code: string,
  more: { imports?: string[]; later?: string[]; isEntry?: boolean } = {},
) {
  const { imports = [], later = [], isEntry = false } = more;
  return { fileName, code, isEntry, moduleIds: [], imports, dynamicImports: later };
}

test("a page weighs what it starts with and what it needs besides, once", () => {
  const noise = (length: number) => Array.from({ length }, (_, at) => Math.sin(at).toString(36)).join("");
  const files = [
    script("start.js", noise(10), { isEntry: true, imports: ["shared.js"], later: ["small.js", "large.js"] }),
    script("shared.js", noise(20)),
    script("small.js", noise(30), { imports: ["shared.js"] }),
    script("large.js", noise(400), { imports: ["shared.js"], later: ["menu.js"] }),
    script("menu.js", noise(800)),
  ];
  const alone = (...names: string[]) => weightOf(files.filter(({ fileName }) => names.includes(fileName))).all;

  const weight = weightOf(files);

  expect(weight.start).toBe(alone("start.js", "shared.js"));
  expect(weight.largestPage).toBe(alone("start.js", "shared.js", "large.js"));
  expect(weight.all).toBe(alone(...files.map(({ fileName }) => fileName)));
});

test("no page needs more than 60 kB of script", { timeout: 300_000 }, async () => {
  vi.stubEnv("NODE_ENV", "production");
  const built = await build({ logLevel: "silent", build: { write: false } });
  vi.unstubAllEnvs();

  const outputs = [built].flat().flatMap((bundle) => ("output" in bundle ? bundle.output : []));
  const weight = weightOf(outputs.filter((file) => file.type === "chunk"));

  // A build without its pages would be light.
  expect(weight.all).toBeGreaterThan(PAGE_BUDGET_BYTES);
  expect(weight.largestPage, "Take something out of the page, or load it later.").toBeLessThan(PAGE_BUDGET_BYTES);
});
