/** Everything that follows from the columns of a trace, worked out once; what only some views need, when they ask. */

import type { Lens } from "./address";
import { type CodePath, codePath, type LineTime, timeByLine } from "./code-path";
import { type CriticalPath, criticalPath } from "./critical";
import { type Flame, layOutFlame } from "./flame";
import { tellingDirectories } from "./paths";
import { groupRepeats, type Repeats } from "./repeats";
import { ServiceHues } from "./services";
import { failed, type Marked, slow, withOrigin } from "./standouts";
import { layOutTimeline, selfTimes, type Timeline } from "./timeline";
import { errorCount, longestOriginName, originPaths, type Trace } from "./trace";
import { buildTree, type Tree } from "./tree";

export interface OpenTrace {
  readonly trace: Trace;
  readonly tree: Tree;
  readonly timeline: Timeline;
  /** The tree as the waterfall draws it, with rows for groups of alike calls. */
  readonly repeats: Repeats;
  readonly hues: ServiceHues;
  readonly errors: number;
  /** By path: what must stand before the file name so that rows can be told apart. */
  readonly directories: ReadonlyMap<string, string>;
  readonly originWidth: number;
  readonly rowOf: () => ReadonlyMap<string, number>;
  readonly selfNs: () => Float64Array;
  readonly flame: () => Flame;
  readonly critical: () => CriticalPath;
  readonly codePath: () => CodePath;
  readonly lineTimes: () => readonly LineTime[];
  /** What lies in changed code is not in the columns: state/changed.ts asks for it. */
  readonly marked: Readonly<Record<Exclude<Lens, "changed">, () => Marked>>;
}

export function workOut(trace: Trace): OpenTrace {
  const tree = buildTree(trace);
  const timeline = layOutTimeline(trace, tree);
  const directories = tellingDirectories(originPaths(trace));
  const hues = new ServiceHues();
  const met = new Set<number>();
  for (const row of tree.order) {
    const service = trace.service[row]!;
    if (met.has(service)) continue;
    met.add(service);
    hues.of(trace.strings[service] ?? "");
  }
  const selfNs = once(() => selfTimes(tree, timeline));
  const critical = once(() => criticalPath(tree, timeline));
  return {
    trace,
    tree,
    timeline,
    repeats: groupRepeats(trace, tree, timeline),
    hues,
    errors: errorCount(trace),
    directories,
    originWidth: longestOriginName(trace, directories),
    rowOf: once(() => new Map(trace.spanId.map((spanId, row) => [spanId, row]))),
    selfNs,
    flame: once(() => layOutFlame(tree, timeline)),
    critical,
    codePath: once(() => codePath(trace, tree, timeline, critical())),
    lineTimes: once(() => timeByLine(trace, tree, critical())),
    marked: {
      errors: once(() => failed(trace)),
      slow: once(() => slow(trace, timeline, selfNs())),
      origin: once(() => withOrigin(trace)),
    },
  };
}

/** Made when it is first asked for, and kept. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
