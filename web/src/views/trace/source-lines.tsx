/** The lines around one of a span's frames, where they are from, and ways to where the reader can edit or send them. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ALL_CODE } from "../../model/code-address";
import { counted } from "../../model/numbers";
import { asProblem, isAbort, type Problem } from "../../model/problem";
import type { OriginType, Preview, Source } from "../../model/span";
import { type EpochNs, fromMs } from "../../model/time";
import { rangeReaching } from "../../model/time-range";
import { sourceOf } from "../../state/sources";
import { CodeLines, CodeSkeleton } from "../code";
import { codeLink } from "../links";
import { Notice, ReasonNotice } from "../states";
import { CommitWords } from "./commit";

/** Lines on either side of the marked one: at first, and after each wish for more. */
const CONTEXTS = [4, 12, 40, 200];

interface SourceLinesProps {
  traceId: string;
  spanId: string;
  startNs: EpochNs;
  frame: number;
  /** As the span calls the file. */
  path: string;
  service: string;
  type: OriginType;
  /** Below the lines, in their frame. */
  foot?: ComponentChildren;
  onFound?: (preview: Preview | null) => void;
}

export function SourceLines({ traceId, spanId, startNs, frame, path, service, type, foot, onFound }: SourceLinesProps) {
  const [step, setStep] = useState(0);
  const [attempt, setAttempt] = useState(0);
  const [found, setFound] = useState<Source | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const context = CONTEXTS[step]!;
  useEffect(() => {
    const abort = new AbortController();
    sourceOf({ traceId, spanId, frame, context }, abort.signal).then(
      (source) => {
        setFound(source);
        setProblem(null);
        onFound?.(source.preview);
      },
      (error) => {
        if (!isAbort(error)) setProblem(asProblem(error));
      },
    );
    return () => abort.abort();
  }, [traceId, spanId, frame, context, attempt]);

  if (problem) {
    return (
      <Notice
        icon="error"
        tone="error"
        title="The source could not be read"
        act={
          <button class="btn btn-s act" type="button" onClick={() => setAttempt(attempt + 1)}>
            Try again
          </button>
        }
      >
        {problem.message}
      </Notice>
    );
  }
  if (!found) {
    return (
      <div class="code-box">
        <CodeSkeleton lines={context * 2 + 1} marked={context} type={type} />
        {foot}
      </div>
    );
  }
  const { preview, missing } = found;
  if (!preview) {
    return (
      <>
        {missing ? <ReasonNotice title="No preview" icon="git" reason={missing} /> : null}
        {foot ? <div class="code-box bare">{foot}</div> : null}
      </>
    );
  }
  const canShowMore = step + 1 < CONTEXTS.length && preview.lines.length < preview.totalLines;
  return (
    <>
      <div class="code-box">
        <CodeLines preview={preview} type={type} />
        {foot}
      </div>
      <p class="row under">
        <CommitWords preview={preview} />
        <span class="row whole-end">
          <span class="muted">{linesShown(preview)}</span>
          {canShowMore ? (
            <button class="link" type="button" data-testid="more-lines" onClick={() => setStep(step + 1)}>
              more
            </button>
          ) : null}
          <a class="link" data-testid="open-file" href={fileLink(preview, path, service, startNs)}>
            whole file
          </a>
        </span>
      </p>
    </>
  );
}

/**
 * The page of the file, at the line, over a time that holds the span; `as` is what the span calls the file.
 *
 * Where that is not its path in the repository, other services may call another file so: then only this one's spans
 * are counted.
 */
export function fileLink(preview: Preview, as: string, service: string, startNs: EpochNs): string {
  const { repository, commit, path, markedLine: line } = preview;
  const place = { ...ALL_CODE, repository, commit, path, line, as, service: as === path ? null : service };
  return codeLink(place, rangeReaching(startNs, fromMs(Date.now())));
}

function linesShown(preview: Preview): string {
  const last = preview.firstLine + preview.lines.length - 1;
  if (preview.lines.length >= preview.totalLines) return counted(preview.totalLines, "line");
  return `lines ${preview.firstLine} to ${last} of ${preview.totalLines}`;
}
