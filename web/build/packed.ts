/** A Vite plugin: lays a gzipped copy beside each text file, and fails the build when a page outgrows its budget. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { type Script, withImports } from "./scripts.ts";

/** Decision 0055: what a reader waits for before a page is drawn, gzipped. */
const PAGE_BUDGET_BYTES = 60 * 1024;

const TEXT = /\.(js|css|html|svg)$/;

export function packed(): Plugin {
  let folder = "";
  const scripts = new Map<string, Script>();
  let entry = "";
  return {
    name: "packed",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk") continue;
        scripts.set(file.fileName, file);
        if (file.isEntry) entry = file.fileName;
      }
    },
    closeBundle() {
      const bytes = packAll(folder);
      const start = withImports([entry], scripts);
      const pages = [...start]
        .flatMap((name) => scripts.get(name)?.dynamicImports ?? [])
        .map((name) => total(new Set([...start, ...withImports([name], scripts)]), bytes));
      const largest = Math.max(total(start, bytes), ...pages);
      const all = [...bytes].reduce((sum, [name, size]) => sum + (name.endsWith(".js") ? size : 0), 0);
      const words = `scripts, gzipped: ${kilo(total(start, bytes))} to start, ${kilo(largest)} for the largest page`;
      if (largest > PAGE_BUDGET_BYTES)
        throw new Error(
          `${words}, and ${kilo(PAGE_BUDGET_BYTES)} are allowed. Take something out of it, or load it later.`,
        );
      console.log(`${words}, ${kilo(all)} in all`);
    },
  };
}

/** Writes the gzipped copies; their sizes by the name of the file. */
function packAll(folder: string): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!TEXT.test(name)) continue;
    const path = join(folder, name);
    const small = gzipSync(readFileSync(path), { level: 9 });
    writeFileSync(`${path}.gz`, small);
    bytes.set(name, small.length);
  }
  return bytes;
}

function total(names: Iterable<string>, bytes: ReadonlyMap<string, number>): number {
  return [...names].reduce((sum, name) => sum + (bytes.get(name) ?? 0), 0);
}

function kilo(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} kB`;
}
