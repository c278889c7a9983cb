/** The text of the line that a span comes from, for the column of source lines: a few asked at a time. */

import type { Span } from "../model/span";
import { sourceOf } from "./sources";

const AT_ONCE = 4;

type Got = (text: string | null) => void;

interface Wish {
  /** Spans of one line of one commit have the same text. */
  readonly key: string;
  readonly span: Span;
  readonly got: Got;
}

const known = new Map<string, string | null>();
const KEPT = 2000;
let wishes: Wish[] = [];
/** What is being read just now. */
const asked = new Set<string>();

/** Gives the line, or null when there is none to show; at once where it is known. The returned function takes the wish back. */
export function wishForLine(span: Span, commit: string, got: Got): () => void {
  const { file, line } = span.origin ?? { file: "", line: 0 };
  const key = `${span.service}\n${commit}\n${file}:${line}`;
  const text = known.get(key);
  if (text !== undefined) {
    got(text);
    return () => {};
  }
  const wish = { key, span, got };
  wishes.push(wish);
  work();
  return () => {
    wishes = wishes.filter((other) => other !== wish);
  };
}

function work(): void {
  while (asked.size < AT_ONCE) {
    const wish = wishes.find(({ key }) => !asked.has(key));
    if (!wish) return;
    wishes = wishes.filter((other) => other !== wish);
    asked.add(wish.key);
    void read(wish).then((text) => {
      asked.delete(wish.key);
      const alike = wishes.filter(({ key }) => key === wish.key && text !== undefined);
      wishes = wishes.filter((other) => !alike.includes(other));
      for (const { got } of [wish, ...alike]) got(text ?? null);
      work();
    });
  }
}

/** Undefined when it could not be asked, which may be otherwise for the next. */
async function read({ key, span: { traceId, spanId } }: Wish): Promise<string | null | undefined> {
  try {
    const { preview } = await sourceOf({ traceId, spanId, frame: 0, context: 0 });
    const line = preview?.lines[preview.markedLine - preview.firstLine];
    const text = line
      ? line
          .map(([, piece]) => piece)
          .join("")
          .trim()
      : null;
    if (known.size >= KEPT) known.clear();
    known.set(key, text);
    return text;
  } catch {
    return undefined;
  }
}
