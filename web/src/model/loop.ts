/** The line of a loop around a line of code: what makes a call be made again and again. Read from the text alone. */

/** `for`, `while` and their kin at the beginning of a line, and calls that go through a list at its end. */
const LOOP = /^(?:async )?(?:for|foreach|while|loop|until|do)\b|\.(?:each|map|forEach|flatMap|ForEach|stream)\b/;
/** Within one line: comprehensions, and functions that take each. */
const WITHIN = /[([{][^#]*\bfor\s+[\w(),\s]+\s+in\b|\.(?:map|forEach|each|flatMap)\(/;
/** What a function begins with: a loop around its call is another line's. */
const FUNCTION = /^(?:async )?(?:def|class|function|func|fn|sub)\b|^(?:public|private|protected|static|export)\b.*\(/;

/** Which of `lines` (the first being line `first`) is the innermost loop around line `marked`; null when none is there. */
export function loopAround(lines: readonly string[], first: number, marked: number): number | null {
  const text = lines[marked - first];
  if (text === undefined) return null;
  if (WITHIN.test(text) || LOOP.test(text.trim())) return marked;
  let least = indentOf(text);
  for (let at = marked - first - 1; at >= 0; at--) {
    const line = lines[at]!;
    const trimmed = line.trim();
    if (trimmed === "" || indentOf(line) >= least) continue;
    if (LOOP.test(trimmed)) return first + at;
    if (FUNCTION.test(trimmed)) return null;
    least = indentOf(line);
    // A call or a comprehension over several lines: its loop may stand below its beginning.
    const within = lines
      .slice(at, marked - first)
      .findIndex((one) => /^\s*for\b.*\bin\b/.test(one) || WITHIN.test(one));
    if (within >= 0 && /[([{]\s*$/.test(trimmed)) return first + at + within;
  }
  return null;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
