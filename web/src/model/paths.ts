/** Paths of source files: which part is the directory, which part must never be cut, and which names need their directory. */

import type { Frame } from "./span";

export interface SplitPath {
  /** With the slash at its end; empty for a bare name. */
  readonly directory: string;
  readonly name: string;
}

/** Takes both slashes, since a service may run on Windows. */
export function splitPath(path: string): SplitPath {
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return { directory: path.slice(0, slash + 1), name: path.slice(slash + 1) };
}

/** What goes to the clipboard, and into editors and terminals: `app/pay.py:88`. */
export function pathAndLine(frame: Pick<Frame, "path" | "line">): string {
  return `${frame.path}:${frame.line}`;
}

/** `pay` of `app.pay.Cart.pay` stays `Cart.pay`: the module is what the path says already. */
export function shortFunction(name: string, path: string): string {
  const qualified = name.replaceAll("<locals>.", "");
  const module = splitPath(path).name.replace(/\.\w+$/, "");
  const parts = qualified.split(".");
  if (parts.length === 1) return qualified;
  const at = parts.lastIndexOf(module === "__init__" ? lastDirectory(path) : module, parts.length - 2);
  if (at >= 0) return parts.slice(at + 1).join(".");
  if (parts[0] === "__main__") return parts.slice(1).join(".");
  return qualified;
}

/**
 * What to put before the file name of each path in a list: nothing where a name stands for one path only, otherwise as
 * many of the last directories as tell the paths apart.
 */
export function tellingDirectories(paths: Iterable<string>): ReadonlyMap<string, string> {
  const byName = new Map<string, Set<string>>();
  for (const path of paths) {
    const { name } = splitPath(path);
    const known = byName.get(name);
    if (known) known.add(path);
    else byName.set(name, new Set([path]));
  }
  const telling = new Map<string, string>();
  for (const alike of byName.values()) {
    if (alike.size > 1) for (const path of alike) telling.set(path, shortestTelling(path, [...alike]));
  }
  return telling;
}

function shortestTelling(path: string, alike: readonly string[]): string {
  const { directory, name } = splitPath(path);
  const parts = directory.split(/(?<=[/\\])/);
  for (let count = 1; count < parts.length; count++) {
    const tail = parts.slice(-count).join("");
    const isAlone = alike.every((other) => other === path || !`/${other}`.endsWith(`/${tail}${name}`));
    if (isAlone) return tail;
  }
  return directory;
}

function lastDirectory(path: string): string {
  return splitPath(splitPath(path).directory.slice(0, -1)).name;
}
