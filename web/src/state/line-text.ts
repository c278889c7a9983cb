/**
 * The line that a span comes from, for the column of source lines.
 *
 * A few files are asked for at a time, each with the lines around the one that is wanted: what a list shows comes from
 * few files, and a question for each of its lines would be many times as many.
 */

import type { Span, Token } from "../model/span";
import { sourceOf } from "./sources";

const AT_ONCE = 4;
/** Lines on either side that come along. */
const AROUND = 60;
/** Lines that are kept, those without text too. */
const KEPT = 20_000;

type Line = readonly Token[];
type Got = (line: Line | null) => void;

interface Wish {
  /** A file of one commit as one service names it: its lines have the same text for all spans. */
  readonly file: string;
  readonly line: number;
  readonly span: Span;
  readonly got: Got;
}

const known = new Map<string, Line | null>();
let wishes: Wish[] = [];
/** The files that are being read just now. */
const asked = new Set<string>();

/** Gives the line, or null when there is none to show; at once where it is known. The returned function takes the wish back. */
export function wishForLine(span: Span, commit: string, got: Got): () => void {
  const { file: path, line } = span.origin ?? { file: "", line: 0 };
  const file = `${span.service}\n${commit}\n${path}`;
  const found = known.get(keyOf(file, line));
  if (found !== undefined) {
    got(found);
    return () => {};
  }
  const wish = { file, line, span, got };
  wishes.push(wish);
  work();
  return () => {
    wishes = wishes.filter((other) => other !== wish);
  };
}

function work(): void {
  while (asked.size < AT_ONCE) {
    const wish = wishes.find(({ file }) => !asked.has(file));
    if (!wish) return;
    wishes = wishes.filter((other) => other !== wish);
    asked.add(wish.file);
    void read(wish).then((line) => {
      asked.delete(wish.file);
      wish.got(line);
      answerKnown();
      work();
    });
  }
}

/** The others that wished for a line which has come along. */
function answerKnown(): void {
  const ready = wishes.filter(({ file, line }) => known.has(keyOf(file, line)));
  wishes = wishes.filter((wish) => !ready.includes(wish));
  for (const { file, line, got } of ready) got(known.get(keyOf(file, line)) ?? null);
}

/** Null also when it could not be asked, which may be otherwise for the next: that is not kept. */
async function read({ file, line, span: { traceId, spanId } }: Wish): Promise<Line | null> {
  try {
    const { preview } = await sourceOf({ traceId, spanId, frame: 0, context: AROUND });
    if (known.size >= KEPT) known.clear();
    // A preview may tell that the line has moved: then the others have too, and each is asked for by itself.
    if (preview?.markedLine === line) {
      for (const [at, text] of preview.lines.entries()) known.set(keyOf(file, preview.firstLine + at), text);
    } else known.set(keyOf(file, line), preview?.lines[preview.markedLine - preview.firstLine] ?? null);
    return known.get(keyOf(file, line)) ?? null;
  } catch {
    return null;
  }
}

function keyOf(file: string, line: number): string {
  return `${file}:${line}`;
}
