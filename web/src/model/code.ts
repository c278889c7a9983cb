/** Highlighted source as the preview draws it: few colours, no indent that all lines share. */

import type { Token } from "./span";

/** The classes that styles/code.css knows. An empty class is plain ink. */
export type CodeClass = "" | "tok-keyword" | "tok-string" | "tok-number" | "tok-comment" | "tok-punct" | "tok-def";

/** Pygments' short class names, by their beginnings; the longest that fits wins. Highlighting is quiet on purpose. */
const CLASSES: ReadonlyArray<readonly [string, CodeClass]> = [
  ["ow", "tok-keyword"],
  ["nd", "tok-punct"],
  ["nf", "tok-def"],
  ["fm", "tok-def"],
  ["nc", "tok-def"],
  ["k", "tok-keyword"],
  ["s", "tok-string"],
  ["m", "tok-number"],
  ["il", "tok-number"],
  ["c", "tok-comment"],
  ["p", "tok-punct"],
  ["o", "tok-punct"],
];

export function codeClass(pygments: string): CodeClass {
  return CLASSES.find(([beginning]) => pygments.startsWith(beginning))?.[1] ?? "";
}

/** Takes away the indent that all lines share, so that a narrow panel shows code and not air. */
export function withoutSharedIndent(lines: readonly (readonly Token[])[]): readonly (readonly Token[])[] {
  const texts = lines.map(lineText).filter((text) => text.trim() !== "");
  const indents = texts.map((text) => /^[ \t]*/.exec(text)?.[0] ?? "");
  const shared = indents.reduce(commonStart, indents[0] ?? "");
  return shared === "" ? lines : lines.map((line) => dropCharacters(line, shared.length));
}

/** Characters that turn the order of others around: a line would read otherwise than it runs. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;

/** The text with such characters named instead of obeyed. */
export function withoutTurns(text: string): string {
  return text.replace(TURNING, (character) => `\u27e8U+${character.charCodeAt(0).toString(16).toUpperCase()}\u27e9`);
}

export function lineText(line: readonly Token[]): string {
  return line.map(([, text]) => text).join("");
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

function dropCharacters(line: readonly Token[], count: number): readonly Token[] {
  let left = count;
  const kept: Token[] = [];
  for (const [kind, text] of line) {
    const cut = text.slice(left);
    left = Math.max(0, left - text.length);
    if (cut !== "") kept.push([kind, cut]);
  }
  return kept;
}
