/**
 * A Vite plugin: puts src/before-paint.js into the page's head, as a file of its own and before all else, and tells it
 * which scripts each page needs, so that a page opened by its address has them as soon as those of the start.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Plugin } from "vite";
import { type Script, withImports } from "./scripts.ts";

const SOURCE = "src/before-paint.js";

/** By the first part of a page's address, the modules that it is drawn by (views/app.tsx). */
export const PAGES: Readonly<Record<string, readonly string[]>> = {
  code: ["src/views/file/page.tsx"],
  diff: ["src/views/diff/page.tsx"],
  explore: ["src/views/explore/page.tsx"],
  findings: ["src/views/findings/page.tsx"],
  origin: ["src/views/origin/page.tsx"],
  settings: ["src/views/settings/page.tsx"],
  trace: ["src/views/trace/page.tsx", "src/views/trace/panel.tsx"],
};

export function beforePaint(): Plugin {
  const source = readFileSync(SOURCE, "utf8");
  const hash = createHash("sha256").update(source).digest("base64url").slice(0, 8);
  const fileName = `assets/before-paint-${hash}.js`;
  let isBuild = false;
  return {
    name: "before-paint",
    configResolved(config) {
      isBuild = config.command === "build";
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName, source });
    },
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const needed = bundle ? scriptsOfPages(Object.values(bundle)) : {};
        return [
          {
            tag: "script",
            attrs: { src: isBuild ? `/${fileName}` : `/${SOURCE}`, ...needed },
            injectTo: "head-prepend",
          },
        ];
      },
    },
  };
}

/** As `data-code="page-1a2b.js rate-3c4d.js"`: what a page needs beyond what every page starts with. */
function scriptsOfPages(files: ReadonlyArray<{ readonly type: string }>): Record<string, string> {
  const chunks = files.filter((file): file is typeof file & Script => file.type === "chunk");
  const scripts = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const start = withImports(
    chunks.filter((chunk) => chunk.isEntry).map(({ fileName }) => fileName),
    scripts,
  );
  const needed: Record<string, string> = {};
  for (const [page, modules] of Object.entries(PAGES)) {
    const holders = modules.map((module) => {
      const holder = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(`/${module}`)));
      if (!holder) throw new Error(`No script holds ${module}. Mend the list of pages in build/before-paint.ts.`);
      return holder.fileName;
    });
    const names = [...withImports(holders, scripts)].filter((name) => !start.has(name));
    needed[`data-${page}`] = names.map((name) => basename(name)).join(" ");
  }
  return needed;
}
