/** A Vite plugin: puts the script that sets the theme into the page's head, as a file of its own and before all else. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const SOURCE = "src/theme-before-paint.js";

export function themeScript(): Plugin {
  const source = readFileSync(SOURCE, "utf8");
  const hash = createHash("sha256").update(source).digest("base64url").slice(0, 8);
  let isBuild = false;
  return {
    name: "theme-script",
    configResolved(config) {
      isBuild = config.command === "build";
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: `assets/theme-${hash}.js`, source });
    },
    transformIndexHtml() {
      const src = isBuild ? `/assets/theme-${hash}.js` : `/${SOURCE}`;
      return [{ tag: "script", attrs: { src }, injectTo: "head-prepend" }];
    },
  };
}
