/**
 * The terms of a search, so that a click can add one or take one out without the reader typing.
 *
 * Only what stands at the top, joined by AND, is touched: `key:value`, `-key:value`, `key:(a OR b)`. Everything else stays
 * as it was written. A search with an OR at the top is put in brackets before something is added to it.
 */

import { readPieces } from "./query";

/** What a click means: spans that have this, or with `isNot` those that have not. `value` is as it is written. */
export interface Match {
  readonly key: string;
  readonly value: string;
  readonly isNot?: boolean;
}

export type TermState = "in" | "out" | null;

interface Term {
  readonly key: string;
  readonly isNot: boolean;
  /** As `writeValue` writes them; null where the value is none that a click could have made. */
  readonly values: readonly string[] | null;
  readonly start: number;
  readonly end: number;
}

const PLAIN = /^[A-Za-z0-9_./][A-Za-z0-9_./:@+,=#%~-]*$/;

/** A value that means exactly this, in quotes where something in it would be read otherwise. */
export function writeValue(value: string): string {
  if (PLAIN.test(value) && !/^(AND|OR|NOT)$/.test(value)) return value;
  return `"${value.replace(/[\\"]/g, "\\$&")}"`;
}

/** Whether the search asks for the match, for its opposite, or for neither. */
export function stateOf(query: string, match: Match): TermState {
  const { terms } = readTerms(query);
  const found = terms.find((term) => term.key === match.key && term.values?.includes(canonical(match.value)));
  if (!found) return null;
  return found.isNot === (match.isNot ?? false) ? "in" : "out";
}

/** The search with the match asked for, or its opposite; without it, when that was asked for already. */
export function toggled(query: string, match: Match, to: "in" | "out"): string {
  const before = stateOf(query, match);
  const without = before === null ? query : withoutMatch(query, match);
  if (before === to) return without;
  return withMatch(without, to === "in" ? match : { ...match, isNot: !match.isNot });
}

/** The search without what it demands of a key: what a facet counts, so that its other values stay in sight. */
export function withoutKey(query: string, key: string): string {
  const { terms } = readTerms(query);
  return terms
    .filter((term) => term.key === key && !term.isNot && term.values !== null)
    .reduceRight((text, term) => cut(text, term), query);
}

/** The search with one more condition, which no value of the same key is put together with. */
export function withCondition(query: string, condition: string): string {
  const text = query.trim();
  if (text === "") return condition;
  return `${readTerms(text).hasOr ? `(${text})` : text} ${condition}`;
}

/** Whether an OR at the top would take in what is put behind it. */
export function hasOrAtTop(query: string): boolean {
  return readTerms(query).hasOr;
}

function withMatch(query: string, match: Match): string {
  const sibling = readTerms(query).terms.find(
    (term) => term.key === match.key && !term.isNot && term.values !== null && !term.values.includes("*"),
  );
  if (!sibling || match.isNot || match.key === "has") {
    return withCondition(query, `${match.isNot ? "-" : ""}${match.key}:${match.value}`);
  }
  const values = [...(sibling.values ?? []), match.value].join(" OR ");
  return `${query.slice(0, sibling.start)}${match.key}:(${values})${query.slice(sibling.end)}`;
}

/** Taken out of every term that has it: a search may ask for a value twice, or contradict itself. */
function withoutMatch(query: string, match: Match): string {
  const value = canonical(match.value);
  return readTerms(query)
    .terms.filter(({ key, values }) => key === match.key && values?.includes(value))
    .reduceRight((text, term) => {
      const rest = (term.values ?? []).filter((other) => other !== value);
      if (rest.length === 0) return cut(text, term);
      const values = rest.length === 1 ? rest[0] : `(${rest.join(" OR ")})`;
      return `${text.slice(0, term.start)}${term.isNot ? "-" : ""}${term.key}:${values}${text.slice(term.end)}`;
    }, query);
}

/** The search without the term, and without the AND that joined it to its neighbour. */
function cut(query: string, term: Term): string {
  const before = query.slice(0, term.start);
  const head = withoutLastAnd(before);
  const tail = query
    .slice(term.end)
    .replace(head === before ? /^\s*AND(?![^\s()])/ : "", "")
    .trimStart();
  // What stands before the head stays where it is, for the terms that are cut after this one.
  return head.trim() === "" ? tail : `${head.trimEnd()} ${tail}`.trimEnd();
}

/** By its pieces: a quoted or escaped value may end in these letters too. */
function withoutLastAnd(text: string): string {
  const pieces = readPieces(text).filter(({ kind }) => kind !== "space");
  const last = pieces.at(-1);
  return last?.kind === "operator" && last.text === "AND" ? text.trimEnd().slice(0, -last.text.length) : text;
}

/** None when an OR stands at the top: what is beside it is no condition of the whole. */
function readTerms(query: string): { terms: readonly Term[]; hasOr: boolean } {
  const pieces = readPieces(query);
  const texts = pieces.map((piece) => piece.text);
  const terms: Term[] = [];
  let at = 0;
  let depth = 0;
  let negatedAt: number | null = null;
  for (let index = 0; index < pieces.length; index++) {
    const { kind, text } = pieces[index]!;
    const start = at;
    at += text.length;
    if (kind === "space") continue;
    if (text === "(") depth++;
    else if (text === ")") depth = Math.max(0, depth - 1);
    if (depth === 0 && kind === "operator" && text === "OR") return { terms: [], hasOr: true };
    if (kind === "not" || (kind === "operator" && text === "NOT")) {
      negatedAt ??= start;
      continue;
    }
    if (depth === 0 && (kind === "key" || kind === "code-key")) {
      const read = readValues(texts, index + 1);
      index += read.pieces;
      at += read.length;
      const key = text.slice(0, -1);
      terms.push({ key, isNot: negatedAt !== null, values: read.values, start: negatedAt ?? start, end: at });
    }
    if (kind !== "operator") negatedAt = null;
  }
  return { terms, hasOr: false };
}

/** What stands behind a key, from `at` on: one value, or several in brackets. */
function readValues(texts: readonly string[], at: number): { values: string[] | null; pieces: number; length: number } {
  const of = (pieces: number, values: string[] | null) => ({
    values,
    pieces,
    length: texts.slice(at, at + pieces).join("").length,
  });
  const first = texts[at];
  if (first === undefined || /^\s/.test(first)) return of(0, null);
  if (first !== "(") return of(1, /^[[{<>]/.test(first) ? null : [canonical(first)]);
  const close = closeOf(texts, at);
  if (close === null) return of(texts.length - at, null);
  const inside = texts.slice(at + 1, close).filter((text) => text.trim() !== "");
  const isList = inside.every((text, place) =>
    place % 2 === 1 ? text === "OR" : !/^[([{<>]|^[-!]$|^(AND|OR|NOT)$/.test(text),
  );
  return of(close + 1 - at, isList ? inside.filter((_, place) => place % 2 === 0).map(canonical) : null);
}

/** Where the bracket that opens at `at` is closed; null where it is not. */
function closeOf(texts: readonly string[], at: number): number | null {
  let depth = 0;
  for (let index = at; index < texts.length; index++) {
    if (texts[index] === "(") depth++;
    if (texts[index] === ")" && --depth === 0) return index;
  }
  return null;
}

/** One way of writing for each value, so that `"web"` and `web` are known to be the same. */
function canonical(written: string): string {
  if (written.startsWith('"')) return writeValue(unescaped(written.slice(1).replace(/"$/, "")));
  if (/^(?:\\.|[^\\*?])*[*?]/.test(written)) return written;
  return writeValue(unescaped(written));
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, "$1");
}
