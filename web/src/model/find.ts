/**
 * What a search finds in the trace that is open, as far as its columns tell.
 *
 * The language is the server's (docs/search.md), and so is the last word: whatever asks for what columns do not hold
 * (attributes, messages, files), and whatever is written in a way that this does not know, is left to the server.
 */

import type { SpanKind } from "./span";
import { ERROR, KINDS, type Trace } from "./trace";

export type Test = (row: number) => boolean;

/** A test for rows; null when the server has to be asked. */
export function testFor(query: string, trace: Trace): Test | null {
  const words = query.match(WORDS);
  if (words === null || bare(words.join("")) !== bare(query) || GLUED.test(query)) return null;
  const reading = { words, at: 0, trace };
  const test = either(reading);
  return test !== null && reading.at === words.length ? test : null;
}

/** Free text in what columns hold of it; the server looks in messages as well. Null when the query is not just a word. */
export function wordTest(query: string, trace: Trace): Test | null {
  const word = query.trim();
  if (!/^[\w./-]+$/.test(word) || /^-|^(AND|OR|NOT)$/.test(word)) return null;
  const asked = word.toLowerCase();
  const says = trace.strings.map((text) => text.toLowerCase().includes(asked));
  return (row) =>
    says[trace.name[row]!]! ||
    says[trace.resource[row]!]! ||
    (trace.originType[row] !== 0 && (says[trace.originFunction[row]!]! || says[trace.originPath[row]!]!));
}

interface Reading {
  readonly words: readonly string[];
  at: number;
  readonly trace: Trace;
}

/** Brackets, signs, and `key:value` with plain, compared or ranged values; none with quotes or backslashes. */
const WORDS = /[()]|[-!](?=[a-z(])|(?:AND|OR|NOT)(?![^\s()])|[a-z_]+:(?:[[{][^\]}()"\\]*[\]}]|[^\s()"\\]+)/g;

/** A bracket that a value runs into: a list of values, or a mistake. */
const GLUED = /:[^\s()]*\(/;

function bare(text: string): string {
  return text.replace(/\s+/g, "");
}

function either(reading: Reading): Test | null {
  let found = both(reading);
  while (found !== null && reading.words[reading.at] === "OR") {
    reading.at++;
    const [one, other] = [found, both(reading)];
    found = other && ((row) => one(row) || other(row));
  }
  return found;
}

function both(reading: Reading): Test | null {
  let found = unary(reading);
  while (found !== null) {
    const word = reading.words[reading.at];
    if (word === undefined || word === ")" || word === "OR") return found;
    if (word === "AND") reading.at++;
    const [one, other] = [found, unary(reading)];
    found = other && ((row) => one(row) && other(row));
  }
  return null;
}

function unary(reading: Reading): Test | null {
  const word = reading.words[reading.at++];
  if (word === "-" || word === "!" || word === "NOT") {
    const inner = unary(reading);
    return inner && ((row) => !inner(row));
  }
  if (word === "(") {
    const inner = either(reading);
    return reading.words[reading.at++] === ")" ? inner : null;
  }
  const colon = word?.indexOf(":") ?? -1;
  return word && colon > 0 ? term(word.slice(0, colon), word.slice(colon + 1), reading.trace) : null;
}

function term(key: string, value: string, trace: Trace): Test | null {
  switch (key) {
    case "service":
      return textTest(trace, trace.service, value);
    case "name":
    case "operation_name":
      return textTest(trace, trace.name, value);
    case "resource":
    case "resource_name":
      return textTest(trace, trace.resource, value);
    case "kind": {
      const kind = KINDS.indexOf(value.toLowerCase() as SpanKind);
      return kind < 0 ? null : (row) => trace.kind[row] === kind;
    }
    case "status":
      if (value === "error") return (row) => trace.status[row] === ERROR;
      return value === "ok" ? (row) => trace.status[row] !== ERROR : null;
    case "has":
      if (value === "origin") return (row) => trace.originType[row] !== 0;
      return value === "error" ? (row) => trace.status[row] === ERROR : null;
    case "duration":
      return numberTest(trace.duration, value);
    case "line":
      return numberTest(trace.originLine, value);
    default:
      return null;
  }
}

/** Whole and exact, `*` any run, `?` one character. */
function textTest(trace: Trace, column: Int32Array, value: string): Test | null {
  if (value === "*" || /^[<>[{]/.test(value)) return null;
  const pattern = value
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, "[^]*")
    .replaceAll("?", "[^]");
  const whole = new RegExp(`^${pattern}$`, "u");
  const fits = trace.strings.map((text) => whole.test(text));
  return (row) => fits[column[row]!]!;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

function numberTest(column: Float64Array | Int32Array, value: string): Test | null {
  const range = /^([[{])\s*(\S+)\s+TO\s+(\S+?)\s*([\]}])$/.exec(value);
  const compared = /^(>=|<=|>|<)(\S+)$/.exec(value);
  if (range) {
    const low = range[2] === "*" ? Number.NEGATIVE_INFINITY : numberIn(range[2]!);
    const high = range[3] === "*" ? Number.POSITIVE_INFINITY : numberIn(range[3]!);
    if (low === null || high === null) return null;
    const [isLow, isHigh] = [range[1] === "[", range[4] === "]"];
    return (row) => {
      const number = column[row]!;
      return (isLow ? number >= low : number > low) && (isHigh ? number <= high : number < high);
    };
  }
  const bound = numberIn(compared?.[2] ?? value);
  if (bound === null) return null;
  switch (compared?.[1]) {
    case ">=":
      return (row) => column[row]! >= bound;
    case "<=":
      return (row) => column[row]! <= bound;
    case ">":
      return (row) => column[row]! > bound;
    case "<":
      return (row) => column[row]! < bound;
    default:
      return (row) => column[row] === bound;
  }
}

function numberIn(text: string): number | null {
  const [, digits, unit] = /^(-?\d+(?:\.\d+)?)([a-zµ]*)$/i.exec(text) ?? [];
  const factor = UNITS[(unit ?? "").toLowerCase()];
  return digits === undefined || factor === undefined ? null : Number(digits) * factor;
}
