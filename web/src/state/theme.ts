/** Light or dark: the system's, until the reader chooses. src/before-paint.js applies it before the first paint. */

import { signal } from "@preact/signals";
import { recall, remember } from "./memory";

export type Theme = "light" | "dark";

export const theme = signal<Theme>(document.documentElement.dataset.theme === "light" ? "light" : "dark");

export function flipTheme(): void {
  show(theme.value === "light" ? "dark" : "light");
  remember("theme", theme.value);
}

/** Goes along when the system turns dark in the evening, unless the reader chose. */
export function followSystem(): void {
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", (system) => {
    if (recall("theme") === null) show(system.matches ? "light" : "dark");
  });
}

function show(next: Theme): void {
  theme.value = next;
  document.documentElement.dataset.theme = next;
}
