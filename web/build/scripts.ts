/** Which scripts of a build come along with others. */

/** What is asked of a script of the build. */
export interface Script {
  readonly fileName: string;
  readonly isEntry: boolean;
  readonly moduleIds: readonly string[];
  /** What it names at once, and what only when it is needed. */
  readonly imports: readonly string[];
  readonly dynamicImports: readonly string[];
}

/** The named scripts, and all that must be there before they run. */
export function withImports(
  names: Iterable<string>,
  scripts: ReadonlyMap<string, Script>,
  found = new Set<string>(),
): Set<string> {
  for (const name of names) {
    if (found.has(name)) continue;
    found.add(name);
    withImports(scripts.get(name)?.imports ?? [], scripts, found);
  }
  return found;
}
