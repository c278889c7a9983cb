/** A list that grows at its top. */

import type { Span } from "./span";

/** New spans before those that are there, each once, newest first; at most so many. */
export function mergedRows(before: readonly Span[], came: readonly Span[], most: number): readonly Span[] {
  const known = new Set(before.map(idOf));
  const fresh: Span[] = [];
  for (const span of came) {
    if (known.has(idOf(span))) continue;
    known.add(idOf(span));
    fresh.push(span);
  }
  if (fresh.length === 0) return before;
  fresh.sort((a, b) => (a.startNs < b.startNs ? 1 : a.startNs > b.startNs ? -1 : 0));
  return [...fresh, ...before].slice(0, most);
}

function idOf(span: Span): string {
  return span.traceId + span.spanId;
}
