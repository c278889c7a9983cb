/** Rate, errors and durations of the line that the open span comes from, in the hour around it or in the past one. */

import { signal } from "@preact/signals";
import { listPlaces } from "../client/code";
import { linesRed, type Red } from "../model/places";
import { isAbort } from "../model/problem";
import { type EpochNs, fromMs } from "../model/time";

export interface LineNumbers {
  /** `path:line` and the window that was asked for. */
  readonly key: string;
  /** Null when nothing was counted there. */
  readonly red: Red | null;
  readonly from: EpochNs;
  readonly to: EpochNs;
  /** Whether the hour ends now; otherwise it lies around the span. */
  readonly isPast: boolean;
}

/** Of the line in the panel; null until it is known, and when the server could not say. */
export const lineNumbers = signal<LineNumbers | null>(null);

const HOUR_NS = 3_600_000_000_000n;
const MINUTE_NS = 60_000_000_000n;
const KEPT = 100;
const known = new Map<string, LineNumbers>();

/** Asks for a line's numbers; the returned function gives up. */
export function askForLine(path: string, line: number, startNs: EpochNs): () => void {
  // To the minute, so that going through a trace asks once a line.
  const now = (fromMs(Date.now()) / MINUTE_NS + 1n) * MINUTE_NS;
  const isPast = now - startNs < HOUR_NS;
  const to = isPast ? now : (startNs / MINUTE_NS) * MINUTE_NS + HOUR_NS / 2n;
  const from = to - HOUR_NS;
  const key = `${path}:${line} ${to}`;
  lineNumbers.value = known.get(key) ?? null;
  if (lineNumbers.value) return () => {};
  const abort = new AbortController();
  listPlaces({ path, line, query: "", from, to }, "line", abort.signal).then(
    (places) => {
      const found = { key, red: linesRed(places).get(line) ?? null, from, to, isPast };
      if (known.size >= KEPT) known.clear();
      known.set(key, found);
      if (!abort.signal.aborted) lineNumbers.value = found;
    },
    (error) => {
      // Numbers beside a line are worth having, and not worth a notice when the store is busy.
      if (!isAbort(error)) lineNumbers.value = null;
    },
  );
  return () => abort.abort();
}
