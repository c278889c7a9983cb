/**
 * What could be written where the caret stands in a search: keys of the language, fields of the spans, values of a key.
 *
 * Reads what stands around the caret, and puts a choice there. Which fields and values there are, the server says.
 */

import { readPieces } from "./query";
import { writeValue } from "./terms";

/** What is being written: a key, or the value of one. `start` to `end` is what a choice takes the place of. */
export interface Completing {
  readonly key: string | null;
  readonly prefix: string;
  readonly start: number;
  readonly end: number;
}

export interface Choice {
  /** What it is called in the list. */
  readonly text: string;
  /** What is written into the search. */
  readonly insert: string;
  readonly note: string;
}

/** A field that spans have. */
export interface Field {
  readonly name: string;
  readonly kind: "field" | "text" | "number" | "truth" | "list" | "resource";
}

/** Keys that are no field of a span, or are written otherwise in a search; each with what it is for. */
const KEYS: ReadonlyArray<readonly [string, string]> = [
  ["service", "who worked"],
  ["status", "error, ok"],
  ["kind", "server, client"],
  ["duration", ">100ms"],
  ["resource", "route, statement"],
  ["name", "of the span"],
  ["origin", "file:line of your code"],
  ["file", "of your code"],
  ["fn", "function of your code"],
  ["line", "number in the file"],
  ["has", "origin, error"],
  ["env", "environment"],
  ["version", "of the service"],
  ["commit", "of the code"],
  ["repository", "of the code"],
  ["trace_id", ""],
  ["span_id", ""],
  ["parent_id", ""],
];

const VALUES: Readonly<Record<Field["kind"], string>> = {
  field: "",
  text: "text",
  number: "number",
  truth: "true, false",
  list: "list",
  resource: "of the process",
};

const WORDS: Readonly<Record<string, readonly string[]>> = {
  status: ["error", "ok", "unset"],
  kind: ["server", "client", "producer", "consumer", "internal"],
  has: ["origin", "error", "parent"],
  duration: [">10ms", ">100ms", ">1s", "[100ms TO 1s]"],
};

/** The field whose values a key takes; null for one that takes none that could be listed. */
export function fieldOfKey(key: string): string | null {
  if (key === "origin") return "line";
  if (key in WORDS || /^(line|trace_id|span_id|parent_id|\*)$/.test(key)) return null;
  return key.replace(/\\(.)/g, "$1");
}

/** What is being written at the caret; null inside of something that no choice could take the place of. */
export function completingAt(query: string, caret: number): Completing | null {
  const open: (string | null)[] = [];
  let key: string | null = null;
  let at = 0;
  for (const { kind, text } of readPieces(query)) {
    const start = at;
    at += text.length;
    const isHere = caret > start && caret <= at;
    if (kind === "key" || kind === "code-key") {
      if (isHere && caret < at) return null;
      key = text.slice(0, -1);
      if (caret === at) return { key, prefix: "", start: at, end: endOfWord(query, at) };
    } else if (text === "(") {
      open.push(key);
      if (key === null && open.length > 1) open[open.length - 1] = open.at(-2) ?? null;
      key = null;
      if (caret === at) return { key: open.at(-1) ?? null, prefix: "", start: at, end: endOfWord(query, at) };
    } else if (text === ")") {
      open.pop();
      if (isHere) return null;
    } else if (kind === "space" || kind === "operator" || kind === "not") {
      if (isHere && kind === "operator") return null;
      if (isHere) return { key: open.at(-1) ?? null, prefix: "", start: caret, end: caret };
      if (kind === "space") key = null;
    } else {
      if (isHere) {
        const isQuoted = text.startsWith('"');
        const prefix = query.slice(start + (isQuoted ? 1 : 0), caret).replace(/\\(.)/g, "$1");
        return { key: key ?? open.at(-1) ?? null, prefix, start, end: at };
      }
      key = null;
    }
  }
  return caret === 0 ? { key: null, prefix: "", start: 0, end: 0 } : null;
}

/** What the language itself offers there. */
export function knownChoices({ key, prefix }: Completing): Choice[] {
  const begins = (text: string) => text.toLowerCase().startsWith(prefix.toLowerCase());
  if (key !== null) return (WORDS[key] ?? []).filter(begins).map((text) => ({ text, insert: `${text} `, note: "" }));
  return KEYS.filter(([name]) => begins(name)).map(([name, note]) => keyChoice(name, note));
}

/** A field by its name as the server lists it. */
export function keyChoice(name: string, note: string): Choice {
  return { text: name, insert: `${name.replace(/[\s()":\\]/g, "\\$&")}:`, note };
}

/** A field, and what its values are. */
export function fieldChoice({ name, kind }: Field): Choice {
  return keyChoice(name, VALUES[kind]);
}

export function valueChoice(value: string, note: string): Choice {
  return { text: value, insert: `${writeValue(value)} `, note };
}

/** The search with the choice in its place, and where the caret stands then. */
export function withChoice(query: string, { start, end }: Completing, { insert }: Choice): [string, number] {
  const rest = query.slice(end);
  const text = insert.endsWith(" ") && /^[\s)]/.test(rest) ? insert.trimEnd() : insert;
  return [query.slice(0, start) + text + rest, start + text.length];
}

function endOfWord(query: string, at: number): number {
  return at + (/^(?:\\.|[^\s()"\\])*/.exec(query.slice(at))?.[0].length ?? 0);
}
