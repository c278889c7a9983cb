/** Which spans of a trace come from code that changed since their service last ran another commit, and how that is told. */

import type { Reason } from "./span";
import { type Marked, marked } from "./standouts";
import type { Trace } from "./trace";
import { versionName } from "./versions";

/** What is known of one service's code. `missing` says why nothing is, or beside places why not all is. */
export interface ServiceChange {
  readonly service: string;
  readonly version: string;
  readonly commit: string;
  /** What it is compared with; null where there is nothing. */
  readonly base: { readonly version: string; readonly commit: string; readonly isBefore: boolean } | null;
  readonly repository: string | null;
  readonly places: ReadonlyArray<{ readonly path: string; readonly line: number }>;
  readonly missing: Reason | null;
}

/** The spans whose origin is one of the places. */
export function markChanged(trace: Trace, services: readonly ServiceChange[]): Marked {
  const index = new Map(trace.strings.map((text, at) => [text, at]));
  const key = (service: number, path: number) => service * trace.strings.length + path;
  const lines = new Map<number, Set<number>>();
  for (const { service, places } of services) {
    for (const { path, line } of places) {
      const at = key(index.get(service) ?? -1, index.get(path) ?? -1);
      const known = lines.get(at);
      if (known) known.add(line);
      else lines.set(at, new Set([line]));
    }
  }
  if (lines.size === 0) return marked(trace.count, () => false);
  return marked(
    trace.count,
    (row) =>
      trace.originType[row] !== 0 &&
      lines.get(key(trace.service[row]!, trace.originPath[row]!))?.has(trace.originLine[row]!) === true,
  );
}

/** What was compared with what: `web: v2.3 against v2.2, which ran before`; with the reason where it could not be. */
export function comparedWords({ service, version, commit, base, missing }: ServiceChange): string {
  const told = base
    ? `${service}: ${versionName({ version, commit })} against ${versionName(base)}, which ${base.isBefore ? "ran before" : "came after"}`
    : "";
  if (!missing) return told;
  const why = `${missing.message}${missing.remedy ? ` ${missing.remedy}` : ""}`;
  return told === "" ? why : `${told}. ${why}`;
}

/** What differs between two commits: once for each pair that a service was compared by. */
export function comparedPairs(
  services: readonly ServiceChange[],
): ReadonlyArray<{ repository: string; base: string; head: string }> {
  const pairs = new Map<string, { repository: string; base: string; head: string }>();
  for (const { repository, base, commit, places } of services) {
    if (repository === null || base === null || places.length === 0) continue;
    const [from, to] = base.isBefore ? [base.commit, commit] : [commit, base.commit];
    pairs.set(`${repository} ${from} ${to}`, { repository, base: from, head: to });
  }
  return [...pairs.values()];
}
