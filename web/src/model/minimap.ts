/**
 * A whole trace as a small picture: a thin line for each span, one below the other in the order of the tree.
 *
 * Painted by hand into the pixels: a hundred thousand rectangles on a canvas took 90 ms, runs of pixels take 4.
 */

import type { Timeline } from "./timeline";
import type { Tree } from "./tree";

/** Lines are this thick at most, and this far from each other: three spans need no 44 pixels. */
const THICK = 2;
const PITCH = 6;

/**
 * Paints into `pixels` (`width` a row, as a canvas has them).
 *
 * @param colourOf the colour of each row as a pixel.
 * @param scale pixels to a CSS pixel.
 */
export function paintMinimap(
  pixels: Uint32Array,
  width: number,
  height: number,
  scale: number,
  tree: Tree,
  timeline: Timeline,
  colourOf: (row: number) => number,
): void {
  const count = tree.order.length;
  const pitch = Math.min(PITCH * scale, height / Math.max(1, count));
  const thick = Math.max(1, Math.ceil(Math.min(THICK * scale, pitch * 0.8)));
  const nsToPx = width / Math.max(1, timeline.to - timeline.from);
  // Of each line of pixels what was painted last: what lies within it in the same colour would change nothing.
  const from = new Int32Array(height).fill(-1);
  const to = new Int32Array(height).fill(-1);
  const colours = new Uint32Array(height);
  for (let place = 0; place < count; place++) {
    const row = tree.order[place]!;
    const left = Math.min(width - 1, Math.max(0, Math.floor((timeline.start[row]! - timeline.from) * nsToPx)));
    const right = Math.min(
      width,
      Math.max(left + 1, Math.round((timeline.start[row]! + timeline.duration[row]! - timeline.from) * nsToPx)),
    );
    const top = Math.floor(place * pitch);
    const colour = colourOf(row);
    if (colours[top] === colour && from[top]! <= left && to[top]! >= right) continue;
    from[top] = left;
    to[top] = right;
    colours[top] = colour;
    for (let line = top; line < Math.min(height, top + thick); line++) {
      pixels.fill(colour, line * width + left, line * width + right);
    }
  }
}

/** Part of an axis. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Shorter ones are clicks. As a share of what is shown. */
const SHORTEST = 0.002;

/** The stretch between two moments of `whole`, in either order; null when it is all, or nearly nothing. */
export function stretchOf(whole: Stretch, a: number, b: number): Stretch | null {
  const from = Math.max(whole.from, Math.min(a, b));
  const to = Math.min(whole.to, Math.max(a, b));
  const length = whole.to - whole.from;
  if (to - from < length * SHORTEST || to - from >= length) return null;
  return { from, to };
}

/** The stretch moved by a share of its own length, as far as `whole` goes. */
export function moved(whole: Stretch, { from, to }: Stretch, by: number): Stretch {
  const ns = Math.max(whole.from - from, Math.min(whole.to - to, by * (to - from)));
  return { from: from + ns, to: to + ns };
}

/** Half as long, or twice, about its middle; null when it is all. `least` is as close as one may come. */
export function scaled(whole: Stretch, { from, to }: Stretch, factor: number, least: number): Stretch | null {
  const half = Math.max(least, (to - from) * factor) / 2;
  const middle = (from + to) / 2;
  const fresh = { from: Math.max(whole.from, middle - half), to: Math.min(whole.to, middle + half) };
  return fresh.from <= whole.from && fresh.to >= whole.to ? null : fresh;
}
