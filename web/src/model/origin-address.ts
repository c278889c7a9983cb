/** Addresses of one function or line over time: `/origin/{path}:{function or line}`, as spans call them. */

import { writeValue } from "./terms";

export interface OriginKey {
  readonly path: string;
  /** In full; empty where a line is meant. */
  readonly function: string;
  readonly line: number | null;
}

/** What an address names; null when it is none. */
export function readOriginKey(path: string): OriginKey | null {
  const found = /^\/origin\/(.+)$/.exec(path);
  if (!found) return null;
  try {
    const text = decodeURIComponent(found[1]!);
    const at = text.lastIndexOf(":");
    const [file, rest] = [text.slice(0, at), text.slice(at + 1)];
    if (at < 1 || rest === "") return null;
    return /^[1-9]\d{0,8}$/.test(rest)
      ? { path: file, function: "", line: Number(rest) }
      : { path: file, function: rest, line: null };
  } catch {
    return null;
  }
}

export function writeOriginKey({ path, function: name, line }: OriginKey): string {
  const file = path.split("/").map(encodeURIComponent).join("/");
  return `/origin/${file}:${line === null ? encodeURIComponent(name) : line}`;
}

/** The search for its spans. */
export function searchOfKey({ path, function: name, line }: OriginKey): string {
  return line === null ? `file:${writeValue(path)} fn:${writeValue(name)}` : `origin:${writeValue(`${path}:${line}`)}`;
}
