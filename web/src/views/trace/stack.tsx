/** How the program came to the span: the user's own frames with their lines, and the stacks of its exceptions. */

import { useEffect, useState } from "preact/hooks";
import { readException } from "../../model/attributes";
import { counted } from "../../model/numbers";
import { shortFunction, splitPath } from "../../model/paths";
import type { Preview, SpanDetail } from "../../model/span";
import { readStack, type StackFrame, type StackPart, userPath } from "../../model/stack-trace";
import { sourceOf } from "../../state/sources";
import { Diamond, FileAt, Icon, PlaceWords, placeTitle } from "../glyphs";
import { SCROLLS } from "../keys";
import { fileLink, SourceLines } from "./source-lines";

export function StackTab({ detail }: { detail: SpanDetail }) {
  const { span } = detail;
  const preview = useFirstPreview(detail);
  const stacks = detail.events
    .map(readException)
    .filter((found) => found !== null)
    .filter(({ stack }) => stack !== "");
  if (!span.origin && stacks.length === 0) {
    return (
      <div class="blank" data-testid="empty">
        <p>This span has no frame of your code, and no exception with a stack.</p>
      </div>
    );
  }
  return (
    <>
      {span.origin ? <OriginFrames detail={detail} /> : null}
      {stacks.map(({ type, message, stack }, index) => (
        <section class="section" key={index} aria-label={`Stack of ${type}`} data-testid="exception-stack">
          <div class="section-head">
            <Icon name="error" small class="is-error" />
            <h3 class="cut" title={message}>
              {type}
            </h3>
            <span class="muted">innermost first</span>
          </div>
          <Stack text={stack} detail={detail} preview={preview} />
        </section>
      ))}
    </>
  );
}

/** The preview of the origin's own line: which repository and commit other frames are in. */
function useFirstPreview({ span }: SpanDetail): Preview | null {
  const [preview, setPreview] = useState<Preview | null>(null);
  const { traceId, spanId } = span;
  useEffect(() => {
    if (!span.origin) return;
    const abort = new AbortController();
    sourceOf({ traceId, spanId, frame: 0, context: 4 }, abort.signal).then(
      (source) => setPreview(source.preview),
      () => {},
    );
    return () => abort.abort();
  }, [traceId, spanId]);
  return preview;
}

function OriginFrames({ detail }: { detail: SpanDetail }) {
  const [chosen, setChosen] = useState(0);
  const { traceId, spanId, startNs, origin } = detail.span;
  const { type, frames } = origin!;
  return (
    <section class="section" aria-label="Your frames">
      <div class="section-head">
        <Diamond type={type} />
        <h3>Your frames</h3>
        <span class="muted">{frames.length > 1 ? "innermost first" : "one"}</span>
      </div>
      <ol class="frames">
        {frames.map((frame, index) => (
          <li key={index}>
            <button
              class={`frame ${index === chosen ? "is-selected" : ""}`}
              type="button"
              data-testid="stack-frame"
              aria-expanded={index === chosen}
              title={placeTitle(frame)}
              onClick={() => setChosen(index === chosen ? -1 : index)}
            >
              <span class="n">{index}</span>
              <span class="fn cut">{shortFunction(frame.function, frame.path) || "–"}</span>
              <span class="origin">
                <PlaceWords place={frame} fn={false} />
              </span>
            </button>
            {index === chosen ? (
              <div class="unfolded">
                <SourceLines
                  traceId={traceId}
                  spanId={spanId}
                  startNs={startNs}
                  frame={index}
                  path={frame.path}
                  service={detail.span.service}
                  type={type}
                />
              </div>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface StackProps {
  text: string;
  detail: SpanDetail;
  preview: Preview | null;
}

function Stack({ text, detail, preview }: StackProps) {
  const parts = readStack(text);
  if (parts.length === 0)
    return (
      <pre class="stack scroll" {...SCROLLS}>
        {text.trimEnd()}
      </pre>
    );
  const root = String(detail.resourceAttributes["spanorigin.source.root"] ?? "");
  return (
    <>
      {parts.map((part, index) => (
        <Part key={index} part={part} root={root} hrefOf={hrefOf(detail, preview)} isOnly={parts.length === 1} />
      ))}
      <details class="as-text">
        <summary>as text</summary>
        <pre class="stack scroll" {...SCROLLS}>
          {text.trimEnd()}
        </pre>
      </details>
    </>
  );
}

interface PartProps {
  part: StackPart;
  root: string;
  hrefOf: (path: string, line: number) => string | null;
  isOnly: boolean;
}

function Part({ part, root, hrefOf, isOnly }: PartProps) {
  return (
    <>
      {isOnly || part.title === "" ? null : <p class="exc text-2">{part.title}</p>}
      <ol class="frames">
        {inRuns(part.frames, root).map((run, index) =>
          run.isUser ? (
            run.frames.map((frame, at) => (
              <UserFrame key={`${index}.${at}`} frame={frame} root={root} hrefOf={hrefOf} />
            ))
          ) : (
            <li key={index}>
              <details class="library">
                <summary>{counted(run.frames.length, "library frame")}</summary>
                {run.frames.map((frame, at) => (
                  <p class="frame" key={at} title={`${frame.file}:${frame.line}`}>
                    <span class="n" />
                    <span class="fn cut">{frame.function}</span>
                    <span class="origin">
                      <FileAt name={splitPath(frame.file).name} line={frame.line} />
                    </span>
                  </p>
                ))}
              </details>
            </li>
          ),
        )}
      </ol>
    </>
  );
}

function UserFrame({ frame, root, hrefOf }: { frame: StackFrame; root: string; hrefOf: PartProps["hrefOf"] }) {
  const place = { path: userPath(frame, root)!, line: frame.line, function: frame.function };
  const href = hrefOf(place.path, place.line);
  const words = (
    <>
      <span class="n" />
      <span class="fn cut">{shortFunction(place.function, place.path) || "–"}</span>
      <span class="origin">
        <PlaceWords place={place} fn={false} />
      </span>
    </>
  );
  const title = `${placeTitle(place)}${frame.source === "" ? "" : `\n${frame.source}`}`;
  return (
    <li>
      {href ? (
        <a class="frame" href={href} title={title} data-testid="user-frame">
          {words}
        </a>
      ) : (
        <p class="frame" title={title} data-testid="user-frame">
          {words}
        </p>
      )}
      {frame.source === "" ? null : <code class="frame-source cut">{frame.source}</code>}
    </li>
  );
}

interface Run {
  readonly isUser: boolean;
  readonly frames: StackFrame[];
}

/** Neighbours of one kind together. */
function inRuns(frames: readonly StackFrame[], root: string): Run[] {
  const runs: Run[] = [];
  for (const frame of frames) {
    const isUser = userPath(frame, root) !== null;
    const last = runs.at(-1);
    if (last?.isUser === isUser) last.frames.push(frame);
    else runs.push({ isUser, frames: [frame] });
  }
  return runs;
}

/** Where a file of the same project is shown. The project may lie below the repository's root, as in a monorepo. */
function hrefOf({ span }: SpanDetail, preview: Preview | null): PartProps["hrefOf"] {
  const own = span.origin?.path ?? "";
  return (path, line) => {
    if (!preview?.path.endsWith(own)) return null;
    const above = preview.path.slice(0, preview.path.length - own.length);
    return fileLink(
      { ...preview, path: above + path.replaceAll("\\", "/"), markedLine: line },
      path,
      span.service,
      span.startNs,
    );
  };
}
