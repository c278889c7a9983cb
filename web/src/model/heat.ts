/** The heat map: spans by when they began and how long they took, and the part of it that a reader has drawn a box around. */

import { withCondition } from "./terms";
import type { EpochNs } from "./time";

export interface HeatMap {
  readonly from: EpochNs;
  readonly stepNs: number;
  readonly columns: number;
  /** Durations at which rows begin, and where the last one ends. */
  readonly rowStartsNs: readonly number[];
  readonly cells: {
    readonly column: readonly number[];
    readonly row: readonly number[];
    readonly count: readonly number[];
    readonly errors: readonly number[];
  };
}

/** A box of cells, its last ones among them. */
export interface Box {
  readonly firstColumn: number;
  readonly lastColumn: number;
  readonly firstRow: number;
  readonly lastRow: number;
}

export interface HeatSelection {
  readonly from: EpochNs;
  readonly to: EpochNs;
  /** As a search for durations. */
  readonly search: string;
}

/**
 * Where on the axis of durations words stand: at powers of ten, every second or third of them where all would be too many.
 * `row` is a fraction of a row where such a duration lies within one.
 */
export function roundTicks(rowStartsNs: readonly number[], most = 10): { row: number; ns: number }[] {
  const last = rowStartsNs.length - 1;
  if (last < 0) return [];
  const [low, high] = [Math.max(1, rowStartsNs[0] ?? 1), Math.max(1, rowStartsNs[last] ?? 1)];
  const [first, end] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((end - first + 1) / most));
  const found = [];
  for (let power = first; power <= end; power++) {
    if ((power - first) % every !== 0) continue;
    const ns = 10 ** power;
    const row = Math.max(
      0,
      rowStartsNs.findLastIndex((start) => start <= ns * (1 + 1e-9)),
    );
    const [from, to] = [Math.max(1, rowStartsNs[row]!), Math.max(1, rowStartsNs[row + 1] ?? 1)];
    found.push({ row: row === last || to <= from ? row : row + Math.log(ns / from) / Math.log(to / from), ns });
  }
  return found;
}

export function boxBetween(a: readonly [number, number], b: readonly [number, number]): Box {
  return {
    firstColumn: Math.min(a[0], b[0]),
    lastColumn: Math.max(a[0], b[0]),
    firstRow: Math.min(a[1], b[1]),
    lastRow: Math.max(a[1], b[1]),
  };
}

const STEPS: Readonly<Record<string, readonly [columns: number, rows: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/**
 * The box after an arrow key: moved as a whole or, when it is sized, with its later and slower end moved. The first key
 * puts it where most spans are. Null for other keys; it never leaves the map.
 */
export function boxAfterKey(map: HeatMap, box: Box | null, key: string, isSized: boolean): Box | null {
  const step = STEPS[key];
  if (!step) return null;
  const { cells } = map;
  if (!box) {
    const most = cells.count.indexOf(cells.count.reduce((top, count) => Math.max(top, count), 0));
    const at = [cells.column[most] ?? 0, cells.row[most] ?? 0] as const;
    return boxBetween(at, at);
  }
  const within = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));
  const [lastColumn, lastRow] = [map.columns - 1, map.rowStartsNs.length - 2];
  if (isSized) {
    return {
      ...box,
      lastColumn: within(box.lastColumn + step[0], box.firstColumn, lastColumn),
      lastRow: within(box.lastRow + step[1], box.firstRow, lastRow),
    };
  }
  const columns = within(step[0], -box.firstColumn, lastColumn - box.lastColumn);
  const rows = within(step[1], -box.firstRow, lastRow - box.lastRow);
  return {
    firstColumn: box.firstColumn + columns,
    lastColumn: box.lastColumn + columns,
    firstRow: box.firstRow + rows,
    lastRow: box.lastRow + rows,
  };
}

/** How many spans are in a box, and how many of them failed. */
export function countIn({ cells }: HeatMap, box: Box): { count: number; errors: number } {
  let count = 0;
  let errors = 0;
  cells.column.forEach((column, at) => {
    const row = cells.row[at]!;
    if (column < box.firstColumn || column > box.lastColumn || row < box.firstRow || row > box.lastRow) return;
    count += cells.count[at]!;
    errors += cells.errors[at]!;
  });
  return { count, errors };
}

export function selectionOf(map: HeatMap, box: Box): HeatSelection {
  const step = BigInt(map.stepNs);
  const low = map.rowStartsNs[box.firstRow]!;
  const high = map.rowStartsNs[box.lastRow + 1]!;
  return {
    from: map.from + BigInt(box.firstColumn) * step,
    to: map.from + BigInt(box.lastColumn + 1) * step,
    search: `duration:[${low}ns TO ${high}ns}`,
  };
}

/** The search for the spans of a selection; its stretch of time goes into the range. */
export function searchOfSelection(query: string, selection: HeatSelection): string {
  return withCondition(query, selection.search);
}

/** From 0 to 1, so that one span can be seen beside ten thousand. */
export function shade(count: number, most: number): number {
  return most <= 1 ? 1 : 0.22 + (0.78 * Math.log(count)) / Math.log(most);
}

/** What sets the spans of a selection apart: fields by the score of their best value. */
export interface Explanation {
  readonly selected: number;
  readonly others: number;
  readonly fields: ReadonlyArray<{
    readonly field: string;
    readonly values: ReadonlyArray<{ readonly value: string; readonly share: number; readonly shareOfOthers: number }>;
  }>;
}
