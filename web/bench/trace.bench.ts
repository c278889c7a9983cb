/** What the trace page works out of 100,000 spans, without drawing. `npx vitest bench`; figures by benchmarks/web_traces.py. */

import { bench, describe } from "vitest";
import { codePath } from "../src/model/code-path";
import { criticalPath } from "../src/model/critical";
import { layOutFlame } from "../src/model/flame";
import { paintMinimap } from "../src/model/minimap";
import { groupRepeats } from "../src/model/repeats";
import { layOutTimeline } from "../src/model/timeline";
import { buildTree, visibleRows } from "../src/model/tree";
import { workOut } from "../src/model/work-out";
import { type Line, traceOf } from "../tests/columns";

const SPANS = Number(process.env.SPANS ?? 100_000);

/** Requests with loops of alike calls below one job, as in benchmarks/web_traces.py. */
function realistic(): Line[] {
  const lines: Line[] = [{ parent: -1, start: 0, duration: SPANS * 40 }];
  let state = 5;
  const chance = (below: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state % below;
  };
  for (let clock = 0; lines.length < SPANS; ) {
    clock += 200 + chance(1800);
    const loops = [0, 0, 0, 4, 20, 200][chance(6)]!;
    const request = lines.length;
    const service = `service-${chance(12)}`;
    const path = `app/${service}.py`;
    lines.push({ parent: 0, start: clock, duration: 400 + loops * 30, kind: "client", path: "app/job.py", line: 9 });
    lines.push({ parent: request, start: clock + 20, duration: 360 + loops * 30, kind: "server", service, path, line: 3 });
    for (let call = 0; call < 4 + loops; call++) {
      const line = call < 4 ? 10 + call : 40;
      lines.push({ parent: request + 1, start: clock + 40 + call * 30, duration: 5 + chance(24), kind: "client", service, path, line });
    }
  }
  return lines;
}

const trace = traceOf(realistic());
const tree = buildTree(trace);
const timeline = layOutTimeline(trace, tree);
const pixels = new Uint32Array(1408 * 44);
const some = { iterations: 7, time: 0, warmupIterations: 2, warmupTime: 0 };

describe("a realistic trace", () => {
  bench("everything at once", () => void workOut(trace), some);
  bench("tree and timeline", () => void layOutTimeline(trace, buildTree(trace)), some);
  bench("groups", () => void groupRepeats(trace, tree, timeline), some);
  bench("critical path", () => void criticalPath(tree, timeline), some);
  bench("flame graph", () => void layOutFlame(tree, timeline), some);
  const path = criticalPath(tree, timeline);
  bench("code path", () => void codePath(trace, tree, timeline, path), some);
  const nothing = new Set<number>();
  bench("visible rows", () => void visibleRows(tree, nothing), some);
  bench("minimap", () => paintMinimap(pixels, 1408, 44, 1, tree, timeline, (row) => row), some);
});
