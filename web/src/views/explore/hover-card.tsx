/**
 * What floats beside an origin under the pointer: the lines of code, or why there are none, or why there is no origin.
 *
 * It never takes the focus, and says nothing that the span's panel does not say too.
 */

import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { asProblem, isAbort, type Problem } from "../../model/problem";
import type { Reason, Source, Span } from "../../model/span";
import { missingOriginOf, sourceOf } from "../../state/sources";
import { CodeLines, CodeSkeleton } from "../code";
import { Diamond, PlaceWords } from "../glyphs";
import { Notice, ReasonNotice } from "../states";
import { CommitWords } from "../trace/commit";
import { LineRed } from "../trace/line-red";
import type { HoverCardState } from "./hover";

const CONTEXT = 2;

export function HoverCard({ state }: { state: HoverCardState }) {
  const shown = state.shown.value;
  const element = useRef<HTMLDivElement>(null);
  const content = useContent(shown?.span ?? null);
  useLayoutEffect(() => {
    if (shown && element.current) putBeside(element.current, shown.beside);
  }, [shown, content]);
  if (!shown) return null;
  return (
    <div
      class="card peek"
      role="tooltip"
      data-testid="hover-card"
      ref={element}
      onPointerEnter={state.keep}
      onPointerLeave={state.closeSoon}
    >
      {shown.span.origin ? <OriginCard span={shown.span} content={content} /> : <WhyCard content={content} />}
    </div>
  );
}

type Content =
  | { readonly kind: "source"; readonly source: Source }
  | { readonly kind: "reason"; readonly reason: Reason | null }
  | { readonly kind: "problem"; readonly problem: Problem }
  | null;

function useContent(span: Span | null): Content {
  const content = useSignal<{ of: Span; is: Content } | null>(null);
  useEffect(() => {
    if (!span) return;
    const abort = new AbortController();
    const found: Promise<Content> = span.origin
      ? sourceOf({ traceId: span.traceId, spanId: span.spanId, frame: 0, context: CONTEXT }, abort.signal).then(
          (source) => ({ kind: "source", source }),
        )
      : missingOriginOf(span.traceId, span.spanId, abort.signal).then((reason) => ({ kind: "reason", reason }));
    found.then(
      (is) => {
        content.value = { of: span, is };
      },
      (error) => {
        if (!isAbort(error)) content.value = { of: span, is: { kind: "problem", problem: asProblem(error) } };
      },
    );
    return () => abort.abort();
  }, [span, content]);
  return content.value?.of === span ? content.value.is : null;
}

function OriginCard({ span, content }: { span: Span; content: Content }) {
  const origin = span.origin!;
  const preview = content?.kind === "source" ? content.source.preview : null;
  return (
    <>
      <div class="card-head">
        <span class="origin">
          <Diamond type={origin.type} />
          <PlaceWords place={origin} />
        </span>
        <span class="grow" />
        <span class={`badge badge-${origin.type}`}>{origin.type}</span>
      </div>
      {content === null ? <CodeSkeleton lines={CONTEXT * 2 + 1} marked={CONTEXT} type={origin.type} /> : null}
      {preview ? <CodeLines preview={preview} type={origin.type} /> : null}
      {content?.kind === "source" && content.source.missing ? (
        <ReasonNotice title="No preview" icon="git" reason={content.source.missing} />
      ) : null}
      {content?.kind === "problem" ? <ProblemWords problem={content.problem} /> : null}
      <div class="card-foot">
        <LineRed place={origin} startNs={span.startNs} />
      </div>
      {preview ? (
        <div class="card-foot">
          <CommitWords preview={preview} />
        </div>
      ) : null}
    </>
  );
}

function WhyCard({ content }: { content: Content }) {
  if (content?.kind === "problem") return <ProblemWords problem={content.problem} />;
  if (content?.kind !== "reason") {
    return (
      <Notice icon="help" title="No origin">
        Asking the server why…
      </Notice>
    );
  }
  if (!content.reason) {
    return (
      <Notice icon="help" title="No origin">
        The server knows of no reason. Open the span to see everything it carries.
      </Notice>
    );
  }
  return <ReasonNotice title="No origin" icon="help" reason={content.reason} />;
}

function ProblemWords({ problem }: { problem: Problem }) {
  return (
    <Notice icon="error" tone="error" title="Could not be read">
      {problem.message}
    </Notice>
  );
}

/** Under the origin where there is room, above it otherwise, and always inside the window. */
function putBeside(element: HTMLElement, beside: DOMRect): void {
  const gap = 4;
  const { width, height } = element.getBoundingClientRect();
  const fitsBelow = beside.bottom + gap + height < innerHeight - gap;
  const left = Math.max(gap, Math.min(beside.left - 19, innerWidth - width - gap));
  const top = fitsBelow ? beside.bottom + gap : Math.max(gap, beside.top - gap - height);
  element.style.setProperty("--left", `${left}px`);
  element.style.setProperty("--top", `${top}px`);
}
