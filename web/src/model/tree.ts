/**
 * Who called whom, as typed arrays: the order in which rows are drawn, their depth, the size of what hangs below, folding.
 *
 * Everything is one pass over the columns: 100,000 spans take single milliseconds, so folding needs no cleverness.
 */

import type { Trace } from "./trace";

export interface Tree {
  /** Rows in drawing order: parents before children, children by start. */
  readonly order: Int32Array;
  /** Place of each row in `order`. */
  readonly place: Int32Array;
  readonly depth: Uint16Array;
  /** How many rows hang below each row, at any depth. */
  readonly below: Int32Array;
  readonly childCount: Int32Array;
  /** As in the trace, but -1 where a parent is missing or would close a circle. */
  readonly parent: Int32Array;
  readonly maxDepth: number;
}

/**
 * Siblings are drawn in the order of `sequence`, which names each row once; of their rows where there is none.
 *
 * Spans that name each other as parents in a circle are let in at the earliest of them; none is lost.
 */
export function buildTree(trace: Pick<Trace, "count" | "parent">, sequence?: Int32Array): Tree {
  const { count } = trace;
  const parent = withoutNonsense(trace.parent, count);
  const { firstChild, nextSibling, childCount } = linkChildren(parent, count, sequence);

  const order = new Int32Array(count);
  const place = new Int32Array(count).fill(-1);
  const depth = new Uint16Array(count);
  let filled = 0;
  const stack = new Int32Array(count + 1);
  const draw = (root: number) => {
    let height = 0;
    stack[height++] = root;
    while (height > 0) {
      const row = stack[--height]!;
      if (row !== root && nextSibling[row]! >= 0) stack[height++] = nextSibling[row]!;
      if (place[row]! >= 0) continue;
      place[row] = filled;
      order[filled++] = row;
      const above = parent[row]!;
      depth[row] = above >= 0 && row !== root ? Math.min(depth[above]! + 1, 65_535) : 0;
      if (firstChild[row]! >= 0) stack[height++] = firstChild[row]!;
    }
  };
  for (let at = 0; at < count; at++) {
    const row = sequence ? sequence[at]! : at;
    if (parent[row]! < 0) draw(row);
  }
  for (let row = 0; row < count && filled < count; row++) {
    if (place[row]! >= 0) continue;
    const above = parent[row]!;
    childCount[above]!--;
    parent[row] = -1;
    draw(row);
  }

  return { order, place, depth, below: countBelow(order, parent), childCount, parent, maxDepth: largest(depth) };
}

/** Rows that are drawn when the rows in `folded` hide what hangs below them. In drawing order. */
export function visibleRows(tree: Tree, folded: ReadonlySet<number>): Int32Array {
  if (folded.size === 0) return tree.order;
  const rows = new Int32Array(tree.order.length);
  let filled = 0;
  for (let place = 0; place < tree.order.length; place++) {
    const row = tree.order[place]!;
    rows[filled++] = row;
    if (tree.below[row]! > 0 && folded.has(row)) place += tree.below[row]!;
  }
  return rows.subarray(0, filled);
}

/** Rows that are drawn when only those in `wanted` are asked for: they, and all that leads to them. In drawing order. */
export function rowsLeadingTo(tree: Tree, folded: ReadonlySet<number>, wanted: Uint8Array): Int32Array {
  const leads = new Uint8Array(tree.order.length);
  leads.set(wanted);
  for (let place = tree.order.length - 1; place >= 0; place--) {
    const row = tree.order[place]!;
    if (leads[row] === 1 && tree.parent[row]! >= 0) leads[tree.parent[row]!] = 1;
  }
  const rows = new Int32Array(tree.order.length);
  let filled = 0;
  for (let place = 0; place < tree.order.length; place++) {
    const row = tree.order[place]!;
    if (leads[row] === 1) rows[filled++] = row;
    // What does not lead there has nothing below it that does.
    if (tree.below[row]! > 0 && (leads[row] === 0 || folded.has(row))) place += tree.below[row]!;
  }
  return rows.subarray(0, filled);
}

/** The row itself, or the outermost folded row that hides it. */
export function shownFor(tree: Tree, folded: ReadonlySet<number>, row: number): number {
  let shown = row;
  for (let above = tree.parent[row]!; above >= 0; above = tree.parent[above]!) if (folded.has(above)) shown = above;
  return shown;
}

/** The rows above one, nearest first. */
export function ancestors(tree: Tree, row: number): number[] {
  const found: number[] = [];
  for (let above = tree.parent[row]!; above >= 0; above = tree.parent[above]!) found.push(above);
  return found;
}

function withoutNonsense(wire: Int32Array, count: number): Int32Array {
  const parent = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const above = wire[row]!;
    parent[row] = above >= 0 && above < count && above !== row ? above : -1;
  }
  return parent;
}

function linkChildren(parent: Int32Array, count: number, sequence: Int32Array | undefined) {
  const firstChild = new Int32Array(count).fill(-1);
  const nextSibling = new Int32Array(count).fill(-1);
  const childCount = new Int32Array(count);
  for (let at = count - 1; at >= 0; at--) {
    const row = sequence ? sequence[at]! : at;
    const above = parent[row]!;
    if (above < 0) continue;
    nextSibling[row] = firstChild[above]!;
    firstChild[above] = row;
    childCount[above]!++;
  }
  return { firstChild, nextSibling, childCount };
}

function countBelow(order: Int32Array, parent: Int32Array): Int32Array {
  const below = new Int32Array(order.length);
  for (let place = order.length - 1; place >= 0; place--) {
    const row = order[place]!;
    const above = parent[row]!;
    if (above >= 0) below[above]! += below[row]! + 1;
  }
  return below;
}

function largest(values: Uint16Array): number {
  let found = 0;
  for (const value of values) if (value > found) found = value;
  return found;
}
