/** Of a span that is one of many alike: how many, how long together, and the line of the loop that makes them. */

import { useEffect, useState } from "preact/hooks";
import { loopAround } from "../../model/loop";
import { durationText, grouped } from "../../model/numbers";
import { splitPath } from "../../model/paths";
import type { Repeat } from "../../model/repeats";
import type { Preview } from "../../model/span";
import type { EpochNs } from "../../model/time";
import type { TraceRow } from "../../model/trace";
import { sourceOf } from "../../state/sources";
import type { OpenTrace } from "../../state/trace";
import { FileAt } from "../glyphs";
import { fileLink } from "./source-lines";

/** The group that a span is in; null when it stands alone. */
export function repeatOf({ repeats, trace }: OpenTrace, row: number): Repeat | null {
  return repeats.groups[repeats.tree.parent[row]! - trace.count] ?? null;
}

export function Repeated({ opened, span, frames }: { opened: OpenTrace; span: TraceRow; frames: number }) {
  const group = repeatOf(opened, span.row);
  if (!group) return null;
  const { rows, totalNs, p95Ns, isNPlusOne } = group;
  return (
    <section class="section" aria-label="Repeated" data-testid="repeated">
      <div class="section-head">
        <h3>One of {grouped(rows.length)}</h3>
        {isNPlusOne ? <span class="badge badge-stale">N+1</span> : null}
        <span class="muted">
          {durationText(totalNs)} in all, p95 {durationText(p95Ns)}
        </span>
      </div>
      {isNPlusOne && span.origin ? (
        <LoopLine
          traceId={opened.trace.traceId}
          spanId={span.spanId}
          startNs={opened.trace.startNs}
          service={span.service}
          path={span.origin.path}
          frames={frames}
        />
      ) : null}
    </section>
  );
}

interface Loop {
  readonly preview: Preview;
  readonly line: number;
  readonly text: string;
}

/** Lines above a call in which its loop is looked for. */
const CONTEXT = 40;
/** Frames outwards: a loop is rarely farther from its call. */
const FRAMES = 4;

function LoopLine({
  traceId,
  spanId,
  startNs,
  path,
  service,
  frames,
}: {
  traceId: string;
  spanId: string;
  startNs: EpochNs;
  path: string;
  service: string;
  frames: number;
}) {
  const [loop, setLoop] = useState<Loop | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    setLoop(null);
    findLoop(traceId, spanId, Math.min(FRAMES, Math.max(1, frames)), abort.signal).then(
      (found) => {
        if (!abort.signal.aborted) setLoop(found);
      },
      // Without its line the advice below still holds.
      () => {},
    );
    return () => abort.abort();
  }, [traceId, spanId, frames]);
  return (
    <p class="loop">
      They ran one after another; one call for all of them would save nearly all of it.
      {loop ? (
        <>
          {" "}
          The loop is{" "}
          <a
            class="origin"
            data-testid="loop-line"
            href={fileLink({ ...loop.preview, markedLine: loop.line }, path, service, startNs)}
          >
            <FileAt name={splitPath(loop.preview.path).name} line={loop.line} />
            <span class="fn">{loop.text}</span>
          </a>
        </>
      ) : null}
    </p>
  );
}

async function findLoop(traceId: string, spanId: string, frames: number, signal: AbortSignal): Promise<Loop | null> {
  for (let frame = 0; frame < frames; frame++) {
    const { preview } = await sourceOf({ traceId, spanId, frame, context: CONTEXT }, signal);
    if (!preview) continue;
    const lines = preview.lines.map((tokens) => tokens.map(([, text]) => text).join(""));
    const line = loopAround(lines, preview.firstLine, preview.markedLine);
    if (line !== null) return { preview, line, text: lines[line - preview.firstLine]!.trim() };
  }
  return null;
}
