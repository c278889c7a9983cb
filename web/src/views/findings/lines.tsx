/** The lines that a finding is about, as one of its spans ran them, the loop around them marked, and the ways on. */

import { useEffect, useState } from "preact/hooks";
import { lineText } from "../../model/code";
import type { Finding } from "../../model/findings";
import { loopAround } from "../../model/loop";
import { lineSearch } from "../../model/places";
import { asProblem, isAbort, type Problem } from "../../model/problem";
import type { Preview, Span } from "../../model/span";
import type { TimeRange } from "../../model/time-range";
import { slowestOf } from "../../state/findings";
import { exploreLink, originLink } from "../links";
import { Notice, Skeleton } from "../states";
import { SourceLines } from "../trace/source-lines";

export function Lines({ finding, range }: { finding: Finding; range: TimeRange }) {
  const [span, setSpan] = useState<Span | null | undefined>(undefined);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [preview, setPreview] = useState<Preview | null>(null);
  const query = lineSearch(finding.path, finding.line);
  useEffect(() => {
    const abort = new AbortController();
    slowestOf(query, range, abort.signal).then(setSpan, (error) => {
      if (!isAbort(error)) setProblem(asProblem(error));
    });
    return () => abort.abort();
  }, [query, range]);
  const loop = preview && loopAround(preview.lines.map(lineText), preview.firstLine, preview.markedLine);
  return (
    <div class="finding-lines" data-testid="finding-lines">
      {problem ? (
        <Notice icon="error" tone="error" title="No span to show">
          {problem.message}
        </Notice>
      ) : span?.origin ? (
        <SourceLines
          traceId={span.traceId}
          spanId={span.spanId}
          startNs={span.startNs}
          frame={0}
          path={finding.path}
          service={span.service}
          type={span.origin.type}
          onFound={setPreview}
          foot={
            finding.isRepeated && loop !== null ? (
              <p class="loop-note" data-testid="loop-line">
                The loop is line {loop}: <code>{lineText(preview!.lines[loop - preview!.firstLine]!).trim()}</code>
              </p>
            ) : null
          }
        />
      ) : span === undefined ? (
        <Skeleton share={0.4} />
      ) : (
        <Notice icon="info" title="No span to show">
          Its spans are not kept any more.
        </Notice>
      )}
      <p class="row">
        {finding.function === "" ? null : (
          <a class="link" href={originLink({ path: finding.path, function: finding.function, line: null }, range)}>
            function over time
          </a>
        )}
        <a class="link" href={exploreLink(query, range)}>
          spans in the explorer
        </a>
      </p>
    </div>
  );
}
