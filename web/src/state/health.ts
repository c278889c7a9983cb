/** Whether the server is there and what it hears: asked now and then, more often while a page waits for a first span. */

import { computed, signal } from "@preact/signals";
import { getHealth } from "../client/spans";
import { Problem } from "../model/problem";
import type { Health } from "../model/span";

/** The last answer; null before the first. Kept while the server is away. */
export const health = signal<Health | null>(null);
export const isAway = signal(false);
/** The server is there and does not know the reader any more: the session has ended. */
export const isSignedOut = signal(false);

/** Nothing is stored and nothing has come since the server started. */
export const isStoreEmpty = computed(
  () => health.value !== null && health.value.spans === 0 && health.value.lastSpanReceivedNs === null,
);

const CALM_MS = 5000;
const EAGER_MS = 1000;

let timer: ReturnType<typeof setTimeout> | undefined;
let eager = 0;
let running: Promise<void> | null = null;

/** Asks now, and from then on again and again; a second call while one runs waits for that one. */
export function checkHealth(): Promise<void> {
  clearTimeout(timer);
  running ??= ask().finally(() => {
    running = null;
    timer = setTimeout(checkHealth, eager > 0 || isAway.value ? EAGER_MS : CALM_MS);
  });
  return running;
}

/** Asks every second until the returned function is called. */
export function watchClosely(): () => void {
  eager++;
  void checkHealth();
  return () => {
    eager--;
  };
}

async function ask(): Promise<void> {
  if (document.hidden && health.value !== null) return;
  try {
    health.value = await getHealth();
    isAway.value = isSignedOut.value = false;
  } catch (error) {
    isSignedOut.value = error instanceof Problem && error.kind === "stranger";
    isAway.value = !isSignedOut.value;
  }
}
