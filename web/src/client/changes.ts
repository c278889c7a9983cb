/** Commits of a repository, what changed between two, and which versions ran of a place. */

import type { Changes } from "../model/changes";
import type { CodeName } from "../model/names";
import type { VersionRed } from "../model/versions";
import type * as wire from "../wire";
import { ask, type Question, window } from "./ask";
import { toRed } from "./shapes";

export interface Commit {
  readonly commit: string;
  readonly subject: string;
}

export async function listCommits(repository: string, signal?: AbortSignal): Promise<readonly Commit[]> {
  return (await ask<wire.CommitList>("/api/v1/code/commits", { repository }, signal)).commits;
}

/** What a file and a function were called before and are called now, the newest name first. */
export async function getNames(
  repository: string,
  path: string,
  name: string,
  commit: string | null,
  signal?: AbortSignal,
): Promise<readonly CodeName[]> {
  const more = { ...(name === "" ? {} : { function: name }), ...(commit === null ? {} : { commit }) };
  return (await ask<wire.CodeNames>("/api/v1/code/names", { repository, path, ...more }, signal)).names;
}

/** What changed between two commits; with `path` of that file alone, its hunks whole. */
export async function getChanges(
  repository: string,
  base: string,
  head: string,
  path: string | null,
  signal?: AbortSignal,
): Promise<Changes> {
  const parameters = { repository, base, head, ...(path === null ? {} : { path }) };
  const found = await ask<wire.CodeChanges>("/api/v1/code/diff", parameters, signal);
  const files = found.files.map(({ old_path: oldPath, is_pending: isPending, ...file }) => ({
    ...file,
    oldPath,
    isPending,
  }));
  return { repository, base: found.base, head: found.head, files, isWhole: found.is_whole };
}

/** What ran of a search, by version and commit, the one that came last first. */
export async function listVersions(
  question: Question,
  pieces: number,
  signal?: AbortSignal,
): Promise<readonly VersionRed[]> {
  const parameters = { ...window(question), by: "version,commit", buckets: String(pieces), limit: "20" };
  const answer = await ask<wire.Groups>("/api/v1/aggregate", parameters, signal);
  const step = BigInt(answer.step_ns ?? 0);
  return answer.groups
    .map((group) => {
      const counts = group.series?.counts ?? [];
      const first = Math.max(
        0,
        counts.findIndex((count) => count > 0),
      );
      return {
        ...toRed(group),
        version: group.values[0] ?? "",
        commit: group.values[1] ?? "",
        since: BigInt(answer.start_ns) + BigInt(first) * step,
        counts,
        errorCounts: group.series?.errors ?? [],
        p95s: group.series?.p95_ns ?? [],
      };
    })
    .sort((a, b) => (a.since === b.since ? b.count - a.count : a.since < b.since ? 1 : -1));
}
