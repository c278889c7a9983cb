/** A Vite plugin: lays a gzipped copy beside each text file, and fails the build when the scripts outgrow their budget. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Decision 0050: what a reader waits for on a slow line, gzipped. */
const SCRIPT_BUDGET_BYTES = 60 * 1024;

const TEXT = /\.(js|css|html|svg)$/;

export function packed(): Plugin {
  let folder = "";
  return {
    name: "packed",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle() {
      let scripts = 0;
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (!TEXT.test(name)) continue;
        const path = join(folder, name);
        const small = gzipSync(readFileSync(path), { level: 9 });
        writeFileSync(`${path}.gz`, small);
        if (name.endsWith(".js")) scripts += small.length;
      }
      const words = `scripts: ${(scripts / 1024).toFixed(1)} of ${SCRIPT_BUDGET_BYTES / 1024} kB gzipped`;
      if (scripts > SCRIPT_BUDGET_BYTES)
        throw new Error(`${words}. Take something out, or raise the budget in a decision.`);
      console.log(words);
    },
  };
}
