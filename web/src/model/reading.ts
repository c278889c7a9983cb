/** How the server understood a search: as a tree in words, and as the SQL that it becomes. */

export interface Reading {
  readonly printed: string;
  readonly tree: ReadingNode;
  readonly sql: string;
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly value: string }>;
}

export interface ReadingNode {
  readonly kind: "everything" | "text" | "match" | "not" | "and" | "or";
  readonly key?: string;
  readonly value?: string;
  readonly relation?: "is" | "like" | "exists" | "range";
  readonly parts?: readonly ReadingNode[];
}

export interface ReadingLine {
  readonly depth: number;
  readonly words: string;
  /** What was searched for, to be set apart from the words around it. */
  readonly what?: string;
}

const RELATIONS = { is: "is", like: "is like", exists: "is there", range: "is in" } as const;
const HEADS = { and: "all of", or: "any of", not: "none of", everything: "every span" } as const;

/** The tree as lines that can be read aloud. */
export function readingLines(node: ReadingNode, depth = 0): ReadingLine[] {
  if (node.kind === "text") return [{ depth, words: "says", what: node.value ?? "" }];
  if (node.kind === "match") {
    const relation = RELATIONS[node.relation ?? "is"];
    const line = { depth, words: `${node.key} ${relation}` };
    return [node.relation === "exists" ? line : { ...line, what: node.value ?? "" }];
  }
  return [{ depth, words: HEADS[node.kind] }, ...(node.parts ?? []).flatMap((part) => readingLines(part, depth + 1))];
}
