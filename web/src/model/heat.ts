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

export function boxBetween(a: readonly [number, number], b: readonly [number, number]): Box {
  return {
    firstColumn: Math.min(a[0], b[0]),
    lastColumn: Math.max(a[0], b[0]),
    firstRow: Math.min(a[1], b[1]),
    lastRow: Math.max(a[1], b[1]),
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
