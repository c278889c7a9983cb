/** Where the events of a span stand on its bar. */

import { durationText } from "./numbers";
import { type Axis, shareOf, type Timeline } from "./timeline";
import { marksOf, type Trace } from "./trace";

export interface MarkAt {
  /** Per cent of the axis. */
  readonly x: number;
  /** What happened there, one a line. */
  readonly names: string;
  readonly isError: boolean;
}

/** Nearer ones, in per cent of the axis, are one mark. */
const CLOSE = 0.6;
/** Names in a tooltip. */
const MOST = 8;

export function marksIn({ trace, timeline }: { trace: Trace; timeline: Timeline }, row: number, axis: Axis): MarkAt[] {
  const [first, end] = marksOf(trace, row);
  if (first === end) return [];
  // The clock of a service that was moved is that of its events too.
  const moved = timeline.start[row]! - trace.start[row]!;
  const order = Array.from({ length: end - first }, (_, index) => first + index);
  order.sort((a, b) => trace.markAt[a]! - trace.markAt[b]!);
  const marks: Array<{ x: number; names: string[]; isError: boolean }> = [];
  for (const mark of order) {
    const at = trace.markAt[mark]! + moved;
    const share = shareOf(axis, at, at);
    if (!share) continue;
    const name = trace.strings[trace.markName[mark]!] ?? "";
    const told = `${name} at ${durationText(at - timeline.from)}`;
    const last = marks.at(-1);
    if (last && share.x - last.x < CLOSE) {
      last.names.push(told);
      last.isError ||= name === "exception";
    } else marks.push({ x: share.x, names: [told], isError: name === "exception" });
  }
  return marks.map(({ x, names, isError }) => ({ x, isError, names: shortened(names).join("\n") }));
}

function shortened(names: readonly string[]): readonly string[] {
  return names.length <= MOST ? names : [...names.slice(0, MOST), `and ${names.length - MOST} more`];
}
