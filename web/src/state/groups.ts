/** What is counted of the search of the list: places in the code, a top list, and how it went over the window. */

import { effect, type Signal, signal } from "@preact/signals";
import type { Question } from "../client/ask";
import { getCourses, getDeploys, getOrigins, getOverview, getStats, getTop } from "../client/counts";
import { explain, getHeatMap, readQuery } from "../client/heat";
import type { Deploy } from "../model/deploys";
import type { GroupOrder, OriginGroup } from "../model/explore-look";
import type { Courses, OriginStats, Overview, Stats, TopGroup } from "../model/groups";
import type { Explanation, HeatMap, HeatSelection } from "../model/heat";
import { asProblem, isAbort, type Problem } from "../model/problem";
import type { Reading } from "../model/reading";
import { question } from "./explorer";

/** What was counted, and whether it is being counted again; old figures stay until new ones are there. */
export interface Counted<Value> {
  readonly value: Value | null;
  readonly isCounting: boolean;
  readonly problem: Problem | null;
}

const PLACES = 200;
const TREND = 48;
const SERIES = 96;
const COLUMNS = 120;
/** Groups over time that fit a screen; the rest is for the top list. */
const COURSES = 12;
/** With a series each, the server gives 50 groups at most. */
const GROUPS = 50;

const none = { value: null, isCounting: true, problem: null };

export const origins = signal<Counted<readonly OriginStats[]>>(none);
export const top = signal<Counted<readonly TopGroup[]>>(none);
export const courses = signal<Counted<Courses>>(none);
export const heat = signal<Counted<HeatMap>>(none);
export const overview = signal<Counted<Overview>>(none);
/** What was deployed in the window, and how the search did until the newest of it came. */
export const arrived = signal<Counted<Arrived>>(none);

export interface Arrived {
  readonly deploys: readonly Deploy[];
  readonly before: Stats | null;
}

/** Keeps the places in step with the search while a page shows them; returns how to stop. */
export function followOrigins(group: OriginGroup, sort: GroupOrder): () => void {
  return follow(origins, (asked, signal) =>
    getOrigins({ ...asked, group, sort, limit: PLACES, pieces: TREND }, signal),
  );
}

export function followTop(by: string, sort: GroupOrder): () => void {
  return follow(top, (asked, signal) => getTop({ ...asked, by, sort, limit: GROUPS, pieces: TREND }, signal));
}

export function followCourses(by: string, sort: GroupOrder): () => void {
  return follow(courses, (asked, signal) => getCourses({ ...asked, by, sort, limit: COURSES, pieces: SERIES }, signal));
}

export function followHeat(): () => void {
  return follow(heat, (asked, signal) => getHeatMap(asked, COLUMNS, signal));
}

/** What sets a part of the heat map apart from the rest of the search. */
export async function explained(selection: HeatSelection, signal: AbortSignal): Promise<Explanation | null> {
  const asked = question.peek();
  return asked && explain(asked, selection, signal);
}

/** How the server understood the search of the list. */
export async function understood(signal: AbortSignal): Promise<Reading | null> {
  const asked = question.peek();
  return asked && readQuery(asked.query, signal);
}

export function followOverview(): () => void {
  return follow(overview, (asked, signal) => getOverview(asked, SERIES, signal));
}

/** Of the last answer, until the next is there: marks of another search would stand in the wrong place. */
export function followDeploys(): () => void {
  return follow(arrived, async (asked, signal) => {
    const deploys = await getDeploys(asked, signal);
    const newest = deploys[0];
    return { deploys, before: newest ? await getStats({ ...asked, to: newest.at }, signal) : null };
  });
}

function follow<Value>(
  into: Signal<Counted<Value>>,
  count: (asked: Question, signal: AbortSignal) => Promise<Value | null>,
): () => void {
  let abort: AbortController | null = null;
  const stop = effect(() => {
    abort?.abort();
    const asked = question.value;
    if (!asked) return;
    abort = new AbortController();
    const { signal } = abort;
    into.value = { ...into.peek(), isCounting: true };
    count(asked, signal).then(
      (value) => {
        if (!signal.aborted) into.value = { value, isCounting: false, problem: null };
      },
      (error) => {
        if (isAbort(error) || signal.aborted) return;
        into.value = { value: null, isCounting: false, problem: asProblem(error) };
      },
    );
  });
  return () => {
    stop();
    abort?.abort();
  };
}
