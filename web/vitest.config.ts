import { defineConfig } from "vitest/config";

/** Pure logic only, so no browser is imitated: pages are looked at by the end-to-end tests, in a real one. */
export default defineConfig({
  test: { include: ["tests/**/*.test.ts"], environment: "node", env: { TZ: "Europe/Berlin" } },
});
