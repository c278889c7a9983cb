/** A Vite plugin: lays a gzipped copy beside each text file, and says how much a reader waits for. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { type Script, withImports } from "./scripts.ts";

const TEXT = /\.(js|css|html|svg)$/;

/** Bytes of script, gzipped: what every page starts with, what the largest page needs before it is drawn, and all. */
export interface Weight {
  readonly start: number;
  readonly largestPage: number;
  readonly all: number;
}

/** Only says it: whoever runs the pages has no use for a build that fails. Their budget is held by tests/weight.test.ts. */
export function packed(): Plugin {
  let folder = "";
  let scripts: Array<Script & { readonly code: string }> = [];
  return {
    name: "packed",
    apply: "build",
    configResolved(config) {
      folder = config.build.write ? config.build.outDir : "";
    },
    generateBundle(_options, bundle) {
      scripts = Object.values(bundle).filter((file) => file.type === "chunk");
    },
    closeBundle() {
      if (folder === "") return;
      packAll(folder);
      const { start, largestPage, all } = weightOf(scripts);
      console.log(
        `scripts, gzipped: ${kilo(start)} to start, ${kilo(largestPage)} for the largest page, ${kilo(all)} in all`,
      );
    },
  };
}

/** What the scripts of a build weigh; a page is what the entry, or what it begins with, asks for later. */
export function weightOf(files: ReadonlyArray<Script & { readonly code: string }>): Weight {
  const scripts = new Map(files.map((file) => [file.fileName, file]));
  const bytes = new Map(files.map(({ fileName, code }) => [fileName, gzipped(code).length]));
  const total = (names: Iterable<string>) => [...names].reduce((sum, name) => sum + (bytes.get(name) ?? 0), 0);
  const entries = files.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName);
  const start = withImports(entries, scripts);
  const pages = [...start]
    .flatMap((name) => scripts.get(name)?.dynamicImports ?? [])
    .map((name) => total(new Set([...start, ...withImports([name], scripts)])));
  return { start: total(start), largestPage: Math.max(total(start), ...pages), all: total(bytes.keys()) };
}

function packAll(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!TEXT.test(name)) continue;
    const path = join(folder, name);
    writeFileSync(`${path}.gz`, gzipped(readFileSync(path)));
  }
}

function gzipped(content: string | Buffer): Buffer {
  return gzipSync(content, { level: 9 });
}

function kilo(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} kB`;
}
