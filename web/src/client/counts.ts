/** What is counted of a search: facets, places, groups, and the course over time. */

import type { Field } from "../model/completion";
import type { Deploy } from "../model/deploys";
import type { GroupOrder, OriginGroup } from "../model/explore-look";
import type { Facet } from "../model/facets";
import type { Courses, OriginStats, Overview, Stats, TopGroup } from "../model/groups";
import type * as wire from "../wire";
import { ask, type Question, window } from "./ask";
import { toStats, toTrend } from "./shapes";

export async function getFacets(
  question: Question,
  fields: readonly string[],
  limit: number,
  signal?: AbortSignal,
): Promise<Facet[]> {
  const parameters = { ...window(question), fields: fields.join(","), limit: String(limit) };
  const { facets } = await ask<wire.Facets>("/api/v1/facets", parameters, signal);
  return facets.map(({ field, values, has_more: hasMore }) => ({ field, values, hasMore }));
}

/** Fields that begin so, the most common first. */
export async function getFields(question: Question, prefix: string, signal?: AbortSignal): Promise<readonly Field[]> {
  const parameters = { ...window(question), prefix, limit: "30" };
  return (await ask<wire.Fields>("/api/v1/fields", parameters, signal)).fields;
}

/** Values of a field that begin so, the most frequent first. */
export async function getFieldValues(
  question: Question,
  field: string,
  prefix: string,
  signal?: AbortSignal,
): Promise<readonly { readonly value: string; readonly count: number }[]> {
  const parameters = { ...window(question), field, prefix, limit: "12" };
  return (await ask<wire.FieldValues>("/api/v1/fields/values", parameters, signal)).values;
}

export interface OriginsQuestion extends Question {
  readonly group: OriginGroup;
  readonly sort: GroupOrder;
  readonly limit: number;
  readonly pieces: number;
}

export async function getOrigins(question: OriginsQuestion, signal?: AbortSignal): Promise<OriginStats[]> {
  const { group, sort, limit, pieces } = question;
  const parameters = { ...window(question), group, sort, limit: String(limit), buckets: String(pieces) };
  const { origins } = await ask<wire.OriginList>("/api/v1/origins", parameters, signal);
  return origins.map((origin) => ({
    ...toStats(origin),
    path: origin.path ?? "",
    line: origin.line,
    function: origin.function,
    entries: origin.entries,
    trend: origin.trend,
  }));
}

/** The whole search as one group, over time. */
export async function getOverview(question: Question, pieces: number, signal?: AbortSignal): Promise<Overview | null> {
  const parameters = { ...window(question), buckets: String(pieces) };
  const answer = await ask<wire.Groups>("/api/v1/aggregate", parameters, signal);
  const all = answer.groups[0];
  if (!all?.series || answer.step_ns === null || all.count === 0) return null;
  return {
    from: BigInt(answer.start_ns),
    stepNs: answer.step_ns,
    stats: toStats(all),
    counts: all.series.counts,
    errors: all.series.errors,
    p95Ns: all.series.p95_ns,
  };
}

/** Groups of the search over time, in their order. */
export async function getCourses(question: TopQuestion, signal?: AbortSignal): Promise<Courses> {
  const { by, sort, limit, pieces } = question;
  const parameters = { ...window(question), by, sort, limit: String(limit), buckets: String(pieces) };
  const { groups, start_ns, step_ns } = await ask<wire.Groups>("/api/v1/aggregate", parameters, signal);
  return {
    from: BigInt(start_ns),
    stepNs: step_ns ?? 1,
    groups: groups.map((group) => ({
      ...toStats(group),
      value: group.values[0] ?? "",
      counts: group.series?.counts ?? [],
      errorCounts: group.series?.errors ?? [],
      p95s: group.series?.p95_ns ?? [],
    })),
  };
}

/** The numbers of the whole search; null when it finds nothing. */
export async function getStats(question: Question, signal?: AbortSignal): Promise<Stats | null> {
  const { groups } = await ask<wire.Groups>("/api/v1/aggregate", window(question), signal);
  return groups[0] && groups[0].count > 0 ? toStats(groups[0]) : null;
}

/** Versions that came while the services of the search ran, newest first. */
export async function getDeploys(question: Question, signal?: AbortSignal): Promise<readonly Deploy[]> {
  const { deploys } = await ask<wire.Deploys>("/api/v1/deploys", window(question), signal);
  return deploys.map(({ service, version, commit, at_ns, version_before, commit_before }) => ({
    service,
    version,
    commit,
    at: BigInt(at_ns),
    before: { version: version_before, commit: commit_before },
  }));
}

export interface TopQuestion extends Question {
  readonly by: string;
  readonly sort: GroupOrder;
  readonly limit: number;
  readonly pieces: number;
}

export async function getTop(question: TopQuestion, signal?: AbortSignal): Promise<TopGroup[]> {
  const { by, sort, limit, pieces } = question;
  const parameters = { ...window(question), by, sort, limit: String(limit), buckets: String(pieces) };
  const { groups } = await ask<wire.Groups>("/api/v1/aggregate", parameters, signal);
  return groups.map((group) => ({ ...toStats(group), value: group.values[0] ?? "", trend: toTrend(group.series) }));
}
