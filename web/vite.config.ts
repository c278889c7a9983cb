import { defineConfig } from "vite";
import { licences } from "./build/licences.ts";
import { packed } from "./build/packed.ts";
import { themeScript } from "./build/theme-script.ts";
import { mockServer } from "./dev/mock-server.ts";

/** `vite --mode mock` answers /api itself; otherwise a server on this machine does. */
export default defineConfig(({ mode }) => ({
  plugins: [themeScript(), licences(), packed(), ...(mode === "mock" ? [mockServer()] : [])],
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
  },
}));
