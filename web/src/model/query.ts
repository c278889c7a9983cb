/**
 * The search text while it is typed: what each piece is, for colouring, and how a hint is put in.
 *
 * Only the server understands the language (docs/search.md). This reads it leniently, never refuses, and gives back
 * every character, since the coloured pieces lie exactly under the field's own text.
 */

export type PieceKind = "key" | "code-key" | "value" | "number" | "operator" | "not" | "plain" | "space";

export interface Piece {
  readonly kind: PieceKind;
  readonly text: string;
}

/** Keys that ask about code; they are drawn in the origin's colour. */
const CODE_KEYS = /^(file|line|fn|origin|has|commit|@code\..*|@spanorigin\..*|@_dd\.code_origin\..*)$/;

const PIECE =
  /(?<space>\s+)|(?<operator>(?:AND|OR|NOT)(?![^\s()]))|(?<paren>[()])|(?<quoted>"(?:\\.|[^"\\])*"?)|(?<not>[-!](?=[^\s]))|(?<key>@?(?:\\.|[^\s()":\\])+):(?!\/\/)|(?<word>(?:\\.|[^\s()"\\])+|\\)/y;

const NUMBER = /^(?:[<>]=?)?-?\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|b|kb|mb|gb)?$/i;
const RANGE = /[[{][^\]}]*(?:[\]}]|$)/y;

export function readPieces(query: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let isAfterKey = false;
  // Brackets open since a key: what stands in them are its values, which hold colons as they please.
  let lists = 0;
  while (at < query.length) {
    if (isAfterKey || lists > 0) {
      RANGE.lastIndex = at;
      const range = RANGE.exec(query)?.[0];
      if (range) {
        pieces.push({ kind: "number", text: range });
        at += range.length;
        isAfterKey = false;
        continue;
      }
    }
    const piece = readPiece(query, at, isAfterKey, lists > 0);
    pieces.push(piece);
    at += piece.text.length;
    if (piece.text === "(" && (isAfterKey || lists > 0)) lists++;
    else if (piece.text === ")" && lists > 0) lists--;
    isAfterKey = piece.kind === "key" || piece.kind === "code-key";
  }
  return pieces;
}

/** Python counts characters, a browser UTF-16 units; the server's offset is in characters. */
export function toUnits(query: string, characters: number): number {
  return [...query].slice(0, characters).join("").length;
}

/** The query with the hint put where the server means it: in place of the word that begins there, or in between. */
export function withHint(query: string, offset: number, hint: string): string {
  const at = toUnits(query, offset);
  const word = /^[A-Za-z0-9_.]*/.exec(query.slice(at))?.[0] ?? "";
  return query.slice(0, at) + hint + query.slice(at + word.length);
}

/**
 * The search with `and`, `or` and `not` between its terms in capitals; null where none is there in small letters.
 *
 * Those are words to search for like any others, which hardly anybody means who writes them between terms.
 */
export function withOperators(query: string): string | null {
  const pieces = readPieces(query);
  const isTerm = (piece: Piece | undefined) =>
    piece !== undefined && piece.kind !== "space" && piece.kind !== "operator" && piece.text !== ")";
  let isAny = false;
  const texts = pieces.map(({ kind, text }, at) => {
    const isAlone = pieces[at - 1] === undefined || pieces[at - 1]!.kind === "space" || pieces[at - 1]!.text === "(";
    const goesOn = pieces[at + 1]?.kind === "space" && isTerm(pieces[at + 2]);
    const joins = text === "not" ? isAlone : /^(and|or)$/.test(text) && isAlone && pieces[at - 2] !== undefined;
    if (kind !== "value" || !joins || !goesOn) return text;
    isAny = true;
    return text.toUpperCase();
  });
  return isAny ? texts.join("") : null;
}

function readPiece(query: string, at: number, isAfterKey: boolean, isInList: boolean): Piece {
  PIECE.lastIndex = at;
  const groups = PIECE.exec(query)?.groups;
  if (!groups) return { kind: "plain", text: query.slice(at) };
  if (groups.space) return { kind: "space", text: groups.space };
  if (groups.operator) return { kind: "operator", text: groups.operator };
  if (groups.paren) return { kind: "plain", text: groups.paren };
  if (groups.quoted) return { kind: "value", text: groups.quoted };
  if (groups.not && !isAfterKey) return { kind: "not", text: groups.not };
  if (groups.key && !isAfterKey && !isInList) {
    return { kind: CODE_KEYS.test(groups.key) ? "code-key" : "key", text: `${groups.key}:` };
  }
  const word = readWord(query, at);
  return { kind: NUMBER.test(word) ? "number" : "value", text: word };
}

function readWord(query: string, at: number): string {
  return /^(?:\\.|[^\s()"\\])+|^\\/.exec(query.slice(at))?.[0] ?? query.slice(at, at + 1);
}
