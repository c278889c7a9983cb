/** A Vite plugin: packs the licences of what is bundled, as the fonts' and the libraries' authors ask. */

import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const BUNDLED: ReadonlyArray<readonly [name: string, licence: string]> = [
  ["Inter", "node_modules/@fontsource-variable/inter/LICENSE"],
  ["JetBrains Mono", "node_modules/@fontsource-variable/jetbrains-mono/LICENSE"],
  ["Preact", "node_modules/preact/LICENSE"],
  ["Preact Signals", "node_modules/@preact/signals/LICENSE"],
];

export function licences(): Plugin {
  return {
    name: "licences",
    apply: "build",
    generateBundle() {
      const source = BUNDLED.map(([name, path]) => `${name}\n\n${readFileSync(path, "utf8").trim()}\n`).join("\n\n");
      this.emitFile({ type: "asset", fileName: "licences.txt", source });
    },
  };
}
