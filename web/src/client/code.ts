/** Files of the repositories, and what each of their lines costs. */

import type { Caller, CodeFile, Exit, PlaceRed } from "../model/places";
import type { OriginType } from "../model/span";
import type { EpochNs } from "../model/time";
import type * as wire from "../wire";
import { ask } from "./ask";
import { toPlace, toRed } from "./shapes";

export interface PlaceQuestion {
  /** The file as its spans call it; empty for all. */
  readonly path: string;
  readonly query: string;
  readonly from: EpochNs;
  readonly to: EpochNs;
  readonly line?: number;
  readonly function?: string;
  readonly type?: OriginType;
  /** Whether the time of callees is wanted apart; it costs another reading. */
  readonly self?: boolean;
}

/** Names of the repositories whose source may be read. */
export async function listRepositories(signal?: AbortSignal): Promise<readonly string[]> {
  const { repositories } = await ask<wire.CodeRepositories>("/api/v1/code", {}, signal);
  return [...new Set(repositories.map(({ name }) => name))];
}

export async function getTree(
  repository: string,
  commit: string | null,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const parameters = { repository, ...(commit === null ? {} : { commit }) };
  return (await ask<wire.CodeTree>("/api/v1/code/tree", parameters, signal)).paths;
}

export async function getFile(
  repository: string,
  commit: string | null,
  path: string,
  signal?: AbortSignal,
): Promise<CodeFile> {
  const parameters = { repository, path, ...(commit === null ? {} : { commit }) };
  const file = await ask<wire.CodeFile>("/api/v1/code/file", parameters, signal);
  return {
    repository: file.repository,
    commit: file.commit,
    takenFrom: file.taken_from,
    path: file.path,
    lines: file.lines,
    functions: file.functions.map(({ name, line, first_line: first, last_line: last }) => ({
      name,
      line,
      first,
      last,
    })),
  };
}

export async function listPlaces(
  question: PlaceQuestion,
  group: "line" | "file",
  signal?: AbortSignal,
): Promise<readonly PlaceRed[]> {
  const parameters = {
    ...placeParameters(question),
    group,
    limit: "20000",
    ...(question.self ? { self: "true" } : {}),
  };
  const list = await ask<wire.OriginList>("/api/v1/origins", parameters, signal);
  return list.origins.map(toPlaceRed);
}

export async function getCallers(question: PlaceQuestion, signal?: AbortSignal): Promise<readonly Caller[]> {
  const { callers } = await ask<wire.Callers>("/api/v1/origins/callers", placeParameters(question), signal);
  return callers.map((caller) => ({
    ...toPlace(caller),
    relation: caller.relation,
    service: caller.service,
    share: caller.share,
  }));
}

export async function getExits(question: PlaceQuestion, signal?: AbortSignal): Promise<readonly Exit[]> {
  const { exits } = await ask<wire.Exits>("/api/v1/origins/exits", placeParameters(question), signal);
  return exits.map((exit) => ({
    ...toRed(exit),
    ...toPlace(exit),
    service: exit.service,
    perRequest: exit.per_request,
  }));
}

/** Lines that called again and again under one parent, with how often they did. */
export async function listRepeats(
  { query, from, to }: PlaceQuestion,
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  const parameters = { q: query, from: String(from), to: String(to), limit: "100" };
  const { findings } = await ask<wire.RepeatFindings>("/api/v1/findings/repeats", parameters, signal);
  return new Map(findings.map((found) => [found.line ?? 0, found.calls_per_parent]));
}

function placeParameters(question: PlaceQuestion): Record<string, string> {
  return {
    q: question.query,
    from: String(question.from),
    to: String(question.to),
    ...(question.path === "" ? {} : { path: question.path }),
    ...(question.line === undefined ? {} : { line: String(question.line) }),
    ...(question.function ? { function: question.function } : {}),
    ...(question.type === undefined ? {} : { type: question.type }),
  };
}

function toPlaceRed(stats: wire.OriginStats): PlaceRed {
  return {
    ...toRed(stats),
    path: stats.path ?? "",
    line: stats.line,
    function: stats.function ?? "",
    selfNs: stats.self_ns,
    entries: stats.entries,
  };
}
