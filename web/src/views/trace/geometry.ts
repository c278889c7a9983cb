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
const INDENT_PX = 14;
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
    baseDepth: Math.max(0, Math.min(most - deepest, least)),
    deepest,
  };
}
