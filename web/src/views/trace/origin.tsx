/**
 * The reason for all this: which line of the reader's code the span comes from.
 *
 * Place and type are known from the trace's columns at once; frames come with the span, the lines with a third answer.
 * Whatever is missing says why, and what to do.
 */

import { useEffect, useState } from "preact/hooks";
import { ALL_CODE } from "../../model/code-address";
import { counted } from "../../model/numbers";
import { pathAndLine, shortFunction } from "../../model/paths";
import { asProblem, isAbort, type Problem } from "../../model/problem";
import type { Frame, OriginType, Preview, Source, SpanDetail } from "../../model/span";
import type { TraceRow } from "../../model/trace";
import { sourceOf } from "../../state/sources";
import { copy } from "../../state/toast";
import { detailProblem } from "../../state/trace";
import { CodeLines, CodeSkeleton } from "../code";
import { Diamond, Icon, PlaceWords, placeTitle } from "../glyphs";
import { codeLink } from "../links";
import { Notice, ReasonNotice } from "../states";
import { CommitWords } from "./commit";

/** Lines on either side of the marked one: at first, and after each wish for more. */
const CONTEXTS = [4, 12, 40, 200];

interface OriginSectionProps {
  traceId: string;
  span: TraceRow;
  detail: SpanDetail | null;
}

export function OriginSection({ traceId, span, detail }: OriginSectionProps) {
  const [frame, setFrame] = useState(0);
  if (!span.origin) return <MissingOrigin span={span} detail={detail} />;
  const frames = detail?.span.origin?.frames ?? [];
  const place = frames[frame] ?? span.origin;
  const { type } = span.origin;
  return (
    <>
      <section class="section" aria-label="Code origin" data-testid="origin-section">
        <div class="section-head">
          <Diamond type={type} />
          <h3>Code origin</h3>
          <span class={`badge badge-${type}`}>{type}</span>
          <span class="grow" />
          <button
            class="btn btn-s btn-quiet btn-icon"
            type="button"
            data-testid="copy-path"
            aria-label="Copy path and line"
            title={`Copy ${pathAndLine(place)} (c)`}
            onClick={() => copy(pathAndLine(place), "Path")}
          >
            <Icon name="copy" />
          </button>
        </div>
        <p class="where origin" title={placeTitle(place)}>
          <PlaceWords place={place} />
        </p>
        <SourceLines traceId={traceId} spanId={span.spanId} frame={frame} path={place.path} type={type} />
      </section>
      {frames.length > 1 ? <Frames frames={frames} chosen={frame} onChoose={setFrame} /> : null}
    </>
  );
}

function SourceLines({
  traceId,
  spanId,
  frame,
  path,
  type,
}: {
  traceId: string;
  spanId: string;
  frame: number;
  /** As the span calls the file. */
  path: string;
  type: OriginType;
}) {
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
      </div>
    );
  }
  if (!found.preview) {
    return found.missing ? <ReasonNotice title="No preview" icon="git" reason={found.missing} /> : null;
  }
  const canShowMore = step + 1 < CONTEXTS.length && found.preview.lines.length < found.preview.totalLines;
  return (
    <>
      <div class="code-box">
        <CodeLines preview={found.preview} type={type} />
      </div>
      <p class="row under">
        <CommitWords preview={found.preview} />
        <span class="grow" />
        <a
          class="link"
          data-testid="open-file"
          href={codeLink({
            ...ALL_CODE,
            repository: found.preview.repository,
            commit: found.preview.commit,
            path: found.preview.path,
            line: found.preview.markedLine,
            as: path,
          })}
        >
          whole file
        </a>
        <span class="muted">{linesShown(found.preview)}</span>
        {canShowMore ? (
          <button class="link" type="button" data-testid="more-lines" onClick={() => setStep(step + 1)}>
            more
          </button>
        ) : null}
      </p>
    </>
  );
}

function linesShown(preview: Preview): string {
  const last = preview.firstLine + preview.lines.length - 1;
  if (preview.lines.length >= preview.totalLines) return counted(preview.totalLines, "line");
  return `lines ${preview.firstLine} to ${last} of ${preview.totalLines}`;
}

function Frames({
  frames,
  chosen,
  onChoose,
}: {
  frames: readonly Frame[];
  chosen: number;
  onChoose: (frame: number) => void;
}) {
  return (
    <section class="section" aria-label="Your frames">
      <div class="section-head">
        <h3>Your frames</h3>
        <span class="muted">innermost first</span>
      </div>
      <ol class="frames">
        {frames.map((frame, index) => (
          <li key={index}>
            <button
              class={`frame ${index === chosen ? "is-selected" : ""}`}
              type="button"
              data-testid="frame-item"
              aria-pressed={index === chosen}
              title={placeTitle(frame)}
              onClick={() => onChoose(index)}
            >
              <span class="n">{index}</span>
              <FrameWords frame={frame} />
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function FrameWords({ frame }: { frame: Frame }) {
  return (
    <>
      <span class="fn cut">{shortFunction(frame.function, frame.path) || "–"}</span>
      <span class="origin">
        <PlaceWords place={frame} fn={false} />
      </span>
    </>
  );
}

function MissingOrigin({ span, detail }: { span: TraceRow; detail: SpanDetail | null }) {
  const asking = detailProblem.value ? "The server could not say; see below." : "Asking the server…";
  const words = detail ? `The server knows of no reason for this ${span.kind} span.` : asking;
  return (
    <section class="section" aria-label="Code origin" data-testid="origin-section">
      <div class="section-head">
        <h3>Code origin</h3>
        <span class="muted">none</span>
      </div>
      {detail?.missingOrigin ? (
        <ReasonNotice title="Why there is none" icon="help" reason={detail.missingOrigin} />
      ) : (
        <Notice icon="help" title="Why there is none">
          {words}
        </Notice>
      )}
    </section>
  );
}
