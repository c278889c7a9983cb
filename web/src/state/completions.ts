/** What could be written at the caret of the search box: asked of the server a moment after the last key. */

import { signal } from "@preact/signals";
import { getFields, getFieldValues } from "../client/counts";
import {
  type Choice,
  type Completing,
  completingAt,
  fieldChoice,
  fieldOfKey,
  knownChoices,
  valueChoice,
} from "../model/completion";
import { shortCount } from "../model/numbers";
import { question } from "./explorer";

export interface Offered {
  readonly at: Completing;
  readonly choices: readonly Choice[];
}

const REST_MS = 90;
const MOST = 10;

export const offered = signal<Offered | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;
let abort: AbortController | null = null;

/** Offers what fits at the caret, at once what the language has and then what the spans have. */
export function offerAt(query: string, caret: number): void {
  stopOffering();
  const at = completingAt(query, caret);
  if (!at) return;
  show(at, knownChoices(at));
  const asked = question.peek();
  if (!asked) return;
  abort = new AbortController();
  const { signal } = abort;
  timer = setTimeout(() => {
    // All that was received in the time shown, whatever the search asks for: it is being changed just now.
    const all = { ...asked, query: "" };
    const field = at.key === null ? null : fieldOfKey(at.key);
    const found: Promise<Choice[]> =
      at.key === null
        ? Promise.all(beginnings(at.prefix).map((prefix) => getFields(all, prefix, signal))).then((found) =>
            found.flat().map(fieldChoice),
          )
        : field === null
          ? Promise.resolve([])
          : getFieldValues(all, field, at.prefix, signal).then((values) =>
              values.map(({ value, count }) => valueChoice(value, shortCount(count))),
            );
    found.then(
      (choices) => {
        if (signal.aborted) return;
        const known = knownChoices(at);
        const words = new Set(known.map(({ insert }) => insert));
        show(at, [...known, ...choices.filter(({ insert }) => !words.has(insert))]);
      },
      () => {
        // A field that is not there has no values; the search itself will say so.
      },
    );
  }, REST_MS);
}

/** A word may be the beginning of an attribute's name, whose mark not everybody knows of. */
function beginnings(prefix: string): readonly string[] {
  return prefix === "" || prefix.startsWith("@") ? [prefix] : [prefix, `@${prefix}`];
}

export function stopOffering(): void {
  clearTimeout(timer);
  abort?.abort();
  offered.value = null;
}

function show(at: Completing, choices: readonly Choice[]): void {
  // A word that is written to its end needs no offer.
  const fresh = choices.filter(({ text }) => text !== at.prefix || choices.length > 1).slice(0, MOST);
  offered.value = fresh.length === 0 ? null : { at, choices: fresh };
}
