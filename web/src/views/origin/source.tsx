/** The code of a place, as its slowest span ran it, with the way to the whole file. */

import type { Preview, Span } from "../../model/span";
import { SourceLines } from "../trace/source-lines";

export function SourceOf({ slowest, onFound }: { slowest: Span | null; onFound: (preview: Preview | null) => void }) {
  if (!slowest?.origin) return null;
  return (
    <section class="section" aria-label="Source">
      <SourceLines
        traceId={slowest.traceId}
        spanId={slowest.spanId}
        startNs={slowest.startNs}
        frame={0}
        path={slowest.origin.path}
        service={slowest.service}
        type={slowest.origin.type}
        onFound={onFound}
      />
    </section>
  );
}
