/** Finds a path by a few of its letters, in their order: `wcp` is `web/checkout/pay.py`, and `paypy` as well. */

import { splitPath } from "./paths";

export interface Fit {
  /** Higher is better. */
  readonly score: number;
  /** Where the letters were found. */
  readonly at: readonly number[];
}

const IN_NAME = 6;
const AT_START = 8;
const IN_A_ROW = 5;
/** Between alike ones the shorter path is meant. */
const LENGTH = 0.05;

/** How well letters fit a path; null when they are not all in it, in their order. Spaces count for nothing. */
export function fitOf(letters: string, path: string): Fit | null {
  const wanted = letters.toLowerCase().replace(/\s+/g, "");
  const lower = path.toLowerCase();
  const name = splitPath(path).directory.length;
  const found = [
    forwards(wanted, lower, name),
    forwards(wanted, lower, 0),
    backwards(wanted, lower),
    whole(wanted, lower, name),
  ];
  let best: Fit | null = null;
  for (const at of found) {
    if (!at) continue;
    const score = scoreOf(at, path, name);
    if (!best || score > best.score) best = { score, at };
  }
  return best;
}

export interface FoundPath extends Fit {
  readonly path: string;
}

/** The paths that fit, best first; of alike ones those with more `weight`, which all come by where nothing is typed. */
export function findPaths(
  letters: string,
  paths: readonly string[],
  weight: (path: string) => number,
  most: number,
): readonly FoundPath[] {
  if (letters.trim() === "") {
    const byWeight = [...paths].sort((a, b) => weight(b) - weight(a) || (a < b ? -1 : 1));
    return byWeight.slice(0, most).map((path) => ({ path, score: 0, at: [] }));
  }
  const found: FoundPath[] = [];
  for (const path of paths) {
    const fit = fitOf(letters, path);
    if (fit) found.push({ path, ...fit });
  }
  found.sort((a, b) => b.score - a.score || weight(b.path) - weight(a.path) || (a.path < b.path ? -1 : 1));
  return found.slice(0, most);
}

/** A text in pieces, those that were found apart from the others. */
export function piecesOf(text: string, at: readonly number[]): ReadonlyArray<readonly [text: string, isHit: boolean]> {
  const hits = new Set(at);
  const pieces: Array<[string, boolean]> = [];
  for (let index = 0; index < text.length; index++) {
    const isHit = hits.has(index);
    const last = pieces.at(-1);
    if (last && last[1] === isHit) last[0] += text[index];
    else pieces.push([text[index]!, isHit]);
  }
  return pieces;
}

function forwards(wanted: string, lower: string, from: number): number[] | null {
  const at: number[] = [];
  let next = from;
  for (const letter of wanted) {
    const index = lower.indexOf(letter, next);
    if (index < 0) return null;
    at.push(index);
    next = index + 1;
  }
  return at;
}

function backwards(wanted: string, lower: string): number[] | null {
  const at: number[] = [];
  let next = lower.length - 1;
  for (let letter = wanted.length - 1; letter >= 0; letter--) {
    const index = next < 0 ? -1 : lower.lastIndexOf(wanted[letter]!, next);
    if (index < 0) return null;
    at.unshift(index);
    next = index - 1;
  }
  return at;
}

/** The letters as one piece: in the name, else anywhere. */
function whole(wanted: string, lower: string, name: number): number[] | null {
  const inName = lower.indexOf(wanted, name);
  const index = inName >= 0 ? inName : lower.lastIndexOf(wanted);
  return index < 0 ? null : Array.from(wanted, (_, offset) => index + offset);
}

function scoreOf(at: readonly number[], path: string, name: number): number {
  let score = -path.length * LENGTH;
  at.forEach((index, place) => {
    score += 1;
    if (index >= name) score += IN_NAME;
    if (startsWord(path, index)) score += AT_START;
    if (place > 0 && at[place - 1] === index - 1) score += IN_A_ROW;
  });
  return score;
}

function startsWord(path: string, index: number): boolean {
  if (index === 0) return true;
  const before = path[index - 1]!;
  return /[/\\_\-. ]/.test(before) || (/[a-z]/.test(before) && /[A-Z]/.test(path[index]!));
}
