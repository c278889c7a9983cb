/** The code of a place, as its slowest span ran it, with the way to the whole file. */

import type { Span } from "../../model/span";
import { SourceLines } from "../trace/source-lines";

export function SourceOf({ slowest }: { slowest: Span | null }) {
  if (!slowest?.origin) return null;
  return (
    <section class="section" aria-label="Source">
      <SourceLines
        traceId={slowest.traceId}
        spanId={slowest.spanId}
        frame={0}
        path={slowest.origin.path}
        type={slowest.origin.type}
      />
    </section>
  );
}
