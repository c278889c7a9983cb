/** Which line of one text is which of another: for numbers that were counted at another commit. */

/**
 * By the index of each line of `old`, its index in `now`; -1 for one that is not there any more. Between lines that are
 * alike at both ends, those that both texts have once tie them together in order, and so on between the ties; nothing
 * else is guessed.
 */
export function lineMap(old: readonly string[], now: readonly string[]): Int32Array {
  const map = new Int32Array(old.length).fill(-1);
  const open: Array<readonly [number, number, number, number]> = [[0, old.length, 0, now.length]];
  for (let stretch = open.pop(); stretch; stretch = open.pop()) {
    let [from, end, to, toEnd] = stretch;
    for (; from < end && to < toEnd && old[from] === now[to]; from++, to++) map[from] = to;
    for (; from < end && to < toEnd && old[end - 1] === now[toEnd - 1]; end--, toEnd--) map[end - 1] = toEnd - 1;
    const ties = inOrder(commonOnce(old, from, end, now, to, toEnd));
    for (const [at, there] of ties) {
      open.push([from, at, to, there]);
      map[at] = there;
      [from, to] = [at + 1, there + 1];
    }
    if (ties.length > 0) open.push([from, end, to, toEnd]);
  }
  return map;
}

/** Lines that both stretches have, and have once. */
function commonOnce(
  old: readonly string[],
  from: number,
  end: number,
  now: readonly string[],
  to: number,
  toEnd: number,
): ReadonlyArray<readonly [number, number]> {
  const here = onceIn(old, from, end);
  const there = onceIn(now, to, toEnd);
  return [...here].flatMap(([text, at]) => {
    const other = there.get(text) ?? -1;
    return at >= 0 && other >= 0 ? [[at, other] as const] : [];
  });
}

/** Where each text stands; -1 for one that stands at several places. */
function onceIn(lines: readonly string[], from: number, end: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (let at = from; at < end; at++) found.set(lines[at]!, found.has(lines[at]!) ? -1 : at);
  return found;
}

/** The longest of these pairs whose second numbers rise as the first do. */
function inOrder(ties: ReadonlyArray<readonly [number, number]>): ReadonlyArray<readonly [number, number]> {
  const ends: number[] = [];
  const before = new Int32Array(ties.length).fill(-1);
  ties.forEach(([, to], at) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ties[ends[middle]!]![1] < to) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[at] = ends[low - 1]!;
    ends[low] = at;
  });
  const chosen: Array<readonly [number, number]> = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]!) chosen.push(ties[at]!);
  return chosen.reverse();
}
