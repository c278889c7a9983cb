import { defineConfig } from "vite";
import { beforePaint } from "./build/before-paint.ts";
import { licences } from "./build/licences.ts";
import { packed } from "./build/packed.ts";
import { mockServer } from "./dev/mock-server.ts";

/** A page is called by its folder: all of them are `page.tsx`. */
function scriptName(name: string, module: string | null | undefined): string {
  return /views\/([\w-]+)\/page\.tsx$/.exec(module ?? "")?.[1] ?? name;
}

/** `vite --mode mock` answers /api itself; otherwise a server on this machine does. */
export default defineConfig(({ mode }) => ({
  plugins: [beforePaint(), licences(), packed(), ...(mode === "mock" ? [mockServer()] : [])],
  oxc: { jsx: { runtime: "automatic" as const, importSource: "preact" } },
  server: {
    ...(mode === "mock" ? {} : { proxy: { "/api": process.env.SPANORIGIN_SERVER ?? "http://localhost:4318" } }),
  },
  build: {
    outDir: "../server/src/spanorigin_server/web",
    emptyOutDir: true,
    target: "es2022",
    // The first browsers that have light-dark(), so that it stays as it is written.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // Files of their own, since the server's policy for pages allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        chunkFileNames: ({ name, facadeModuleId }) => `assets/${scriptName(name, facadeModuleId)}-[hash].js`,
        codeSplitting: {
          groups: [
            // What every page starts with in one file: as ten it took ten requests, and compressed worse. What several
            // pages share stays in files of its own: put together they are 5 kB less in all, and 2 to 4 more for a page.
            { name: "start", tags: ["$initial"] },
          ],
        },
      },
    },
  },
}));
