/**
 * Live spans: those that match come in at the top of the explorer's list as they are stored.
 *
 * The server shows some and counts all, so the rate is true however many there are. While the reader pauses, or has gone
 * down the list, rows stay where they are and what comes is kept aside.
 */

import { batch, effect, signal } from "@preact/signals";
import { watchSpans } from "../client/spans";
import { mergedRows } from "../model/live";
import type { Span } from "../model/span";
import * as explorer from "./explorer";

/** Rows kept while new ones come; the oldest go. */
const KEPT = 1000;

export type LiveState = "off" | "connecting" | "on" | "failed";

export const state = signal<LiveState>("off");
export const isPaused = signal(false);
/** Matching spans a second; null until the first was told. */
export const rate = signal<number | null>(null);
/** Matching spans that came and are not in the list: sampled away, or passed over while the page was away. */
export const unseen = signal(0);
export const waiting = signal<readonly Span[]>([]);
export const failure = signal("");

/** Follows the search of the list for as long as a page shows it; returns how to stop. */
export function followLive(): () => void {
  let close = () => {};
  const stop = effect(() => {
    close();
    const asked = explorer.question.value;
    if (!asked) return;
    batch(() => {
      state.value = "connecting";
      rate.value = null;
      unseen.value = 0;
      waiting.value = [];
    });
    close = watchSpans(asked.query, explorer.columns.value, {
      onSpans: (spans, matching) => {
        state.value = "on";
        unseen.value += Math.max(0, matching - spans.length);
        waiting.value = mergedRows(waiting.value, spans, KEPT);
        if (!isPaused.value && explorer.place.scrollTop === 0) letIn();
      },
      onRate: (perSecond) => {
        state.value = "on";
        rate.value = perSecond;
      },
      onMissed: (spans) => {
        unseen.value += spans;
      },
      onFailed: (message, isOver) => {
        failure.value = message;
        state.value = isOver ? "failed" : "connecting";
      },
    });
  });
  return () => {
    stop();
    close();
    state.value = "off";
    isPaused.value = false;
  };
}

export function pauseLive(): void {
  isPaused.value = !isPaused.value;
  if (!isPaused.value) letIn();
}

/** Puts what waits on top of the list; the selected row stays selected. */
function letIn(): void {
  if (waiting.value.length === 0 || explorer.phase.value === "loading") return;
  const before = explorer.rows.value;
  const selected = before[explorer.selected.value];
  const rows = mergedRows(before, waiting.value, Math.max(KEPT, before.length));
  batch(() => {
    explorer.rows.value = rows;
    explorer.selected.value = selected ? rows.indexOf(selected) : -1;
    waiting.value = [];
  });
}
