/**
 * Whatever stands in the search field: the pieces are the text, nothing throws and nothing takes for ever, and what a
 * click writes is read back as what was clicked.
 *
 * A few thousand texts in a run of the tests; `make fuzz` goes on for FUZZ_MINUTES from a FUZZ_SEED of its own. A failure
 * names the seed and the number of its text, which is made by these two alone.
 */

import { describe, expect, test } from "vitest";
import { completingAt, withChoice } from "../src/model/completion";
import { readPieces, toUnits, withHint } from "../src/model/query";
import { hasOrAtTop, stateOf, toggled, withCondition, withoutKey, writeValue } from "../src/model/terms";

const SEED = Number(process.env.FUZZ_SEED ?? 1);
const FIRST = Number(process.env.FUZZ_FIRST ?? 0);
const SECONDS = Number(process.env.FUZZ_MINUTES ?? 0) * 60;
const EXAMPLES = 2000;
const PATIENCE_MS = 30_000 + SECONDS * 1000;

const KEYS = ["service", "status", "file", "line", "duration", "@http.route", "@a\\ b", "has", "ü"];
const VALUES = [
  "web",
  "web*",
  "4?",
  '"a b"',
  '"(x) OR \\"y\\""',
  "app/views.py:42",
  "[1 TO 5]",
  "{1 TO *]",
  ">=1.5s",
  "-3",
];
const SIGNS = [
  "(",
  ")",
  "AND",
  "OR",
  "NOT",
  "-",
  "!",
  '"',
  "\\",
  ":",
  "::",
  " ",
  "\t",
  "\n",
  "\0",
  "[",
  "]",
  "{",
  ">",
  "*",
  "@",
];
const ODD = [
  "\u2028",
  "\ud800",
  "🙂",
  "\u202e",
  "é",
  "\ufeff",
  "\u00a0",
  "￿",
  "$&",
  "$1",
  "\\\n",
  "__proto__",
  "constructor",
];

/** Numbers from 0 up to 1, the same for the same seed: mulberry32. */
function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Writer {
  private readonly chance: () => number;

  constructor(number: number) {
    this.chance = chanceOf(Math.imul(SEED, 0x9e3779b1) + number);
  }

  below(limit: number): number {
    return Math.floor(this.chance() * limit);
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!;
  }

  /** Anything: signs, words of the language and odd characters in any order. */
  text(): string {
    const parts = Array.from({ length: this.below(14) }, () =>
      this.below(3) === 0 ? String.fromCharCode(this.below(0x250)) : this.one([...SIGNS, ...VALUES, ...KEYS, ...ODD]),
    );
    return parts.join(this.one(["", "", " "]));
  }

  /** A search that the server would take. */
  search(depth = 0): string {
    const terms = Array.from({ length: 1 + this.below(4) }, () => this.term(depth));
    return terms.join(this.one([" ", "  ", " AND ", " OR "]));
  }

  match() {
    const value = this.one([() => this.text(), () => this.one(["web", "pay", "AND", "", "5*", "a b"])])();
    return { key: this.one(["service", "status", "@http.route", "name"]), value: writeValue(value) };
  }

  private term(depth: number): string {
    const not = this.one(["", "", "", "-", "!", "NOT "]);
    if (depth < 3 && this.below(5) === 0) return `${not}(${this.search(depth + 1)})`;
    if (this.below(4) === 0) return not + this.one(["timeout", '"connection reset"', "5*"]);
    if (this.below(4) === 0) return `${not}${this.one(KEYS)}:(${this.one(VALUES)} OR ${writeValue(this.text())})`;
    return `${not}${this.one(KEYS)}:${this.below(2) === 0 ? this.one(VALUES) : writeValue(this.text())}`;
  }
}

/** Each number's text in turn: so many, or for the share of FUZZ_MINUTES that a claim has. */
function each(claim: (writer: Writer) => void): void {
  const end = performance.now() + (SECONDS * 1000) / 4;
  for (let number = FIRST; number < FIRST + EXAMPLES || performance.now() < end; number++) {
    try {
      claim(new Writer(number));
    } catch (error) {
      throw new Error(`FUZZ_SEED=${SEED} FUZZ_FIRST=${number}: ${error}`, { cause: error });
    }
  }
}

const joined = (query: string) =>
  readPieces(query)
    .map(({ text }) => text)
    .join("");

/** An AND without a term on one of its sides, which the server would refuse. */
const looseAnd = (query: string) => /(?:^|AND) AND | AND$/.exec(withoutValues(query))?.[0] ?? null;

const withoutValues = (query: string) =>
  readPieces(query)
    .map(({ kind, text }) => (kind === "value" || kind === "number" ? "v" : kind === "space" ? " " : text))
    .join("");

describe("whatever is typed", { timeout: PATIENCE_MS }, () => {
  test("the pieces put together are the text, and none is empty", () => {
    each((writer) => {
      const query = writer.text();
      expect(joined(query)).toBe(query);
      expect(readPieces(query).every(({ text }) => text !== "")).toBe(true);
    });
  });

  test("a click, a hint and a completion at any place give a text, and leave what they do not touch", () => {
    each((writer) => {
      const query = writer.text();
      const match = writer.match();
      for (const to of ["in", "out"] as const) expect(typeof toggled(query, match, to)).toBe("string");
      expect(withCondition(query, "a:b").endsWith("a:b")).toBe(true);
      expect(query.replace(/\s/g, "")).toContain(withoutKey(query, "no.such.key").replace(/\s/g, ""));

      const place = writer.below(query.length + 2);
      const hinted = withHint(query, place, "hint");
      const at = toUnits(query, place);
      expect(hinted.slice(0, at + 4)).toBe(`${query.slice(0, at)}hint`);
      expect(query.endsWith(hinted.slice(at + 4))).toBe(true);

      const completing = completingAt(query, Math.min(place, query.length));
      if (completing === null) return;
      expect(completing.start).toBeLessThanOrEqual(completing.end);
      expect(completing.end).toBeLessThanOrEqual(query.length);
      const [chosen] = withChoice(query, completing, { text: "", insert: "chosen", note: "" });
      expect(chosen.startsWith(`${query.slice(0, completing.start)}chosen`)).toBe(true);
    });
  });
});

describe("what a click writes into a sound search", { timeout: PATIENCE_MS }, () => {
  test("is read back as what was clicked, and a second click takes it back", () => {
    each((writer) => {
      const query = writer.search();
      const match = writer.match();
      for (const [to, other] of [
        ["in", "out"],
        ["out", "in"],
      ] as const) {
        if (stateOf(query, match) === to) continue;
        const clicked = toggled(query, match, to);
        expect(joined(clicked)).toBe(clicked);
        expect([query, clicked, stateOf(clicked, match)]).toEqual([query, clicked, to]);
        expect([query, clicked, stateOf(clicked, { ...match, isNot: true })]).toEqual([query, clicked, other]);
        const taken = toggled(clicked, match, to);
        expect([query, clicked, stateOf(taken, match)]).toEqual([query, clicked, null]);
        expect([query, clicked, looseAnd(clicked)]).toEqual([query, clicked, null]);
        expect([query, taken, looseAnd(taken)]).toEqual([query, taken, null]);
      }
    });
  });

  test("leaves the rest of the search as it was", () => {
    each((writer) => {
      const query = writer.search().trim();
      const match = { ...writer.match(), key: "not.there" };
      const before = hasOrAtTop(query) ? `(${query})` : query;
      expect(toggled(query, match, "in")).toBe(`${before} not.there:${match.value}`);
      expect(toggled(toggled(query, match, "in"), match, "in")).toBe(before);
    });
  });
});

// Two steps for each pair of characters would be minutes here: 100,000 of most.
test.each([...SIGNS, ...ODD, "a", "a:b ", "a:(b OR c) ", "a:(", "-a:[", "a OR ", '"a" ', "\\a", "@a.b:"])(
  "a long search of nothing but %j is read to its end",
  { timeout: 30_000 },
  (part) => {
    const query = part.repeat(100_000 / part.length);

    expect(joined(query)).toBe(query);
    expect(stateOf(query, { key: "service", value: "web" })).toBe(null);
    expect(typeof toggled(query, { key: "service", value: "web" }, "in")).toBe("string");
    completingAt(query, query.length);
  },
);
