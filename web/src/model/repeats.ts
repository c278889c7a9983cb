/**
 * Calls that one line makes again and again under one parent, put together under a row of their own.
 *
 * Alike are siblings of one service with one name or resource from one line of code. The rows that stand for them come
 * after those of the trace: row `count + n` is the n-th group. The tree with them is for drawing only; what is reckoned
 * (own time, critical path) is reckoned on the tree of the spans.
 */

import { type Axis, barOf, earliestFirst, type Timeline } from "./timeline";
import { ERROR, KINDS, type Trace } from "./trace";
import { buildTree, type Tree } from "./tree";

/** As many siblings must be alike before they are put together. */
const ENOUGH = 5;
/** Of neighbours that may overlap, before calls count as made at once: a loop waits for each. */
const OVERLAPPING = 0.1;
const CLIENT = KINDS.indexOf("client");

export interface Repeat {
  /** Earliest first. */
  readonly rows: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly totalNs: number;
  readonly p95Ns: number;
  readonly errors: number;
  /** Calls to another service, one after another, from one place: they could likely be one. */
  readonly isNPlusOne: boolean;
}

export interface Repeats {
  readonly tree: Tree;
  readonly groups: readonly Repeat[];
}

export function groupRepeats(trace: Trace, tree: Tree, timeline: Timeline): Repeats {
  const alike = alikeSiblings(trace, tree).map((rows) =>
    repeatOf(earliestFirst(rows, timeline.start), trace, timeline),
  );
  if (alike.length === 0) return { tree, groups: [] };
  const { count } = trace;
  const parent = new Int32Array(count + alike.length);
  parent.set(tree.parent);
  const groupAt = new Map<number, number>();
  alike.forEach(({ rows }, index) => {
    const group = count + index;
    parent[group] = tree.parent[rows[0]!]!;
    for (const row of rows) parent[row] = group;
    groupAt.set(least(rows), group);
  });
  const sequence = new Int32Array(count + alike.length);
  let filled = 0;
  for (let row = 0; row < count; row++) {
    const group = groupAt.get(row);
    if (group !== undefined) sequence[filled++] = group;
    sequence[filled++] = row;
  }
  return { tree: buildTree({ count: count + alike.length, parent }, sequence), groups: alike };
}

/** The bars of a group in per cent of an axis; what nobody could tell apart is one. */
export function barsOf({ rows }: Repeat, timeline: Timeline, axis: Axis): Array<{ x: number; w: number }> {
  const bars: Array<{ x: number; w: number }> = [];
  for (const row of rows) {
    const bar = barOf(timeline, row, axis);
    if (!bar) continue;
    const { x, w } = bar;
    const last = bars[bars.length - 1];
    if (last && x - (last.x + last.w) < CLOSE) last.w = Math.max(last.w, x + w - last.x);
    else bars.push({ x, w });
  }
  return bars;
}

/** Per cent of the axis, about a pixel. */
const CLOSE = 0.2;

function alikeSiblings(trace: Trace, tree: Tree): number[][] {
  const found: number[][] = [];
  const byName = new Map<number, number[]>();
  for (const above of tree.order) {
    if (tree.childCount[above]! < ENOUGH) continue;
    byName.clear();
    const end = tree.place[above]! + tree.below[above]!;
    for (let place = tree.place[above]! + 1; place <= end; place++) {
      const row = tree.order[place]!;
      const name = whatOfWhom(trace, row);
      const rows = byName.get(name);
      if (rows) rows.push(row);
      else byName.set(name, [row]);
      place += tree.below[row]!;
    }
    for (const rows of byName.values()) if (rows.length >= ENOUGH) found.push(...fromOneLine(trace, rows));
  }
  return found;
}

/** What a span did and its service as one number; both point into the table of strings. */
function whatOfWhom(trace: Trace, row: number): number {
  const what = trace.strings[trace.resource[row]!] === "" ? trace.name[row]! : trace.resource[row]!;
  return what * trace.strings.length + trace.service[row]!;
}

/** Rows of one name by the line they come from. Nearly always that is one, and no keys need be made. */
function fromOneLine(trace: Trace, rows: number[]): number[][] {
  const columns = [trace.kind, trace.originType, trace.originPath, trace.originLine];
  if (columns.every((column) => rows.every((row) => column[row] === column[rows[0]!]))) return [rows];
  const byLine = new Map<string, number[]>();
  for (const row of rows) {
    const line = columns.map((column) => column[row]).join(" ");
    const alike = byLine.get(line);
    if (alike) alike.push(row);
    else byLine.set(line, [row]);
  }
  return [...byLine.values()].filter((alike) => alike.length >= ENOUGH);
}

function repeatOf(rows: readonly number[], trace: Trace, timeline: Timeline): Repeat {
  const durations = Float64Array.from(rows, (row) => timeline.duration[row]!).sort();
  let to = Number.NEGATIVE_INFINITY;
  let overlapping = 0;
  let totalNs = 0;
  let errors = 0;
  for (const row of rows) {
    const start = timeline.start[row]!;
    if (start < to) overlapping++;
    to = Math.max(to, start + timeline.duration[row]!);
    totalNs += timeline.duration[row]!;
    if (trace.status[row] === ERROR) errors++;
  }
  return {
    rows,
    from: timeline.start[rows[0]!]!,
    to,
    totalNs,
    p95Ns: durations[Math.ceil(durations.length * 0.95) - 1]!,
    errors,
    isNPlusOne: trace.kind[rows[0]!] === CLIENT && overlapping <= rows.length * OVERLAPPING,
  };
}

function least(rows: readonly number[]): number {
  return rows.reduce((found, row) => Math.min(found, row));
}
