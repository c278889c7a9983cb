/** Facets: fields with their most frequent values, what they are called, and which term of a search a value stands for. */

import { type Match, withoutKey, writeValue } from "./terms";

export interface FacetValue {
  /** Empty: spans that have none. */
  readonly value: string;
  readonly count: number;
  readonly errors: number;
}

export interface Facet {
  readonly field: string;
  readonly values: readonly FacetValue[];
  readonly hasMore: boolean;
}

/** What a field is called on the page, in the order of the server's own facets. */
const LABELS: Readonly<Record<string, string>> = {
  service: "Service",
  status: "Status",
  origin: "Origin",
  file: "Origin file",
  fn: "Origin function",
  line: "Origin line",
  http_status: "HTTP status",
  kind: "Kind",
  env: "Environment",
  version: "Version",
  name: "Name",
  resource: "Resource",
  commit: "Commit",
};

/** Fields whose name in a search is another one: `origin:` asks for a place there, not for a type. */
const KEYS: Readonly<Record<string, string>> = {
  origin: "@spanorigin.type",
  http_status: "@http.status_code",
  line: "origin",
};

const CODE_FIELDS = new Set(["origin", "file", "fn", "line"]);

export function facetLabel(field: string): string {
  return LABELS[field] ?? field;
}

/** Whether the field speaks of code, so that the diamond stands before it. */
export function isAboutCode(field: string): boolean {
  return CODE_FIELDS.has(field);
}

/** How the field is written in a search. */
export function facetKey(field: string): string {
  return KEYS[field] ?? field.replace(/[\s()":\\]/g, "\\$&");
}

/** What a click on a value asks for. */
export function facetMatch(field: string, value: string): Match {
  if (value !== "") return { key: facetKey(field), value: writeValue(value) };
  if (CODE_FIELDS.has(field)) return { key: "has", value: "origin", isNot: true };
  return { key: facetKey(field), value: "*", isNot: true };
}

/** `status:ok` finds whatever did not fail, so spans whose status nobody set are counted with it. */
export function asSearched(facet: Facet): Facet {
  if (facet.field !== "status") return facet;
  const fine = facet.values.filter(({ value }) => value !== "error");
  const failed = facet.values.filter(({ value }) => value === "error");
  const count = fine.reduce((sum, value) => sum + value.count, 0);
  return { ...facet, values: [...(count > 0 ? [{ value: "ok", count, errors: 0 }] : []), ...failed] };
}

/** Searches that answer for the facets: one for all, and one for each field whose own values are chosen already. */
export function facetSearches(
  query: string,
  fields: readonly string[],
): { query: string; fields: readonly string[] }[] {
  const own = fields.map((field) => ({ field, query: withoutKey(query, facetKey(field)) }));
  const shared = own.filter((one) => one.query === query).map(({ field }) => field);
  const apart = own.filter((one) => one.query !== query).map((one) => ({ query: one.query, fields: [one.field] }));
  return [...(shared.length > 0 ? [{ query, fields: shared }] : []), ...apart];
}
