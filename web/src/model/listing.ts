/** The spans of a trace as a flat list, in the order of one column. */

import type { OpenTrace } from "./work-out";

export type SortKey = "start" | "duration" | "self" | "span" | "origin";

export interface Sorting {
  readonly by: SortKey;
  readonly isDescending: boolean;
}

/** Numbers begin with the largest, words and times with the first. */
export function firstSorting(by: SortKey): Sorting {
  return { by, isDescending: by === "duration" || by === "self" };
}

/** All rows. Alike ones stay in the order of their start; spans without an origin come last, whatever the direction. */
export function sortedRows(opened: OpenTrace, { by, isDescending }: Sorting): Int32Array {
  const value = valuesOf(opened, by);
  const { start } = opened.timeline;
  const sign = isDescending ? -1 : 1;
  return Int32Array.from(opened.tree.order).sort((a, b) => {
    const one = value[a]!;
    const other = value[b]!;
    if (one === other) return start[a]! - start[b]! || a - b;
    if (one === Number.POSITIVE_INFINITY || other === Number.POSITIVE_INFINITY) return one - other;
    return sign * (one - other);
  });
}

function valuesOf({ trace, timeline, selfNs }: OpenTrace, by: SortKey): Float64Array {
  switch (by) {
    case "start":
      return timeline.start;
    case "duration":
      return timeline.duration;
    case "self":
      return selfNs();
    case "span": {
      const rank = ranks(trace.strings);
      return Float64Array.from(trace.resource, (resource, row) => rank[resource]! || rank[trace.name[row]!]!);
    }
    case "origin": {
      const rank = ranks(trace.strings);
      return Float64Array.from(trace.originPath, (path, row) =>
        trace.originType[row] === 0 ? Number.POSITIVE_INFINITY : rank[path]! * 2 ** 21 + trace.originLine[row]!,
      );
    }
  }
}

/** Place of each word in the order of the alphabet; 0 for the empty one. */
function ranks(strings: readonly string[]): Int32Array {
  const order = Array.from(strings.keys()).sort((a, b) => (strings[a]! < strings[b]! ? -1 : 1));
  const rank = new Int32Array(strings.length);
  order.forEach((index, place) => {
    rank[index] = strings[index] === "" ? 0 : place + 1;
  });
  return rank;
}
