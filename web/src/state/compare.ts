/** The trace that the open one is compared with: found by what it is to be, or named by its id. */

import { computed, effect, signal } from "@preact/signals";
import { getOverview } from "../client/counts";
import { spansByDuration } from "../client/spans";
import { getTrace } from "../client/trace";
import { asProblem, isAbort, type Problem } from "../model/problem";
import type { Span } from "../model/span";
import { writeValue } from "../model/terms";
import { fromMs } from "../model/time";
import { NO_PARENT, readRow } from "../model/trace";
import { compareTraces } from "../model/trace-compare";
import { type OpenTrace, workOut } from "../model/work-out";
import { page } from "./route";
import { open } from "./trace";

export type Likeness = "median" | "fastest" | "slowest";

const against = computed(() => (page.value.name === "trace" ? (page.value.look?.against ?? "") : ""));
/** Null until it has come. */
export const other = signal<OpenTrace | null>(null);
export const problem = signal<Problem | null>(null);
const attempt = signal(0);

export const rows = computed(() => {
  const [here, there] = [open.value, other.value];
  return here && there ? compareTraces(sideOf(here), sideOf(there)) : null;
});

effect(() => {
  void attempt.value;
  const traceId = against.value;
  other.value = null;
  problem.value = null;
  if (traceId === "") return;
  const abort = new AbortController();
  getTrace(traceId, abort.signal).then(
    (trace) => {
      if (!abort.signal.aborted) other.value = workOut(trace);
    },
    (error) => {
      if (!abort.signal.aborted && !isAbort(error)) problem.value = asProblem(error);
    },
  );
  return () => abort.abort();
});

export function retry(): void {
  attempt.value++;
}

const DAY_NS = 86_400_000_000_000n;

/** Of the traces that begin as the open one does, in the day around it, the one that is so; null when it is alone. */
export async function traceLike({ trace, tree }: OpenTrace, likeness: Likeness): Promise<Span | null> {
  const root = tree.order[0];
  if (root === undefined) return null;
  const { service, resource } = readRow(trace, root);
  const isWhole = trace.parent[root] === NO_PARENT;
  const alike = `service:${writeValue(service)} resource:${writeValue(resource)}${isWhole ? " -has:parent" : ""}`;
  const now = fromMs(Date.now());
  const from = trace.startNs - DAY_NS;
  const to = trace.startNs + DAY_NS < now ? trace.startNs + DAY_NS : now;
  const others = `${alike} -trace_id:${trace.traceId}`;
  const one = async (query: string, sort: "slowest" | "fastest") =>
    (await spansByDuration(query, from, to, 1, sort))[0] ?? null;
  if (likeness === "slowest") return one(others, "slowest");
  // One that failed at once is no goal to reach.
  if (likeness === "fastest") return one(`${others} -status:error`, "fastest");
  const all = await getOverview({ query: others, from, to }, 1);
  if (!all) return null;
  const p50 = Math.round(all.stats.p50Ns);
  return (await one(`${others} duration:>=${p50}ns`, "fastest")) ?? one(`${others} duration:<=${p50}ns`, "slowest");
}

function sideOf({ trace, timeline, selfNs }: OpenTrace) {
  return { trace, durations: timeline.duration, selfNs: selfNs() };
}
