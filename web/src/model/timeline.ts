/**
 * Where each bar of a waterfall begins and ends, after clocks that disagree were brought together, and how long a
 * span itself worked.
 *
 * A span that starts before the call that caused it cannot be: the clock of its service is behind. Its service's part
 * of the trace is moved into the middle of the call, and the row says by how much. Nothing else is ever moved: a
 * consumer may well start long after its producer ended, and a server outlive an impatient client.
 */

import { KINDS, type Trace } from "./trace";
import type { Tree } from "./tree";

export interface Timeline {
  /** Offsets from the trace's start, moved where a clock was behind. */
  readonly start: Float64Array;
  readonly duration: Float64Array;
  /** By how much a row was moved; a row that was not is not in it. */
  readonly moved: ReadonlyMap<number, number>;
  /** What the axis spans. */
  readonly from: number;
  readonly to: number;
}

const CALLS: ReadonlyMap<number, number> = new Map([
  [KINDS.indexOf("client"), KINDS.indexOf("server")],
  [KINDS.indexOf("producer"), KINDS.indexOf("consumer")],
]);

export function layOutTimeline(trace: Trace, tree: Tree): Timeline {
  const start = Float64Array.from(trace.start);
  const { duration } = trace;
  const shift = new Float64Array(trace.count);
  const moved = new Map<number, number>();
  for (const row of tree.order) {
    const above = tree.parent[row]!;
    if (above < 0) continue;
    const isSameService = trace.service[row] === trace.service[above];
    const inherited = isSameService ? shift[above]! : 0;
    const gap = start[above]! - (trace.start[row]! + inherited);
    let by = inherited;
    if (gap > 0 && !isSameService && CALLS.get(trace.kind[above]!) === trace.kind[row]) {
      by = gap + Math.max(0, (duration[above]! - duration[row]!) / 2);
      moved.set(row, by);
    }
    shift[row] = by;
    start[row] = trace.start[row]! + by;
  }
  return { start, duration, moved, ...bounds(start, duration) };
}

/** The axis, or the part of it that is looked at. */
export interface Axis {
  readonly from: number;
  readonly to: number;
}

/** Share of the axis in per cent: where a bar begins and how wide it is; null when it lies outside. */
export function barOf(timeline: Timeline, row: number, axis: Axis = timeline): { x: number; w: number } | null {
  return shareOf(axis, timeline.start[row]!, timeline.start[row]! + timeline.duration[row]!);
}

/** What of `from` to `to` lies on the axis, in per cent. */
export function shareOf(axis: Axis, from: number, to: number): { x: number; w: number } | null {
  const length = axis.to - axis.from;
  if (length <= 0) return { x: 0, w: 0 };
  if (to < axis.from || from > axis.to) return null;
  const x = ((Math.max(from, axis.from) - axis.from) / length) * 100;
  return { x, w: ((Math.min(to, axis.to) - axis.from) / length) * 100 - x };
}

/** Time in which a span ran and none of its children did. Children that overlap are not counted twice. */
export function selfTime(tree: Tree, timeline: Timeline, row: number): number {
  const from = timeline.start[row]!;
  const to = from + timeline.duration[row]!;
  let covered = 0;
  let reached = from;
  for (const child of childrenByStart(tree, timeline, row)) {
    const begins = Math.max(timeline.start[child]!, reached);
    const ends = Math.min(timeline.start[child]! + timeline.duration[child]!, to);
    if (ends > begins) {
      covered += ends - begins;
      reached = ends;
    }
  }
  return timeline.duration[row]! - covered;
}

/** Own time of every row at once, for lists that compare them. */
export function selfTimes(tree: Tree, timeline: Timeline): Float64Array {
  const own = Float64Array.from(timeline.duration);
  for (const row of tree.order) if (tree.childCount[row]! > 0) own[row] = selfTime(tree, timeline, row);
  return own;
}

/** The children of a row, earliest first. */
export function childrenByStart(tree: Tree, timeline: Timeline, row: number): number[] {
  const children: number[] = [];
  const last = tree.place[row]! + tree.below[row]!;
  for (let place = tree.place[row]! + 1; place <= last; place++) {
    const child = tree.order[place]!;
    children.push(child);
    place += tree.below[child]!;
  }
  return earliestFirst(children, timeline.start);
}

/** Sorts in place. Rows come nearly sorted, and most lists need no more than this look. */
export function earliestFirst(rows: number[], start: Float64Array): number[] {
  const isSorted = rows.every((row, at) => at === 0 || start[rows[at - 1]!]! <= start[row]!);
  return isSorted ? rows : rows.sort((a, b) => start[a]! - start[b]!);
}

function bounds(start: Float64Array, duration: Float64Array): { from: number; to: number } {
  if (start.length === 0) return { from: 0, to: 0 };
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < start.length; row++) {
    from = Math.min(from, start[row]!);
    to = Math.max(to, start[row]! + duration[row]!);
  }
  return { from, to };
}
