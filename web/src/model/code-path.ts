/** A trace as a walk through the user's own code: which lines it led to, in which order, and which of them it waited for. */

import type { CriticalPath } from "./critical";
import type { Timeline } from "./timeline";
import type { Trace } from "./trace";
import type { Tree } from "./tree";

/** Steps in the order of the walk, as columns. */
export interface CodePath {
  /** The first span of the step. */
  readonly row: readonly number[];
  /** How many steps lead here. */
  readonly depth: readonly number[];
  /** Spans in a row that one line started; with their time, and the time that was waited for them and what they did. */
  readonly count: readonly number[];
  readonly totalNs: readonly number[];
  readonly criticalNs: readonly number[];
}

export interface LineTime {
  /** The span of the line that was waited for longest; -1 for what no line of the user's is known for. */
  readonly row: number;
  readonly ns: number;
  readonly share: number;
  readonly spans: number;
}

export function codePath(trace: Trace, tree: Tree, timeline: Timeline, path: CriticalPath): CodePath {
  const owner = owners(trace, tree);
  const criticalNs = waitedFor(tree, path, owner);
  const found = {
    row: [] as number[],
    depth: [] as number[],
    count: [] as number[],
    totalNs: [] as number[],
    criticalNs: [] as number[],
  };
  const stepOf = new Int32Array(trace.count).fill(-1);
  for (const row of tree.order) {
    if (owner[row] !== row) continue;
    const above = tree.parent[row]! < 0 ? -1 : owner[tree.parent[row]!]!;
    const depth = above < 0 ? 0 : found.depth[stepOf[above]!]! + 1;
    const last = found.row.length - 1;
    const isAgain =
      last >= 0 &&
      found.depth[last] === depth &&
      isOneLine(trace, found.row[last]!, row) &&
      isOneService(trace, found.row[last]!, row);
    if (isAgain) {
      found.count[last]!++;
      found.totalNs[last]! += timeline.duration[row]!;
      found.criticalNs[last]! += criticalNs[row]!;
      stepOf[row] = last;
      continue;
    }
    stepOf[row] = found.row.push(row) - 1;
    found.depth.push(depth);
    found.count.push(1);
    found.totalNs.push(timeline.duration[row]!);
    found.criticalNs.push(criticalNs[row]!);
  }
  return found;
}

/** The critical path's time by the line that led to it, longest first; together they are the whole path. */
export function timeByLine(trace: Trace, tree: Tree, path: CriticalPath): LineTime[] {
  const owner = owners(trace, tree);
  const waited = waitedFor(tree, path, owner);
  const lines = new Map<string, { row: number; ns: number; spans: number }>();
  let known = 0;
  for (let row = 0; row < trace.count; row++) {
    if (waited[row] === 0) continue;
    known += waited[row]!;
    const key = `${trace.originPath[row]}:${trace.originLine[row]}`;
    const line = lines.get(key);
    if (!line) lines.set(key, { row, ns: waited[row]!, spans: 1 });
    else {
      if (waited[row]! > waited[line.row]!) line.row = row;
      line.ns += waited[row]!;
      line.spans++;
    }
  }
  const all = [...lines.values()].sort((a, b) => b.ns - a.ns || a.row - b.row);
  const unknown = path.totalNs - known;
  if (unknown > 0) all.push({ row: -1, ns: unknown, spans: 0 });
  return all.map((line) => ({ ...line, share: path.totalNs > 0 ? line.ns / path.totalNs : 0 }));
}

/** For each row the nearest at or above it that has an origin; -1 when none has. */
function owners(trace: Trace, tree: Tree): Int32Array {
  const owner = new Int32Array(trace.count).fill(-1);
  for (const row of tree.order) {
    const above = tree.parent[row]!;
    owner[row] = trace.originType[row] !== 0 ? row : above >= 0 ? owner[above]! : -1;
  }
  return owner;
}

/** What the critical path spent on each row with an origin, and on rows below it that have none. */
function waitedFor(tree: Tree, path: CriticalPath, owner: Int32Array): Float64Array {
  const waited = new Float64Array(tree.order.length);
  for (const row of tree.order) if (owner[row]! >= 0) waited[owner[row]!]! += path.ns[row]!;
  return waited;
}

function isOneLine(trace: Trace, one: number, other: number): boolean {
  return (
    trace.originPath[one] === trace.originPath[other] &&
    trace.originLine[one] === trace.originLine[other] &&
    trace.originType[one] === trace.originType[other]
  );
}

function isOneService(trace: Trace, one: number, other: number): boolean {
  return trace.service[one] === trace.service[other];
}
