/** How the waterfall's width is shared out, and how far rows are indented. The columns are those of styles/waterfall.css. */

import type { Tree } from "../../model/tree";

export interface Geometry {
  readonly originCh: number;
  readonly trackPx: number;
  readonly rowPx: number;
  /** Depth that is drawn without indent. Above 0 only where what is in view lies deeper than the column is wide. */
  readonly baseDepth: number;
  /** Indents at most; deeper rows stand below each other. */
  readonly deepest: number;
}

const NAME_SHARE = 0.36;
const NAME_LEAST_PX = 190;
/** Of the name column, what a name keeps for itself however deep it lies. */
const NAME_KEEPS_PX = 130;
export const INDENT_PX = 14;
/** Left of a name that is not indented. */
export const NAME_PADDING_PX = 8;
const TRACK_MARGIN_PX = 16;

/** `inView` are the rows between the upper and the lower edge, in drawing order. */
export function geometryOf(
  width: number,
  rowPx: number,
  originWidth: number,
  tree: Tree,
  inView: Int32Array,
): Geometry {
  const originCh = Math.max(12, Math.min(30, originWidth));
  const namePx = Math.max(NAME_LEAST_PX, width * NAME_SHARE);
  const deepest = Math.max(3, Math.floor((namePx - NAME_KEEPS_PX) / INDENT_PX));
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const row of inView) {
    least = Math.min(least, tree.depth[row]!);
    most = Math.max(most, tree.depth[row]!);
  }
  return {
    originCh,
    trackPx: width - namePx - (originCh * 6.7 + 26) - TRACK_MARGIN_PX,
    rowPx,
    baseDepth: baseOf(Math.max(0, most - deepest), Math.min(least, most)),
    deepest,
  };
}

/** Levels by which the base goes up and down, so that not every step through a deep trace indents all rows anew. */
const BASE_STEP = 8;

/** The depth to be drawn without indent: between `enough`, with which the deepest fits, and `least`, the shallowest. */
function baseOf(enough: number, least: number): number {
  const fitting = Math.ceil(enough / BASE_STEP) * BASE_STEP;
  if (fitting <= least) return fitting;
  // With some room to spare the shallowest stands at the edge; without, the deepest stand below each other anyway.
  return enough <= least ? least : Math.floor(least / BASE_STEP) * BASE_STEP;
}
