/** The facets beside the list: what was counted for the search of the list, and which of them are folded. */

import { effect, signal } from "@preact/signals";
import { getFacets, getFields } from "../client/counts";
import { asSearched, type Facet, facetSearches } from "../model/facets";
import { asProblem, isAbort, type Problem } from "../model/problem";
import { question } from "./explorer";
import { recall, remember } from "./memory";

/** The server's curated ones, in its order: what is asked first of any set of spans. */
const CURATED = ["service", "status", "origin", "file", "fn", "http_status", "kind", "env", "version", "name"];
const SHORT = 6;
const LONG = 50;

export const facets = signal<readonly Facet[]>([]);
export const isCounting = signal(false);
export const problem = signal<Problem | null>(null);
/** In a narrow window they cover the list, so there they wait to be asked for. */
const isNarrow = matchMedia("(max-width: 900px)").matches;
export const isShown = signal(!isNarrow && recall("facets") !== "hidden");
export const folded = signal<ReadonlySet<string>>(readSet("facets.folded"));
/** Fields that the reader put behind the curated ones. */
export const added = signal<readonly string[]>([...readSet("facets.added")]);
/** Fields of which more than the most frequent values are wanted. */
export const unrolled = signal<ReadonlySet<string>>(new Set());

export function showFacets(isWanted: boolean): void {
  isShown.value = isWanted;
  if (!isNarrow) remember("facets", isWanted ? "shown" : "hidden");
}

export function fold(field: string): void {
  folded.value = flipped(folded.value, field);
  remember("facets.folded", JSON.stringify([...folded.value]));
}

export function unroll(field: string): void {
  unrolled.value = flipped(unrolled.value, field);
}

/** Puts a field behind the others, or takes it away again. */
export function addField(field: string): void {
  if (CURATED.includes(field)) return;
  added.value = [...flipped(new Set(added.value), field)];
  remember("facets.added", JSON.stringify(added.value));
}

export function isAdded(field: string): boolean {
  return added.value.includes(field);
}

/** Fields that begin so, attributes with and without their `@`. */
export async function fieldsLike(words: string, signal: AbortSignal): Promise<string[]> {
  const asked = question.peek();
  if (!asked) return [];
  const prefixes = words.startsWith("@") ? [words] : [words, `@${words}`];
  const fields = await Promise.all(prefixes.map((prefix) => getFields(asked, prefix, signal)));
  const names = fields.map((found) => found.map(({ name }) => name));
  return [...new Set(names.flat())];
}

/** Those of them that are no facet yet. */
export async function findFields(words: string, signal: AbortSignal): Promise<string[]> {
  const names = await fieldsLike(words, signal);
  return names.filter((name) => !CURATED.includes(name) && !added.peek().includes(name)).slice(0, 8);
}

/** Keeps the facets in step with the list while a page shows them; returns how to stop. */
export function followList(): () => void {
  let abort: AbortController | null = null;
  const stop = effect(() => {
    abort?.abort();
    const asked = question.value;
    const fields = [...CURATED, ...added.value];
    const wantsMore = unrolled.value;
    if (!asked || !isShown.value) return;
    abort = new AbortController();
    const { signal } = abort;
    isCounting.value = true;
    const parts = facetSearches(asked.query, fields).flatMap(({ query, fields: group }) => {
      const long = group.filter((field) => wantsMore.has(field));
      const short = group.filter((field) => !wantsMore.has(field));
      const ask = (names: readonly string[], limit: number) =>
        chunks(names).map((some) => getFacets({ ...asked, query }, some, limit, signal));
      return [...ask(short, SHORT), ...ask(long, LONG)];
    });
    Promise.all(parts).then(
      (found) => {
        if (signal.aborted) return;
        const byField = new Map(found.flat().map((facet) => [facet.field, asSearched(facet)]));
        facets.value = fields.flatMap((field) => byField.get(field) ?? []);
        problem.value = null;
        isCounting.value = false;
      },
      (error) => {
        if (isAbort(error) || signal.aborted) return;
        problem.value = asProblem(error);
        isCounting.value = false;
      },
    );
  });
  return () => {
    stop();
    abort?.abort();
  };
}

/** So many fields as the server counts at once. */
function chunks(fields: readonly string[]): string[][] {
  const most = 20;
  return Array.from({ length: Math.ceil(fields.length / most) }, (_, at) => fields.slice(at * most, (at + 1) * most));
}

function flipped(set: ReadonlySet<string>, one: string): ReadonlySet<string> {
  return set.has(one) ? new Set([...set].filter((other) => other !== one)) : new Set([...set, one]);
}

function readSet(key: string): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(recall(key) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : []);
  } catch {
    return new Set();
  }
}
