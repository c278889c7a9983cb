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
  const at = parts.lastIndexOf(module === "__init__" ? lastDirectory(path) : module, parts.length - 2);
  if (at >= 0) return parts.slice(at + 1).join(".");
  if (parts[0] === "__main__" && parts.length > 1) return parts.slice(1).join(".");
  return qualified;
}

/** File names that stand for more than one path in view; these are shown with their directory. */
export function ambiguousNames(paths: Iterable<string>): ReadonlySet<string> {
  const first = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const path of paths) {
    const { name } = splitPath(path);
    const known = first.get(name);
    if (known === undefined) first.set(name, path);
    else if (known !== path) ambiguous.add(name);
  }
  return ambiguous;
}

function lastDirectory(path: string): string {
  return splitPath(splitPath(path).directory.slice(0, -1)).name;
}
