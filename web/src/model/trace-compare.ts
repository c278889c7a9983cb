/**
 * Two traces side by side: what was done, from which line, how often, and how much time it took in each.
 *
 * Spans are put together by service, name and origin. Between two versions a line may have moved: where one function
 * makes a call from one line in each of them, that is one row as well.
 */

import type { OriginType } from "./span";
import { ERROR, type Trace } from "./trace";

export interface Share {
  readonly count: number;
  readonly errors: number;
  readonly totalNs: number;
  readonly selfNs: number;
}

export interface ComparedPlace {
  readonly type: OriginType;
  readonly path: string;
  readonly line: number;
  readonly function: string;
}

export interface Compared {
  readonly service: string;
  readonly what: string;
  readonly place: ComparedPlace | null;
  readonly here: Share;
  readonly there: Share;
  /** Of the first such span of the open trace; null where it has none. */
  readonly spanId: string | null;
}

export interface ComparedTrace {
  readonly trace: Trace;
  readonly durations: Float64Array;
  readonly selfNs: Float64Array;
}

const NOTHING: Share = { count: 0, errors: 0, totalNs: 0, selfNs: 0 };

/** Those first whose own time differs most. */
export function compareTraces(here: ComparedTrace, there: ComparedTrace): readonly Compared[] {
  const ours = groupsOf(here);
  const theirs = groupsOf(there);
  const rows: Compared[] = [];
  const lonely = new Map<string, { ours: Group[]; theirs: Group[] }>();
  const wait = (group: Group, side: "ours" | "theirs") => {
    const known = lonely.get(group.kinship) ?? { ours: [], theirs: [] };
    known[side].push(group);
    lonely.set(group.kinship, known);
  };
  for (const [key, group] of ours) {
    const other = theirs.get(key);
    if (other) rows.push(together(group, other));
    else wait(group, "ours");
  }
  for (const [key, group] of theirs) if (!ours.has(key)) wait(group, "theirs");
  for (const { ours: left, theirs: right } of lonely.values()) {
    if (left.length === 1 && right.length === 1) rows.push(together(left[0]!, right[0]!));
    else rows.push(...left.map((one) => together(one, null)), ...right.map((one) => together(null, one)));
  }
  const weight = ({ here: a, there: b }: Compared) => Math.abs(a.selfNs - b.selfNs);
  return rows.sort((a, b) => weight(b) - weight(a) || b.here.totalNs - a.here.totalNs);
}

interface Group {
  count: number;
  errors: number;
  totalNs: number;
  selfNs: number;
  readonly service: string;
  readonly what: string;
  readonly place: ComparedPlace | null;
  readonly spanId: string;
  /** Alike for calls of one function that only moved. */
  readonly kinship: string;
}

function groupsOf({ trace, durations, selfNs }: ComparedTrace): ReadonlyMap<string, Group> {
  const { strings } = trace;
  const byNumbers = new Map<string, Group>();
  for (let row = 0; row < trace.count; row++) {
    const what = strings[trace.resource[row]!] === "" ? trace.name[row]! : trace.resource[row]!;
    const numbers = `${trace.service[row]} ${what} ${trace.originType[row]} ${trace.originPath[row]} ${trace.originLine[row]}`;
    let group = byNumbers.get(numbers);
    if (!group) {
      group = newGroup(trace, row, strings[what] ?? "");
      byNumbers.set(numbers, group);
    }
    group.count++;
    if (trace.status[row] === ERROR) group.errors++;
    group.totalNs += durations[row]!;
    group.selfNs += selfNs[row]!;
  }
  // Numbers point into each trace's own table; between two of them words count.
  const byWords = new Map<string, Group>();
  for (const group of byNumbers.values()) byWords.set(`${group.kinship}\0${group.place?.line ?? ""}`, group);
  return byWords;
}

function newGroup(trace: Trace, row: number, what: string): Group {
  const text = (column: Int32Array) => trace.strings[column[row]!] ?? "";
  const type = trace.originType[row]!;
  const place: ComparedPlace | null =
    type === 0
      ? null
      : {
          type: type === 1 ? "entry" : "exit",
          path: text(trace.originPath),
          line: trace.originLine[row]!,
          function: text(trace.originFunction),
        };
  const service = text(trace.service);
  const kinship = [service, what, place?.type ?? "", place?.path ?? "", place?.function ?? ""].join("\0");
  return { ...NOTHING, service, what, place, spanId: trace.spanId[row]!, kinship };
}

function together(here: Group | null, there: Group | null): Compared {
  const { service, what, place } = (here ?? there)!;
  return { service, what, place, here: here ?? NOTHING, there: there ?? NOTHING, spanId: here?.spanId ?? null };
}
