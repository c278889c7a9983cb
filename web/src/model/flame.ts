/**
 * Where each span of a flame graph stands: time from left to right, callees below their callers.
 *
 * What ran at the same time stands below each other: the calls of one span are put into tracks, and a track is as high
 * as its highest call, so that no two blocks ever overlap.
 */

import { childrenByStart, earliestFirst, type Timeline } from "./timeline";
import type { Tree } from "./tree";

export interface Flame {
  /** Counted from the top. */
  readonly lane: Int32Array;
  readonly lanes: number;
  /** Rows by lane, then by start. */
  readonly byLane: Int32Array;
  /** Where each lane begins in `byLane`; one more than there are lanes. */
  readonly laneAt: Int32Array;
}

export function layOutFlame(tree: Tree, timeline: Timeline): Flame {
  const count = tree.order.length;
  /** Of a row with all below it: the lane below its caller's, how many lanes, the first start and the last end. */
  const block: Blocks = {
    offset: new Int32Array(count),
    height: new Int32Array(count).fill(1),
    from: Float64Array.from(timeline.start),
    to: timeline.duration.map((duration, row) => timeline.start[row]! + duration),
  };
  const roots: number[] = [];
  for (let place = count - 1; place >= 0; place--) {
    const row = tree.order[place]!;
    if (tree.childCount[row]! > 0) block.height[row] = 1 + stack(childrenByStart(tree, timeline, row), block);
    const above = tree.parent[row]!;
    if (above >= 0) {
      block.from[above] = Math.min(block.from[above]!, block.from[row]!);
      block.to[above] = Math.max(block.to[above]!, block.to[row]!);
    } else roots.push(row);
  }
  const lanes = stack(roots.reverse(), block);

  const lane = new Int32Array(count);
  for (const row of tree.order) {
    const above = tree.parent[row]!;
    lane[row] = block.offset[row]! + (above >= 0 ? lane[above]! + 1 : 0);
  }
  return { lane, lanes, ...sortedByLane(tree, timeline, lane, lanes) };
}

/** The row at a moment in a lane; -1 when nothing is. `slack` widens bars that are too short to be met. */
export function rowAt(flame: Flame, timeline: Timeline, lane: number, time: number, slack = 0): number {
  if (lane < 0 || lane >= flame.lanes) return -1;
  const row = flame.byLane[lastStarted(flame, timeline, lane, time + slack)] ?? -1;
  if (row < 0 || flame.lane[row] !== lane) return -1;
  return timeline.start[row]! + timeline.duration[row]! + slack >= time ? row : -1;
}

/** Index in `byLane` of the last row of a lane that had started by then; one before the lane when none had. */
export function lastStarted(flame: Flame, timeline: Timeline, lane: number, time: number): number {
  let low = flame.laneAt[lane]!;
  let high = flame.laneAt[lane + 1]!;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeline.start[flame.byLane[middle]!]! <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

interface Blocks {
  readonly offset: Int32Array;
  readonly height: Int32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/** Puts blocks into tracks in which nothing overlaps; writes their offsets, gives the height of all. */
function stack(rows: number[], { offset, height, from, to }: Blocks): number {
  const free = new EarliestFirst();
  const heights: number[] = [];
  for (const row of earliestFirst(rows, from)) {
    const track = free.end() <= from[row]! ? free.take() : heights.push(0) - 1;
    free.put(to[row]!, track);
    offset[row] = track;
    heights[track] = Math.max(heights[track]!, height[row]!);
  }
  const tops: number[] = [];
  let all = 0;
  for (const high of heights) {
    tops.push(all);
    all += high;
  }
  for (const row of rows) offset[row] = tops[offset[row]!]!;
  return all;
}

/** Tracks by the moment at which they are free again: a binary heap, since a hundred thousand may be open at once. */
class EarliestFirst {
  private readonly ends: number[] = [];
  private readonly tracks: number[] = [];

  /** When the first of them is free; never, when there is none. */
  end(): number {
    return this.ends[0] ?? Number.POSITIVE_INFINITY;
  }

  put(end: number, track: number): void {
    let at = this.ends.length;
    while (at > 0 && this.ends[(at - 1) >> 1]! > end) {
      this.set(at, this.ends[(at - 1) >> 1]!, this.tracks[(at - 1) >> 1]!);
      at = (at - 1) >> 1;
    }
    this.set(at, end, track);
  }

  take(): number {
    const track = this.tracks[0]!;
    const end = this.ends.pop()!;
    const last = this.tracks.pop()!;
    const size = this.ends.length;
    if (size === 0) return track;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child + 1 < size && this.ends[child + 1]! < this.ends[child]!) child++;
      if (child >= size || this.ends[child]! >= end) break;
      this.set(at, this.ends[child]!, this.tracks[child]!);
      at = child;
    }
    this.set(at, end, last);
    return track;
  }

  private set(at: number, end: number, track: number): void {
    this.ends[at] = end;
    this.tracks[at] = track;
  }
}

function sortedByLane(tree: Tree, timeline: Timeline, lane: Int32Array, lanes: number) {
  const laneAt = new Int32Array(lanes + 1);
  for (const at of lane) laneAt[at + 1]!++;
  for (let at = 0; at < lanes; at++) laneAt[at + 1]! += laneAt[at]!;
  const filled = laneAt.slice(0, lanes);
  const byLane = new Int32Array(lane.length);
  for (const row of tree.order) byLane[filled[lane[row]!]!++] = row;
  // Callers stand in the order of their start, so a lane is out of order only where a clock or a parent is strange.
  for (let at = 0; at < lanes; at++) {
    const part = byLane.subarray(laneAt[at], laneAt[at + 1]);
    for (let next = 1; next < part.length; next++) {
      if (timeline.start[part[next - 1]!]! <= timeline.start[part[next]!]!) continue;
      part.sort((a, b) => timeline.start[a]! - timeline.start[b]!);
      break;
    }
  }
  return { byLane, laneAt };
}
