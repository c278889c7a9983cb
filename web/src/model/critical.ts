/**
 * The critical path: at each moment of a trace the one span that everything else waited for.
 *
 * Walked backwards from the end of the longest root: a span waited for the call that ended last; before that call began,
 * for the one that had ended last by then; what is left it worked itself. What a call did after its caller had gone, and
 * calls that ran beside the one that was waited for, delayed nobody. The pieces never overlap, and add up to the root.
 */

import { childrenByStart, type Timeline } from "./timeline";
import type { Tree } from "./tree";

export interface CriticalPath {
  /** Pieces, latest first. */
  readonly row: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** How long each row alone was waited for. */
  readonly ns: Float64Array;
  readonly totalNs: number;
  /** Of each row the first of its pieces, and of each piece the row's next; -1 when there is none. */
  readonly firstPiece: Int32Array;
  readonly nextPiece: readonly number[];
}

export function criticalPath(tree: Tree, timeline: Timeline): CriticalPath {
  const count = tree.order.length;
  const path = {
    row: [] as number[],
    from: [] as number[],
    to: [] as number[],
    ns: new Float64Array(count),
    totalNs: 0,
    firstPiece: new Int32Array(count).fill(-1),
    nextPiece: [] as number[],
  };
  const root = longestRoot(tree, timeline);
  if (root < 0) return path;

  const work = (row: number, from: number, to: number) => {
    if (to <= from) return;
    const piece = path.row.push(row) - 1;
    path.from.push(from);
    path.to.push(to);
    path.ns[row]! += to - from;
    path.nextPiece.push(path.firstPiece[row]!);
    path.firstPiece[row] = piece;
  };
  const endOf = (row: number) => timeline.start[row]! + timeline.duration[row]!;
  // Own stacks, since a trace may be deeper than the engine's.
  const rows = [root];
  const calls = [byEnd(tree, timeline, root)];
  const froms = [timeline.start[root]!];
  const tos = [endOf(root)];
  const reached = [endOf(root)];
  while (rows.length > 0) {
    const top = rows.length - 1;
    const row = rows[top]!;
    const call = calls[top]!.pop();
    if (call === undefined) {
      work(row, froms[top]!, reached[top]!);
      rows.pop();
      calls.pop();
      froms.pop();
      tos.pop();
      reached.pop();
      continue;
    }
    const isFirst = reached[top] === tos[top];
    const to = isFirst ? Math.min(endOf(call), reached[top]!) : endOf(call);
    const from = Math.max(timeline.start[call]!, froms[top]!);
    if (to > reached[top]! || from >= to) continue;
    work(row, to, reached[top]!);
    reached[top] = from;
    rows.push(call);
    calls.push(byEnd(tree, timeline, call));
    froms.push(from);
    tos.push(to);
    reached.push(to);
  }
  path.totalNs = timeline.duration[root]!;
  return path;
}

/** What a row's line on the path looks like, in per cent of an axis; gaps that nobody could see are closed. */
export function piecesOf(
  path: CriticalPath,
  row: number,
  axis: { readonly from: number; readonly to: number },
): Array<{ x: number; w: number }> {
  const length = axis.to - axis.from;
  const pieces: Array<{ x: number; w: number }> = [];
  for (let piece = path.firstPiece[row]!; piece >= 0; piece = path.nextPiece[piece]!) {
    const x = ((Math.max(axis.from, path.from[piece]!) - axis.from) / length) * 100;
    const end = ((Math.min(axis.to, path.to[piece]!) - axis.from) / length) * 100;
    if (end <= x) continue;
    const last = pieces[pieces.length - 1];
    if (last && x - (last.x + last.w) < CLOSE) last.w = end - last.x;
    else pieces.push({ x, w: end - x });
  }
  return pieces;
}

/** Per cent of the axis, about two pixels. */
const CLOSE = 0.4;

function longestRoot(tree: Tree, timeline: Timeline): number {
  let longest = -1;
  for (const row of tree.order) {
    if (tree.parent[row]! >= 0) continue;
    if (longest < 0 || timeline.duration[row]! > timeline.duration[longest]!) longest = row;
  }
  return longest;
}

/** The calls of a row, the one that ended last at the end. */
function byEnd(tree: Tree, timeline: Timeline, row: number): number[] {
  if (tree.childCount[row] === 0) return [];
  const end = (call: number) => timeline.start[call]! + timeline.duration[call]!;
  return childrenByStart(tree, timeline, row).sort((a, b) => end(a) - end(b));
}
